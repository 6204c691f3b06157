import type { Database } from '../store/database.ts';

/** Prolongs claims that still hold and returns the ids of their lanes; one that was lost stays lost. */
export async function renewLeases(
  database: Database,
  leases: readonly { readonly laneId: string; readonly fence: number }[],
  leaseMs: number,
): Promise<ReadonlySet<string>> {
  if (leases.length === 0) return new Set();
  return await database.write(async (transaction) => {
    const rows = await transaction
      .updateTable('lane')
      .set({ lease_until: database.now() + leaseMs })
      .where('state', '=', 'leased')
      .where((eb) => eb.or(leases.map(({ laneId, fence }) => eb.and({ id: laneId, fence }))))
      .returning('id')
      .execute();
    return new Set(rows.map((row) => row.id));
  });
}
