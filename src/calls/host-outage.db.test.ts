import { expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import type { CallConnection, ConnectionBook } from './call-connection.ts';
import { claimLanes } from './claim.ts';
import { deliverLane } from './deliver.ts';
import { aRun, UNAVAILABLE } from './testing/fake-runner.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';
import { SEEDED } from './testing/seed.ts';
import type { StepRunner } from './step-runner.ts';

const SHARED = 'https://api.shared.test';
const OTHER = 'https://api.other.test';
const HOUR = 3_600_000;

describeDatabases('an outage of a host', ({ open }) => {
  /**
   * Eight connections call one address, two call another. Whose they are says the book alone: for
   * their rows it is somebody else, so that no connection has a breaker of its own here.
   */
  async function begin(options: { readonly organizations?: number } = {}) {
    const { organizations = 8 } = options;
    const shared = Array.from({ length: 8 }, (_, at) => `con-s${at}`);
    const pipeline = await openPipeline(open, {
      methods: ['CreateActivity', 'StopCallActivity'],
      connections: [...shared, 'con-other'],
    });
    const { database, clock } = pipeline;
    let isDown = true;
    const sent: { connectionId: string; at: number }[] = [];
    let underWay = 0;
    let most = 0;
    const runner: StepRunner = {
      prepare: async ({ connection }) => ({
        status: 'ready',
        idempotent: false,
        origin: connection.origins[0] ?? '',
        send: () => {
          sent.push({ connectionId: connection.id, at: clock.now() });
          const answer = isDown && connection.origins[0] === SHARED ? UNAVAILABLE : undefined;
          return Promise.resolve(answer ?? aRun({}, [{ activity_id: '1' }]));
        },
      }),
    };
    const seen = (connection: CallConnection): CallConnection => {
      const at = shared.indexOf(connection.id);
      return {
        ...connection,
        origins: [at < 0 ? OTHER : SHARED],
        ...(at < 0 ? {} : { organizationId: `org-${at % organizations}` }),
      };
    };
    const connections: ConnectionBook = {
      ...pipeline.connections,
      open: async (_organization, id) => {
        const connection = await pipeline.connections.open(SEEDED.organizationId, id);
        return connection === undefined ? undefined : seen(connection);
      },
    };
    const round = async (): Promise<number> => {
      const claim = { database, connections, node: 'node-1', leaseMs: 45_000 };
      const { lanes } = await claimLanes(claim, 100);
      underWay = lanes.filter(({ connection }) => connection.origins[0] === SHARED).length;
      most = Math.max(most, underWay);
      for (const { laneId, fence, connection } of lanes) {
        await deliverLane(
          { ...pipeline.deliver, runner },
          {
            lease: { laneId, fence },
            connection,
            signal: new AbortController().signal,
          },
        );
      }
      return lanes.length;
    };
    const settle = async (): Promise<void> => {
      while ((await round()) > 0);
    };
    const pass = async (ms: number, everyMs: number): Promise<void> => {
      for (let passed = 0; passed < ms; passed += everyMs) {
        clock.advance(everyMs);
        await settle();
      }
    };
    const host = () => database.read.selectFrom('host_health').selectAll().executeTakeFirst();
    return {
      ...pipeline,
      ...{ sent, round, settle, pass, host, shared },
      recover: () => {
        isDown = false;
      },
      mostSince: () => {
        const before = most;
        most = 0;
        return before;
      },
    };
  }

  it('of three days uses up no tries but those that showed it, and keeps nobody else', async () => {
    const { accept, pass, settle, sent, database, recover, host, mostSince } = await begin();
    const calls = Array.from({ length: 6 }, (_, at) => aCall(`c-${at}`));
    await accept(...calls.flatMap((call) => [call.ringing, call.ended]));
    await settle();
    const shown = sent.length;
    const attemptsThen = await attempts();

    await pass(72 * HOUR, HOUR / 4);
    const during = sent.slice(shown).filter(({ connectionId }) => connectionId !== 'con-other');
    const attemptsNow = await attempts();
    const state = (await host())?.state;
    recover();
    mostSince();
    await pass(HOUR, HOUR / 20);

    const open_ = await database.read
      .selectFrom('step')
      .select(['id'])
      .where('state', '<>', 'done')
      .execute();
    async function attempts(): Promise<number> {
      const row = await database.read
        .selectFrom('step')
        .select((eb) => eb.fn.sum<number>('attempts').as('sum'))
        .executeTakeFirstOrThrow();
      return Number(row.sum);
    }
    expect(state).toBe('broken');
    // A probe every quarter of an hour, of whatever connection.
    expect(during.length).toBeLessThanOrEqual(72 * 4 + 10);
    expect(during.length).toBeGreaterThan(72);
    expect(attemptsNow).toBe(attemptsThen);
    expect(open_).toEqual([]);
  });

  it('lets few requests out at first when it is over, and more with each success', async () => {
    const { accept, pass, settle, round, recover, clock, host } = await begin();
    const calls = Array.from({ length: 30 }, (_, at) => aCall(`c-${at}`));
    await accept(...calls.map((call) => call.ringing));
    await settle();
    await pass(HOUR, HOUR / 60);
    recover();
    const claimed: number[] = [];
    for (let look = 0; look < 200 && claimed.length < 3; look += 1) {
      clock.advance(5_000);
      const before = (await host())?.permits ?? 1;
      const count = await round();
      if (count > 0) claimed.push(count, before);
    }

    expect(claimed.slice(0, 2)).toEqual([1, 1]);
    expect(claimed[2]).toBeLessThanOrEqual(4);
  });

  it('that one organization alone sees holds up nobody else', async () => {
    const { accept, settle, host, sent, shared } = await begin({ organizations: 1 });
    const calls = Array.from({ length: 6 }, (_, at) => aCall(`c-${at}`));

    await accept(...calls.map((call) => call.ringing));
    await settle();

    expect((await host())?.state).toBe('watched');
    expect(new Set(sent.map(({ connectionId }) => connectionId)).size).toBe(shared.length + 2);
  });
});
