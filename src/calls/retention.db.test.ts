import { expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import { applyRetention } from './retention.ts';
import { openPipeline } from './testing/pipeline.ts';
import { SEEDED } from './testing/seed.ts';

const DAY = 86_400_000;

describeDatabases('retention', ({ open }) => {
  it('keeps up with more calls than one statement takes away, and leaves the younger', async () => {
    const { database, clock } = await openPipeline(open);
    const keep = async (day: number, count: number): Promise<void> => {
      const now = clock.now();
      await database.write(async (transaction) => {
        await transaction
          .insertInto('call')
          .values(
            Array.from({ length: count }, (_, at) => ({
              id: `${day}-${at}`,
              organization_id: SEEDED.organizationId,
              phone_system_id: SEEDED.phoneSystemId,
              external_id: `${day}-${at}`,
              generation: 1,
              phase: 'ended' as const,
              facts: '{}',
              event_count: 1,
              started_at: now,
              created_at: now,
              last_event_at: now,
            })),
          )
          .execute();
      });
    };
    await keep(1, 1_200);
    clock.advance(399 * DAY);
    await keep(2, 3);
    clock.advance(2 * DAY);

    const removed = await applyRetention(database);

    const left = await database.read.selectFrom('call').select('id').execute();
    expect(removed).toBe(1_200);
    expect(left).toHaveLength(3);
  });
});
