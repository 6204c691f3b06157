import { expect, it } from 'vitest';

import { createPlaces } from '../connections/places.ts';
import type { Places } from '../connections/places.ts';
import type { Database } from '../store/database.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { systemClock } from '../time/clock.ts';
import { createIntake } from './intake.ts';
import { aRun, LOST } from './testing/fake-runner.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';
import type { TestPipeline } from './testing/pipeline.ts';
import { SEEDED } from './testing/seed.ts';
import type { SeedOptions } from './testing/seed.ts';
import { createWorker } from './worker.ts';
import type { WorkerTimes } from './worker.ts';

/** Nothing but a wake-up starts work. */
const TIMES: WorkerTimes = {
  leaseMs: 60_000,
  renewEveryMs: 60_000,
  abortAfterMs: 60_000,
  pollEveryMs: 60_000,
  housekeepEveryMs: 60_000,
  closeAfterMs: 60_000,
};

describeDatabases('the worker', ({ open }) => {
  async function begin(
    times: Partial<WorkerTimes> = {},
    options: SeedOptions & { readonly database?: (opened: Database) => Database } = {},
    places?: Places,
  ) {
    const pipeline = await openPipeline(open, options);
    const worker = createWorker({
      ...pipeline.deliver,
      database: options.database?.(pipeline.database) ?? pipeline.database,
      connections: pipeline.connections,
      ...(places === undefined ? {} : { places }),
      clock: systemClock,
      times: { ...TIMES, ...times },
      housekeep: () => Promise.resolve(),
    });
    const intake = createIntake({ ...pipeline, wake: () => worker.wake() });
    return { ...pipeline, worker, intake };
  }

  async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
    while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
  }

  const isSent = (pipeline: TestPipeline, method: string) => () =>
    pipeline.runner.sent.some((sent) => sent.method === method);

  it('begins as soon as events are in', async () => {
    const begun = await begin();
    await begun.worker.start();

    await begun.intake.accept(SEEDED, [aCall().ringing, aCall().ended]);
    await until(isSent(begun, 'StopCallActivity'));
    await begun.worker.close();

    expect(await begun.steps()).toEqual([
      'FindContact done',
      'CreateActivity done',
      'StopCallActivity done',
    ]);
  });

  it('goes on with calls as soon as a look-up has left the only place, and leaves it in the end', async () => {
    let wake = (): void => {};
    const places = createPlaces({ clock: systemClock, wake: () => wake() });
    const begun = await begin(
      {},
      { methods: ['CreateActivity'], options: { concurrency: 1 } },
      places,
    );
    wake = () => begun.worker.wake();
    const connection = { id: SEEDED.connectionId, options: { concurrency: 1 } };
    const patience = { ms: 60_000, signal: new AbortController().signal };
    const first = await places.enter(connection, patience);
    await begun.worker.start();
    await begun.intake.accept(SEEDED, [aCall().ringing, aCall().ended]);
    const before = begun.runner.sent.length;

    if (first.status === 'entered') first.leave();
    await until(isSent(begun, 'CreateActivity'));
    const after = await places.enter(connection, patience);
    await begun.worker.close();

    expect([before, after.status]).toEqual([0, 'entered']);
  });

  it("wakes for the next slot of a connection's rate", async () => {
    const begun = await begin(
      {},
      {
        methods: ['CreateActivity'],
        options: { rate: { requests: 100, per_seconds: 1 } },
        database: (opened) => ({ ...opened, now: () => systemClock.now() }),
      },
    );
    await begun.worker.start();
    const calls = ['c-1', 'c-2', 'c-3'].map((id) => aCall(id));

    await begun.intake.accept(
      SEEDED,
      calls.flatMap((call) => [call.ringing, call.ended]),
    );
    await until(() => begun.runner.sent.length === 3);
    await begun.worker.close();

    expect((await begun.steps()).join()).toBe(Array(3).fill('CreateActivity done').join());
  });

  it('ends its requests when it cannot renew its leases', async () => {
    const hanging: (() => void)[] = [];
    let reachable = true;
    const begun = await begin(
      { renewEveryMs: 10, abortAfterMs: 50 },
      {
        methods: ['CreateActivity', 'StopCallActivity'],
        database: (opened) => ({
          ...opened,
          write: async (job) => {
            if (!reachable) await new Promise<void>((resolve) => hanging.push(resolve));
            return await opened.write(job);
          },
        }),
      },
    );
    const ended = new Promise<void>((resolve) => {
      begun.runner.refuse('CreateActivity', {
        status: 'ready',
        idempotent: false,
        send: async (signal) => {
          reachable = false;
          while (!signal.aborted) await new Promise((next) => setImmediate(next));
          resolve();
          return LOST;
        },
      });
    });
    await begun.worker.start();
    await begun.intake.accept(SEEDED, [aCall().ringing]);

    await ended;
    reachable = true;
    for (const resume of hanging) resume();
    await begun.worker.close();

    expect((await begun.steps()).join()).toMatch(/CreateActivity (pending|sending|done)/);
  });

  it('ends a request whose lane another worker has taken', async () => {
    const begun = await begin({ renewEveryMs: 5 });
    const ended = new Promise<void>((resolve) => {
      begun.runner.refuse('CreateActivity', {
        status: 'ready',
        idempotent: false,
        send: (signal) => {
          begun.runner.sent.push({ connectionId: '', method: 'CreateActivity', values: {} });
          return new Promise((answer) => {
            signal.addEventListener('abort', () => {
              resolve();
              answer(aRun({}, [{ activity_id: '5' }]));
            });
          });
        },
      });
    });
    await begun.worker.start();
    await begun.intake.accept(SEEDED, [aCall().ringing]);
    await until(isSent(begun, 'CreateActivity'));

    await begun.database.write(async (transaction) => {
      await transaction
        .updateTable('lane')
        .set((eb) => ({ fence: eb('fence', '+', 1), node: 'node-2', lease_until: 9e15 }))
        .execute();
    });
    await ended;
    await begun.worker.close();

    expect(await begun.steps()).toContain('CreateActivity sending');
  });

  it('takes back at its start what it held in an earlier life', async () => {
    const begun = await begin();
    await begun.intake.accept(SEEDED, [aCall().ringing]);
    await begun.database.write(async (transaction) => {
      await transaction
        .updateTable('lane')
        .set({ state: 'leased', node: begun.deliver.node, lease_until: 9e15, fence: 7 })
        .execute();
    });

    await begun.worker.start();
    await until(isSent(begun, 'CreateActivity'));
    await begun.worker.close();

    const lane = await begun.database.read
      .selectFrom('lane')
      .select(['state', 'fence'])
      .executeTakeFirstOrThrow();
    expect(lane).toMatchObject({ state: 'idle' });
    expect(lane.fence).toBeGreaterThan(7);
  });

  it('lets a request that is under way end before it closes', async () => {
    const begun = await begin();
    let answerNow = (): void => {};
    begun.runner.refuse('CreateActivity', {
      status: 'ready',
      idempotent: false,
      send: () =>
        new Promise((resolve) => {
          begun.runner.sent.push({ connectionId: '', method: 'CreateActivity', values: {} });
          answerNow = () => resolve(aRun({}, [{ activity_id: '5' }]));
        }),
    });
    await begun.worker.start();
    await begun.intake.accept(SEEDED, [aCall().ringing]);
    await until(isSent(begun, 'CreateActivity'));

    const closed = begun.worker.close();
    answerNow();
    await closed;

    expect(await begun.steps()).toContain('CreateActivity done');
  });

  it('ends requests that take too long, and their outcome is unknown', async () => {
    const begun = await begin({ closeAfterMs: 1 });
    begun.runner.answer('CreateActivity', 'hang');
    await begun.worker.start();
    await begun.intake.accept(SEEDED, [aCall().ringing]);
    await until(isSent(begun, 'CreateActivity'));

    await begun.worker.close();

    expect(await begun.steps()).toContain('CreateActivity unknown');
  });
});
