import { expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import { removeExchangesOf } from './exchange-retention.ts';
import { applyRetention } from './retention.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';
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

  it('removes requests and answers of one connection, and goes on behind them', async () => {
    const { database, clock, ...pipeline } = await openPipeline(open, { connections: ['con-2'] });
    const told = async (id: string): Promise<void> => {
      const { ringing, answered, ended } = aCall(id);
      await pipeline.accept(ringing, answered, ended);
      await pipeline.drain();
    };
    const kept = async (connectionId: string): Promise<number> => {
      const rows = await database.read
        .selectFrom('exchange')
        .innerJoin('attempt', 'attempt.id', 'exchange.attempt_id')
        .innerJoin('lane', 'lane.id', 'attempt.lane_id')
        .select('exchange.id')
        .where('lane.connection_id', '=', connectionId)
        .execute();
      return rows.length;
    };
    const of = { organizationId: SEEDED.organizationId, connectionId: SEEDED.connectionId };
    await told('old');
    clock.advance(3 * DAY);
    await told('young');
    const [own, other] = [await kept('con-1'), await kept('con-2')];

    const first = { after: '', before: clock.now() - 2 * DAY };
    const last = await removeExchangesOf(database, of, first);
    const left = [await kept('con-1'), await kept('con-2')];
    clock.advance(3 * DAY);
    await removeExchangesOf(database, of, { after: last, before: clock.now() - 2 * DAY });

    expect(own).toBeGreaterThan(0);
    expect(left).toEqual([own / 2, other]);
    expect([await kept('con-1'), await kept('con-2')]).toEqual([0, other]);
  });
});
