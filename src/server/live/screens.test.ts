import { expect, it } from 'vitest';

import type { CallFacts } from '../../calls/call-facts.ts';
import { createNumberKeys } from '../../contacts/number-keys/number-key.ts';
import { createPhoneNumbers } from '../../contacts/phone-number.ts';
import { createScreens } from './screens.ts';

const NUMBER = '+442071838750';
const FACTS: CallFacts = {
  ...{ phase: 'ringing', direction: 'inbound', callingNumber: NUMBER, startedAt: 0 },
  ...{ ringing: ['101'], spoke: [], recordings: [] },
  ...{ withoutRing: false, durationUnknown: false },
};
const STORED = {
  ...{ callId: 'call', phoneSystemId: 'pbx', phoneCallId: 'c-1', sequence: 1, facts: FACTS },
};
const ARRIVAL = {
  ...{ organizationId: 'org', phoneSystemId: 'pbx' },
  connections: { open: [], shut: ['connection'] },
};

function world(publish: () => void) {
  const warned: string[] = [];
  const keys = createNumberKeys();
  const screens = createScreens({
    hub: { wants: () => true, publish },
    callChanged: () => {},
    callers: {
      identifyOn: () => Promise.reject(new Error('Nobody is asked here.')),
      keyOf: (number, country) => keys.keyOf(number, country),
    },
    phones: createPhoneNumbers(),
    lookups: { count: () => {} },
    log: { warn: (_fields, message) => void warned.push(message) },
  });
  const ring = async (facts: CallFacts): Promise<void> => {
    const event = { eventId: '1', callId: 'c-1', kind: 'ringing' } as const;
    const told = { ...event, callingNumber: NUMBER, extensions: [], unknownKeys: [] };
    screens.arrives({ ...ARRIVAL, event: told })?.({ ...STORED, facts });
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  return { ring, warned };
}

it('shows a call once its event is stored', async () => {
  let shown = 0;
  const { ring, warned } = world(() => {
    shown += 1;
  });
  await ring(FACTS);

  expect([shown, warned]).toEqual([1, []]);
});

it('does not hold up an event that it cannot show, the first one or a later one', async () => {
  const { ring, warned } = world(() => {
    throw new Error('The keys of the vault are gone.');
  });
  await ring(FACTS);
  await ring(FACTS);
  await ring({ ...FACTS, startedAt: Number.POSITIVE_INFINITY });

  expect(warned).toEqual(Array.from({ length: 3 }, () => 'a call could not be shown'));
});
