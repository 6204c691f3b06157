import { expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import { closeSilentCalls } from './close-silent-calls.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';
import type { TestPipeline } from './testing/pipeline.ts';

const HOUR = 3_600_000;

describeDatabases('a silent call', ({ open }) => {
  const close = (pipeline: TestPipeline, given: Partial<TestPipeline> = {}) =>
    closeSilentCalls({ ...pipeline, ...given, log: pipeline.deliver.log });

  async function phases({ database }: TestPipeline): Promise<readonly string[]> {
    const rows = await database.read
      .selectFrom('call')
      .select('phase')
      .orderBy('external_id')
      .orderBy('generation')
      .execute();
    return rows.map((row) => row.phase);
  }

  it('ends alone, though another call has begun with its id since', async () => {
    const pipeline = await openPipeline(open);
    await pipeline.accept(aCall().ringing);
    pipeline.clock.advance(25 * HOUR);
    await pipeline.accept({ ...aCall().ringing, event_id: 'after-reboot' });

    await close(pipeline);

    expect(await phases(pipeline)).toEqual(['ended', 'ringing']);
  });

  it('goes on when something is heard of it at the last moment', async () => {
    const pipeline = await openPipeline(open);
    await pipeline.accept(aCall().ringing);
    pipeline.clock.advance(7 * HOUR);
    const { connections } = pipeline;

    const closed = await close(pipeline, {
      connections: {
        ...connections,
        ofOrganization: async (id) => {
          await pipeline.accept(aCall().answered);
          return await connections.ofOrganization(id);
        },
      },
    });

    expect(closed).toBe(0);
    expect(await phases(pipeline)).toEqual(['answered']);
  });

  it('that cannot be ended keeps no other one from its end', async () => {
    const pipeline = await openPipeline(open);
    await pipeline.accept(aCall('c-1').ringing, aCall('c-2').ringing);
    pipeline.clock.advance(7 * HOUR);
    const { connections } = pipeline;
    let asked = 0;

    const closed = await close(pipeline, {
      connections: {
        ...connections,
        ofOrganization: async (id) => {
          asked += 1;
          if (asked === 1) throw new Error('a secret cannot be opened');
          return await connections.ofOrganization(id);
        },
      },
    });

    expect(closed).toBe(1);
    expect(pipeline.warned).toEqual(['a silent call could not be ended']);
  });
});
