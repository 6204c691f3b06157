import { expect, test } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import { listCalls } from './ledger.ts';
import type { CallState } from './ledger-repository.ts';
import type { StepRun } from './step-runner.ts';
import { aRun, REFUSED } from './testing/fake-runner.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';
import { SEEDED } from './testing/seed.ts';

const SCOPE = { organizationId: SEEDED.organizationId };
const STATES: readonly CallState[] = ['open', 'delivered', 'skipped', 'parked', 'discarded'];
const FOUND = aRun({}, [{ contact_id: '7', contact_name: 'Grace Hopper' }]);
const LEFT_OUT = aRun({
  kind: 'refused',
  effect: 'not_executed',
  action: 'skip',
  message: 'The document leaves it out.',
});

describeDatabases('the state of a call that has ended', ({ open }) => {
  test.each<[string, Readonly<Record<string, StepRun>>, CallState]>([
    ['whose caller was found and that was written', { FindContact: FOUND }, 'delivered'],
    [
      'whose caller was found and that was left out',
      { FindContact: FOUND, CreateActivity: LEFT_OUT },
      'skipped',
    ],
    ['whose caller was not found and that was left out', { CreateActivity: LEFT_OUT }, 'skipped'],
    [
      'whose caller was found and that the CRM refuses',
      { FindContact: FOUND, CreateActivity: REFUSED },
      'parked',
    ],
    [
      'that was written, and whose end was left out',
      { FindContact: FOUND, StopCallActivity: LEFT_OUT },
      'delivered',
    ],
  ])('%s', async (_name, answers, expected) => {
    const { accept, drain, runner, database } = await openPipeline(open);
    for (const [method, run] of Object.entries(answers)) runner.answer(method, run);
    const call = aCall();
    await accept(call.ringing, call.answered, call.ended);
    await drain();

    const shown = await listCalls(database, SCOPE, { filter: {}, page: { limit: 10 } });
    const inStates = await Promise.all(
      STATES.map(async (state) => {
        const found = await listCalls(database, SCOPE, { filter: { state }, page: { limit: 10 } });
        return found.items.map(() => state);
      }),
    );

    expect(shown.items.map(({ state }) => state)).toEqual([expected]);
    expect(inStates.flat()).toEqual([expected]);
  });
});
