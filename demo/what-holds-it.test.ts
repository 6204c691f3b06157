import { expect, it } from 'vitest';

import { whatHoldsIt, whatItWaitsFor } from './what-holds-it.ts';
import type { LedgerCall } from './what-holds-it.ts';

const ACTIVE = { connection_id: 'a', state: 'active', state_reason: null, skipped: null };
const STEP = {
  ...{ connection_id: 'a', method: 'CreateActivity', state: 'ready' },
  ...{ message: 'It is tried next.', remedy: null },
};
const call = (members: Partial<LedgerCall>): LedgerCall => ({
  connections: [ACTIVE],
  steps: [STEP],
  notes: [],
  ...members,
});
const unlinked = { ...ACTIVE, skipped: 'extension 999 is linked with no CRM user' };
const signedOut = { ...ACTIVE, state: 'needs_auth', state_reason: 'Sign in.' };

it.each<[string, Partial<LedgerCall>, readonly string[] | undefined]>([
  ['on its way', {}, undefined],
  ['throttled', { connections: [{ ...ACTIVE, state: 'throttled' }] }, undefined],
  ['left out', { connections: [unlinked] }, [`left out: ${unlinked.skipped}`]],
  [
    'left out by one CRM and on its way to another',
    { connections: [unlinked, { ...ACTIVE, connection_id: 'b' }] },
    undefined,
  ],
  ['waiting for a person', { connections: [signedOut] }, ['needs_auth: Sign in.']],
  [
    'parked',
    { steps: [{ ...STEP, state: 'parked', message: 'The CRM refused.', remedy: 'Replay.' }] },
    ['CreateActivity is parked: The CRM refused. Replay.'],
  ],
  ['of no connection', { connections: [], notes: ['No connection.'] }, ['No connection.']],
])('a call that is %s is told so', (_name, members, expected) => {
  expect(whatHoldsIt(call(members))).toEqual(expected);
});

it('names the steps that are still to be done', () => {
  const steps = [{ ...STEP, state: 'delivered' }, STEP];

  expect(whatItWaitsFor(call({ steps }))).toEqual(['CreateActivity (ready): It is tried next.']);
});
