import { expect, it } from 'vitest';

import { openDatabase } from '../store/database.ts';
import type { Database } from '../store/database.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { systemClock } from '../time/clock.ts';
import { createIntake } from './intake.ts';
import type { StepRun, StepRunner } from './step-runner.ts';
import { aRun } from './testing/fake-runner.ts';
import { aCall, pipelineOn } from './testing/pipeline.ts';
import type { SeedOptions } from './testing/seed.ts';
import { SEEDED } from './testing/seed.ts';
import { createWorker, WORKER_TIMES } from './worker.ts';

const METHODS = ['CreateActivity', 'StopCallActivity'] as const;
const CALLS = 40;
const TIMES = { ...WORKER_TIMES, pollEveryMs: 50 };

interface Sent {
  readonly node: string;
  readonly connectionId: string;
  readonly key: string;
  readonly method: string;
}

/** A CRM that takes a moment, and counts how many requests of a connection are under way. */
function slowCrm(answer: (sent: Sent) => Promise<StepRun>) {
  const sent: Sent[] = [];
  const underWay = new Map<string, number>();
  const most = new Map<string, number>();
  const runnerOf = (node: string): StepRunner => ({
    prepare: async ({ connection: { id: connectionId }, method, values }) => ({
      status: 'ready',
      idempotent: false,
      send: async () => {
        const one = { node, connectionId, key: String(values['call_key']), method };
        sent.push(one);
        const now = (underWay.get(connectionId) ?? 0) + 1;
        underWay.set(connectionId, now);
        most.set(connectionId, Math.max(most.get(connectionId) ?? 0, now));
        const run = await answer(one);
        underWay.set(connectionId, (underWay.get(connectionId) ?? 1) - 1);
        return run;
      },
    }),
  });
  return { sent, most, runnerOf };
}

const aMoment = async (): Promise<StepRun> => {
  await systemClock.sleep(2);
  return aRun({}, [{ activity_id: '1' }]);
};

describeDatabases('the nodes of a database', ({ dialect, settings }) => {
  /** On PostgreSQL several, each with its own handle; SQLite belongs to one process. */
  async function begin(
    seeded: SeedOptions,
    answer: (sent: Sent) => Promise<StepRun> = aMoment,
    nodes = 2,
  ) {
    const place = await settings();
    const open = (): Promise<Database> =>
      openDatabase(place, { clock: systemClock, onFatal: () => {} });
    const first = await open();
    const handles = [first];
    while (dialect === 'postgres' && handles.length < nodes) handles.push(await open());
    const crm = slowCrm(answer);
    const pipeline = await pipelineOn(first, systemClock, { methods: METHODS, ...seeded });
    const workers = handles.map((database, at) => {
      const node = `node-${at + 1}`;
      return createWorker({
        ...pipeline.deliver,
        database,
        node,
        runner: crm.runnerOf(node),
        connections: pipeline.connections,
        clock: systemClock,
        times: TIMES,
        housekeep: () => Promise.resolve(),
      });
    });
    const intake = createIntake({ ...pipeline, wake: () => {} });
    const settled = async (): Promise<void> => {
      const left = () =>
        first.read
          .selectFrom('step')
          .select((eb) => eb.fn.countAll<number>().as('open'))
          .where('state', '<>', 'done')
          .executeTakeFirstOrThrow();
      while (Number((await left()).open) > 0) await systemClock.sleep(10);
    };
    const close = async (): Promise<void> => {
      for (const worker of workers) await worker.close();
      for (const handle of handles) await handle.close();
    };
    return { ...crm, pipeline, database: first, workers, intake, settled, close };
  }

  it('run each step once, in order, and never more at a time than the connection allows', async () => {
    const connections = ['con-2', 'con-3'];
    let answered = 0;
    let halfWay = (): void => {};
    const { sent, most, workers, intake, settled, close } = await begin({ connections }, () => {
      answered += 1;
      if (answered === CALLS * 3) halfWay();
      return aMoment();
    });
    const [first, second] = workers;
    let closed: Promise<void> | undefined;
    // From here on all of it is the other's, whoever was faster so far.
    halfWay = () => {
      if (second !== undefined) closed = first?.close();
    };
    const calls = Array.from({ length: CALLS }, (_, at) => aCall(`c-${at}`));
    await intake.accept(
      SEEDED,
      calls.flatMap((call) => [call.ringing, call.ended]),
    );

    await first?.start();
    while (sent.length === 0) await systemClock.sleep(1);
    await second?.start();
    await settled();
    await closed;
    await close();

    const lanes = Map.groupBy(sent, ({ key }) => key);
    expect(lanes.size).toBe(CALLS * 3);
    expect([...lanes.values()].map((lane) => lane.map(({ method }) => method).join())).toEqual(
      Array.from(lanes, () => METHODS.join()),
    );
    expect([...most.values()].filter((count) => count > 4)).toEqual([]);
    expect(new Set(sent.map(({ node }) => node)).size).toBe(workers.length);
  });

  it('share the rate of a connection, whose limit no window of time exceeds', async () => {
    const rate = { requests: 20, per_seconds: 0.5 };
    const { sent, database, workers, intake, settled, close } = await begin(
      { options: { rate } },
      aMoment,
      3,
    );
    const calls = Array.from({ length: 20 }, (_, at) => aCall(`c-${at}`));
    await intake.accept(
      SEEDED,
      calls.flatMap((call) => [call.ringing, call.ended]),
    );

    for (const worker of workers) await worker.start();
    await settled();
    const rows = await database.read.selectFrom('attempt').select('started_at').execute();
    await close();

    const times = rows.map((row) => row.started_at).toSorted((a, b) => a - b);
    // Each request and the twentieth after it are at least the whole window apart.
    const spans = times.slice(rate.requests).map((time, at) => time - (times[at] ?? 0));
    expect(sent).toHaveLength(40);
    expect(spans.filter((span) => span < 500)).toEqual([]);
  });

  it('send one probe between them while a connection is broken', async () => {
    let answerProbe = (_run: StepRun): void => {};
    const probed = new Promise<StepRun>((resolve) => {
      answerProbe = resolve;
    });
    let asked = 0;
    const { sent, most, pipeline, database, workers, intake, settled, close } = await begin(
      {},
      () => {
        asked += 1;
        return asked === 1 ? probed : aMoment();
      },
    );
    await intake.accept(
      SEEDED,
      Array.from({ length: 20 }, (_, at) => aCall(`c-${at}`).ringing),
    );
    await database.write(async (transaction) => {
      await transaction
        .updateTable('connection')
        .set({ state: 'broken', state_until: pipeline.deliver.database.now() - 1, failures: 5 })
        .execute();
    });

    for (const worker of workers) await worker.start();
    while (sent.length === 0) await systemClock.sleep(1);
    for (let turn = 0; turn < 20; turn += 1) {
      for (const worker of workers) worker.wake();
      await systemClock.sleep(2);
    }
    const before = sent.length;
    answerProbe(aRun({}, [{ activity_id: '1' }]));
    await settled();
    await close();

    expect(before).toBe(1);
    expect(sent).toHaveLength(20);
    expect(most.get('con-1')).toBeLessThanOrEqual(4);
  });
});
