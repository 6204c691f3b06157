import { expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import { clampTimes } from './clamp-times.ts';
import { replayMany } from './replay-many.ts';
import type { ReplayFilter } from './replay-repository.ts';
import { LOST, REFUSED } from './testing/fake-runner.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';
import { SEEDED } from './testing/seed.ts';
import type { SeedOptions } from './testing/seed.ts';

const SCOPE = { organizationId: SEEDED.organizationId };
const CALLS = 6;

describeDatabases('a replay of many steps', ({ open }) => {
  /** Six calls whose create the CRM refused. */
  async function begin(seeded: SeedOptions = {}, answer = REFUSED) {
    const pipeline = await openPipeline(open, {
      methods: ['CreateActivity', 'StopCallActivity'],
      ...seeded,
    });
    const { runner, accept, clock, drain } = pipeline;
    runner.answer('CreateActivity', ...Array.from({ length: CALLS }, () => answer));
    for (let at = 0; at < CALLS; at += 1) {
      const call = aCall(`c-${at}`);
      await accept(call.ringing, call.ended);
      clock.advance(60_000);
      await drain();
    }
    const sentBefore = runner.sent.length;
    const replay = (filter: ReplayFilter = {}, preview = false) =>
      replayMany({ ...pipeline, wake: () => {} }, SCOPE, { filter, preview, actor: 'key:1' });
    /** How many requests left in each of the next seconds. */
    const watch = async (seconds: number): Promise<readonly number[]> => {
      const counts: number[] = [];
      for (let second = 0; second < seconds; second += 1) {
        const before = runner.sent.length;
        await drain();
        counts.push(runner.sent.length - before);
        clock.advance(1_000);
      }
      return counts;
    };
    return { ...pipeline, sentBefore, replay, watch };
  }

  it('leaves out a call that was deleted meanwhile, and tries all others', async () => {
    const pipeline = await begin();
    const { connections, database, runner, drain, clock } = pipeline;
    const { id } = await database.read
      .selectFrom('call')
      .select('id')
      .orderBy('id')
      .executeTakeFirstOrThrow();
    const deleting = {
      ...connections,
      open: async (organizationId: string, connectionId: string) => {
        await database.write((transaction) =>
          transaction.deleteFrom('call').where('id', '=', id).execute(),
        );
        return await connections.open(organizationId, connectionId);
      },
    };

    await replayMany({ ...pipeline, connections: deleting, wake: () => {} }, SCOPE, {
      filter: {},
      preview: false,
      actor: 'key:1',
    });
    clock.advance(60_000);
    await drain();

    const again = runner.sent.slice(pipeline.sentBefore);
    expect(again.filter(({ method }) => method === 'CreateActivity')).toHaveLength(CALLS - 1);
  });

  it('asks for few changes at once, so that others are served between them', async () => {
    const pipeline = await begin();
    const { accept, drain, clock, runner, database } = pipeline;
    const more = Array.from({ length: 45 }, (_, at) => aCall(`more-${at}`));
    runner.answer('CreateActivity', ...more.map(() => REFUSED));
    await accept(...more.flatMap(({ ringing, ended }) => [ringing, ended]));
    clock.advance(60_000);
    await drain();
    let [asked, most, served] = [0, 0, 0];
    const counting: typeof database = {
      ...database,
      write: async (job) => {
        asked += 1;
        most = Math.max(most, asked);
        if (asked === 1) setImmediate(() => (served += 1));
        return await database.write(job).finally(() => (asked -= 1));
      },
    };

    const told = await replayMany({ ...pipeline, database: counting, wake: () => {} }, SCOPE, {
      filter: {},
      preview: false,
      actor: 'key:1',
    });

    expect(told.steps).toBe(CALLS + 45);
    expect(most).toBeLessThanOrEqual(20);
    expect(served).toBeGreaterThanOrEqual(3);
  });

  it('goes at a tenth of the rate, each call in its order, and ends', async () => {
    const { replay, watch, runner, sentBefore, steps } = await begin({
      options: { rate: { requests: 10, per_seconds: 1 } },
    });

    const told = await replay();
    const counts = await watch(CALLS * 2 + 2);

    expect(told).toMatchObject({ steps: CALLS, calls: CALLS, leftToPeople: 0, more: false });
    expect(Math.max(...counts)).toBe(1);
    const lanes = Map.groupBy(runner.sent.slice(sentBefore), ({ values }) => values['call_key']);
    expect([...lanes.values()].map((lane) => lane.map(({ method }) => method).join())).toEqual(
      Array.from({ length: CALLS }, () => 'CreateActivity,StopCallActivity'),
    );
    expect(new Set(await steps())).toEqual(
      new Set(['CreateActivity done', 'StopCallActivity done']),
    );
  });

  it('is spread over a day at most, and the times it has are kept', async () => {
    const pipeline = await begin();
    const { connections, database } = pipeline;
    const slow = {
      ...connections,
      open: async (organizationId: string, connectionId: string) => {
        const opened = await connections.open(organizationId, connectionId);
        return opened === undefined
          ? undefined
          : { ...opened, limits: [{ requests: 1, per_seconds: 86_400 }] };
      },
    };

    const told = await replayMany({ ...pipeline, connections: slow, wake: () => {} }, SCOPE, {
      filter: {},
      preview: false,
      actor: 'key:1',
    });

    expect(told).toMatchObject({ steps: CALLS, lastAt: database.now() + 24 * 3_600_000 });
    expect(await clampTimes(database)).toBe(0);
  });

  it('lets calls of today go first', async () => {
    const { replay, accept, drain, runner, sentBefore } = await begin();
    await replay();
    const today = aCall('today');
    await accept(today.ringing, today.ended);

    await drain();

    const keys = runner.sent.slice(sentBefore).map(({ values }) => values['call_key']);
    expect(new Set(keys).size).toBe(2);
  });

  it('done twice is done once', async () => {
    const { replay, watch, runner, sentBefore } = await begin();
    await replay();

    const second = await replay();
    await watch(CALLS + 2);

    expect(second).toMatchObject({ steps: 0, calls: 0 });
    expect(runner.sent.slice(sentBefore)).toHaveLength(CALLS * 2);
  });

  it('changes nothing as a preview', async () => {
    const { replay, watch, database } = await begin();

    const told = await replay({}, true);
    const counts = await watch(2);

    expect(told).toMatchObject({ steps: CALLS, lastAt: database.now() - 2_000 + 5_000 });
    expect(counts).toEqual([0, 0]);
  });

  it.each<[string, (now: number) => ReplayFilter, number]>([
    ['a reason', () => ({ reason: 'refused' }), CALLS],
    ['another reason', () => ({ reason: 'gave_up' }), 0],
    ['another connection', () => ({ connectionId: 'con-9' }), 0],
    ['a time', (now) => ({ since: now - 4 * 60_000, until: now - 60_000 }), 3],
  ])('chooses by %s', async (_name, filter, steps) => {
    const { replay, database } = await begin();

    expect((await replay(filter(database.now()), true)).steps).toBe(steps);
  });

  it('leaves to people what only people can find out', async () => {
    const { replay } = await begin({ options: { on_unknown: 'park' } }, LOST);

    expect(await replay()).toMatchObject({ steps: 0, leftToPeople: CALLS });
  });

  it('begins behind what is replayed already', async () => {
    const { replay, database } = await begin();
    const middle = database.now() - 3 * 60_000;
    const first = await replay({ until: middle });

    const second = await replay({ since: middle });

    expect(first.lastAt).toBe(database.now() + 2_000);
    expect(second.lastAt).toBe(database.now() + 5_000);
  });
});
