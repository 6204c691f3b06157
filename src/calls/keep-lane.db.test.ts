import type { KyselyPlugin } from 'kysely';
import { expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import { claimLanes } from './claim.ts';
import { deliverLane } from './deliver.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';

describeDatabases('a claimed lane', ({ open }) => {
  it('is read once for all steps that follow each other', async () => {
    const pipeline = await openPipeline(open, {
      methods: ['FindContact', 'CreateActivity', 'StopCallActivity'],
    });
    const { database, connections, runner } = pipeline;
    const call = aCall();
    await pipeline.accept(call.ringing, call.ended);
    let reads = 0;
    const count: KyselyPlugin = {
      transformQuery: ({ node }) => {
        reads += 1;
        return node;
      },
      transformResult: ({ result }) => Promise.resolve(result),
    };
    const counted = { ...database, read: database.read.withPlugin(count) };
    const claim = { database, connections, node: 'node-1', leaseMs: 45_000 };
    const { lanes } = await claimLanes(claim, 1);

    for (const { laneId, lane, fence, connection } of lanes) {
      const { signal } = new AbortController();
      const of = { lease: { laneId, fence }, lane, connection, signal };
      await deliverLane({ ...pipeline.deliver, database: counted }, of);
    }

    expect(runner.sent.map(({ method }) => method)).toEqual([
      'FindContact',
      'CreateActivity',
      'StopCallActivity',
    ]);
    // What is known of the call, the users of its extensions, the steps.
    expect(reads).toBe(3);
  });
});
