import { expect, test } from 'vitest';

import { parseCallEvent } from '../calls/call-event.ts';
import { CallEvent } from '../contract/call-events.ts';

/** The first example of the contract. */
const example: unknown = Object(CallEvent.meta()?.['examples'])[0];

test('the event that the contract shows is taken in', () => {
  expect(example).toBeDefined();
  expect(parseCallEvent(example)).toMatchObject({ ok: true });
});

test('every member that the contract describes is understood', () => {
  const whole = {
    ...Object.fromEntries(Object.keys(CallEvent.shape).map((name) => [name, null])),
    ...Object(example),
  };

  expect(parseCallEvent(whole)).toMatchObject({ ok: true, event: { unknownKeys: [] } });
});
