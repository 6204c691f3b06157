import { expect, it } from 'vitest';

import type { Database } from '../store/database.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { recoverLanes } from './recover.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';

const MINUTE_MS = 60_000;

describeDatabases('lanes of dead workers', ({ dialect, open }) => {
  /** Two lanes in the hands of a node that died so long ago that its leases have ended. */
  async function seedDead(): Promise<{ database: Database; ids: readonly string[] }> {
    const { accept, database } = await openPipeline(open);
    await accept(aCall('c-1').ringing);
    await accept(aCall('c-2').ringing);
    await database.write((transaction) =>
      transaction
        .updateTable('lane')
        .set({
          state: 'leased',
          fence: 1,
          node: 'dead',
          lease_until: database.now() - MINUTE_MS,
        })
        .execute(),
    );
    return { database, ids: (await readLanes(database)).map((lane) => lane.id) };
  }

  it('are all freed, each with a higher fence', async () => {
    const { database } = await seedDead();

    const freed = await recoverLanes(database, { kind: 'expired' });

    expect(freed).toBe(2);
    expect(await readLanes(database)).toMatchObject([
      { state: 'ready', fence: 2, node: null },
      { state: 'ready', fence: 2, node: null },
    ]);
  });

  if (dialect === 'postgres') {
    it.each(['expired', 'node'] as const)(
      'stay with the node that takes one over at this moment (%s)',
      async (kind) => {
        const { database, ids } = await seedDead();
        const [taken = ''] = ids;

        await database.writeApart(async (transaction) => {
          await transaction
            .updateTable('lane')
            .set({ fence: 2, node: 'next', lease_until: database.now() + MINUTE_MS })
            .where('id', '=', taken)
            .execute();
          // Whoever waited here for that lane would take the new lease away, or wait in a circle.
          const freed = await recoverLanes(
            database,
            kind === 'node' ? { kind, node: 'dead' } : { kind },
          );
          expect(freed).toBe(1);
        });

        const lanes = new Map((await readLanes(database)).map((lane) => [lane.id, lane]));
        expect(lanes.get(taken)).toMatchObject({ state: 'leased', fence: 2, node: 'next' });
      },
    );
  }
});

async function readLanes(database: Database) {
  return await database.read
    .selectFrom('lane')
    .select(['id', 'state', 'fence', 'node'])
    .orderBy('id')
    .execute();
}
