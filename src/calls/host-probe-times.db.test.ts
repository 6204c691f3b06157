import { expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import type { CallConnection, ConnectionBook } from './call-connection.ts';
import { claimLanes } from './claim.ts';
import { deliverLane } from './deliver.ts';
import { UNAVAILABLE } from './testing/fake-runner.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';
import { SEEDED } from './testing/seed.ts';
import type { StepRunner } from './step-runner.ts';

const HOST = 'https://api.shared.test';
const CONNECTIONS = Array.from({ length: 6 }, (_, at) => `con-s${at}`);

describeDatabases('the probes of a host that is away', ({ open }) => {
  /**
   * Every request fails, of six organizations; `probeSeconds` is how long one takes. Returns the
   * seconds from the end of one probe to the beginning of the next.
   */
  async function pausesOf(probeSeconds: number, seconds: number): Promise<readonly number[]> {
    const pipeline = await openPipeline(open, {
      methods: ['CreateActivity', 'StopCallActivity'],
      connections: CONNECTIONS,
    });
    const { database, clock, accept } = pipeline;
    const connections: ConnectionBook = {
      ...pipeline.connections,
      open: async (_organization, id) => {
        const connection = await pipeline.connections.open(SEEDED.organizationId, id);
        if (connection === undefined) return undefined;
        // For their rows it is somebody else: none has a breaker of its own here.
        return { ...connection, origins: [HOST], organizationId: `org-${id}` };
      },
    };
    const runner: StepRunner = {
      prepare: async () => ({
        status: 'ready',
        idempotent: false,
        origin: HOST,
        send: () => Promise.resolve(UNAVAILABLE),
      }),
    };
    const deliver = { ...pipeline.deliver, runner };
    const { signal } = new AbortController();
    const claim = async () =>
      (await claimLanes({ database, connections, node: 'node-1', leaseMs: 45_000 }, 100)).lanes;
    const run = async (lane: {
      readonly laneId: string;
      readonly fence: number;
      readonly connection: CallConnection;
    }): Promise<void> => {
      await deliverLane(deliver, { lease: lane, connection: lane.connection, signal });
    };
    await accept(...Array.from({ length: 4 }, (_, at) => aCall(`c-${at}`).ringing));
    for (const lane of await claim()) await run(lane);
    const pauses: number[] = [];
    let ended = clock.now();
    for (let second = 0; second < seconds; second += 1) {
      clock.advance(1_000);
      const [lane] = await claim();
      if (lane === undefined) continue;
      pauses.push((clock.now() - ended) / 1_000);
      for (let under = 0; under < probeSeconds; under += 1) {
        clock.advance(1_000);
        // Whoever looks meanwhile is held.
        expect(await claim()).toEqual([]);
      }
      await run(lane);
      ended = clock.now();
    }
    return pauses;
  }

  it.each([
    ['at once', 0],
    ['after ten seconds', 10],
    ['after forty seconds', 40],
  ])('that fail %s follow each other as planned, whoever was held meanwhile', async (_name, s) => {
    const [first = 0, second = 0, third = 0] = await pausesOf(s, 280);

    expect([first - 30, second - 60, third - 120].map((late) => late >= 0 && late <= 2)).toEqual([
      true,
      true,
      true,
    ]);
  });
});
