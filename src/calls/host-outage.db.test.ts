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
   * their rows it is somebody else, so that no connection has a breaker of its own here. `first`: an
   * address that the eight may call, too, and that their documents name first.
   */
  async function begin(options: { organizations?: number; first?: string } = {}) {
    const { organizations = 8, first } = options;
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
        origin: calledBy(connection),
        send: () => {
          sent.push({ connectionId: connection.id, at: clock.now() });
          const answer = isDown && calledBy(connection) === SHARED ? UNAVAILABLE : undefined;
          return Promise.resolve(answer ?? aRun({}, [{ activity_id: '1' }]));
        },
      }),
    };
    const seen = (connection: CallConnection): CallConnection => {
      const at = shared.indexOf(connection.id);
      return {
        ...connection,
        origins: at < 0 ? [OTHER] : first === undefined ? [SHARED] : [first, SHARED],
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
    const claim = async () =>
      (await claimLanes({ database, connections, node: 'node-1', leaseMs: 45_000 }, 100)).lanes;
    const round = async (): Promise<number> => {
      const lanes = await claim();
      underWay = lanes.filter(({ connection }) => calledBy(connection) === SHARED).length;
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
      ...{ sent, claim, round, settle, pass, host, shared },
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

  it('is asked about by one lane, however often its connection is looked at meanwhile', async () => {
    const { accept, settle, claim, clock, host } = await begin();
    const calls = Array.from({ length: 6 }, (_, at) => aCall(`c-${at}`));
    await accept(...calls.map((call) => call.ringing));
    await settle();
    clock.advance(HOUR / 60);

    const looks = [await claim(), await claim(), await claim()];

    expect((await host())?.state).toBe('broken');
    expect(looks.map((lanes) => lanes.length)).toEqual([1, 0, 0]);
  });

  it('that is nobody’s first address is asked about, and ends', async () => {
    const { accept, settle, pass, sent, recover, host, database } = await begin({ first: OTHER });
    const calls = Array.from({ length: 6 }, (_, at) => aCall(`c-${at}`));
    await accept(...calls.map((call) => call.ringing));
    await settle();
    const shown = sent.length;
    const broke = (await host())?.state;

    await pass(HOUR / 4, HOUR / 60);
    const during = sent.length - shown;
    recover();
    await pass(HOUR / 4, HOUR / 60);

    const open_ = database.read.selectFrom('step').select('id').where('state', '<>', 'done');
    expect(broke).toBe('broken');
    expect(during).toBeGreaterThan(2);
    // Probes alone: after 30 seconds, one minute, two, four, eight.
    expect(during).toBeLessThanOrEqual(6);
    expect(await open_.execute()).toEqual([]);
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

/** Where the requests of a connection go. */
function calledBy({ origins }: CallConnection): string {
  return origins.at(-1) ?? '';
}
