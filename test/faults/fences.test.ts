import { expect, it } from 'vitest';

import { recoverLanes } from '../../src/calls/recover.ts';
import type { StepRun, StepRunner } from '../../src/calls/step-runner.ts';
import { aRun } from '../../src/calls/testing/fake-runner.ts';
import { aCall, openPipeline } from '../../src/calls/testing/pipeline.ts';
import type { Database } from '../../src/store/database.ts';
import { describeDatabases } from '../../src/store/testing/databases.ts';
import type { Clock } from '../../src/time/clock.ts';
import { audit } from './auditor.ts';
import type { Executed, Facts } from './auditor.ts';
import { withoutFences } from './ignore-fences.ts';
import { readLedger } from './read-ledger.ts';

type Open = (options: { clock: Clock }) => Promise<Database>;

const PAST_THE_LEASE_MS = 46_000;
const PAST_A_BACKOFF_MS = 10_000;

describeDatabases('a worker that sleeps past its lease', ({ open }) => {
  it('has its result thrown away', async () => {
    expect(audit(await sleepPastLease(open))).toEqual([]);
  });

  it('is caught when nobody looks at the fences (negative control)', async () => {
    const careless: Open = async (options) => withoutFences(await open(options));

    const violations = audit(await sleepPastLease(careless));

    expect(violations.join('\n')).toContain('2 times CreateActivity');
  });
});

/**
 * The first create waits for its answer while the lease ends, and the next worker sends it again.
 * Then the first answer arrives: the CRM had refused to run it, so that it may be repeated.
 */
async function sleepPastLease(open: Open): Promise<Facts> {
  const crm = slowCrm();
  const { accept, drain, database, clock } = await openPipeline(open, {
    methods: ['CreateActivity', 'StopCallActivity'],
    crm: () => crm.runner,
  });
  const { ringing, ended } = aCall();
  await accept(ringing);
  const asleep = drain();
  await crm.begun;
  clock.advance(PAST_THE_LEASE_MS);
  await recoverLanes(database, { kind: 'expired' });
  await drain();
  clock.advance(PAST_A_BACKOFF_MS);
  await drain();
  crm.answerLate();
  await asleep;
  await accept(ended);
  clock.advance(PAST_A_BACKOFF_MS);
  await drain();
  const events = [ringing, ended];
  return {
    acknowledged: events.map(({ call_id, kind }) => ({ callId: call_id, kind })),
    executed: crm.executed,
    ledger: await readLedger(database),
  };
}

const NOT_NOW: StepRun = aRun({ kind: 'busy', effect: 'not_executed', action: 'retry' });

/** A CRM whose first answer comes when the test says so; every other request makes a record. */
function slowCrm() {
  const executed: Executed[] = [];
  let isFirst = true;
  let begin = (): void => {};
  let answerLate = (): void => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const late = new Promise<void>((resolve) => {
    answerLate = resolve;
  });
  const runner: StepRunner = {
    prepare: ({ method, values }) =>
      Promise.resolve({
        status: 'ready',
        idempotent: false,
        send: async () => {
          if (isFirst) {
            isFirst = false;
            begin();
            await late;
            return NOT_NOW;
          }
          const record = String(executed.length + 1);
          const act = method === 'CreateActivity' ? 'create' : 'stop';
          executed.push({ act, key: String(values['call_key']), record });
          return aRun({}, [{ activity_id: record }]);
        },
      }),
  };
  return { runner, executed, begun, answerLate };
}
