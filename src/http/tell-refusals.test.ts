import { expect, test } from 'vitest';

import { tellRefusals } from './tell-refusals.ts';
import type { RefusedName } from './tell-refusals.ts';

test('the operator reads the same refusal once an hour, and each of another organization', () => {
  const told: string[] = [];
  let now = 0;
  const tell = tellRefusals(
    ({ organizationId, message }) => told.push(`${organizationId} ${message}`),
    () => now,
  );
  const refused = (organizationId: string, message = 'm'): RefusedName => ({
    organizationId,
    connectionId: 'c',
    message,
  });

  for (let minute = 0; minute < 61; minute += 1) {
    now = minute * 60_000;
    tell(refused('a'));
    if (minute === 5) tell(refused('b'));
    if (minute === 6) tell(refused('a', 'n'));
  }

  expect(told).toEqual(['a m', 'b m', 'a n', 'a m']);
});
