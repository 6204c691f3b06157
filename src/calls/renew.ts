import type { Database } from '../store/database.ts';

/** Prolongs claims that still hold; one that was lost stays lost. */
export async function renewLeases(
  database: Database,
  leases: readonly { readonly laneId: string; readonly fence: number }[],
  leaseMs: number,
): Promise<void> {
  if (leases.length === 0) return;
  await database.write(async (transaction) => {
    await transaction
      .updateTable('lane')
      .set({ lease_until: database.now() + leaseMs })
      .where('state', '=', 'leased')
      .where((eb) => eb.or(leases.map(({ laneId, fence }) => eb.and({ id: laneId, fence }))))
      .execute();
  });
}
