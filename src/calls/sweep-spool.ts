import type { Spool } from '../recordings/spool.ts';
import type { Database } from '../store/database.ts';
import { findDelivered, findUnnamed, markDeleted } from './recording-repository.ts';

/** How long recordings stay, in milliseconds. */
export interface KeptRecordings {
  /** After all connections have had them: a replay may need them. */
  readonly deliveredMs: number;
  /** Those that a CRM links to, after they came. */
  readonly linkedMs: number;
}

const HOUR_MS = 60 * 60 * 1_000;

export const KEPT_RECORDINGS: KeptRecordings = {
  deliveredMs: 24 * HOUR_MS,
  linkedMs: 30 * 24 * HOUR_MS,
};

const SLICE = 100;
/** A file gets its row within this time of its last byte, or never. */
const ARRIVAL_MS = HOUR_MS;

/**
 * Removes recordings that nothing needs any more, and files that no row names (left by a crash
 * between the file and its row). One slice of each; returns how many files went.
 */
export async function sweepSpool(
  deps: { readonly database: Database; readonly spool: Spool },
  kept: KeptRecordings = KEPT_RECORDINGS,
): Promise<number> {
  const { database, spool } = deps;
  const now = database.now();
  const before = now - kept.deliveredMs;
  const linkedBefore = Math.min(before, now - kept.linkedMs);
  const delivered = await findDelivered(database.read, { before, linkedBefore, limit: SLICE });
  for (const row of delivered) {
    await database.write((transaction) => markDeleted(transaction, row.id));
    if (row.file !== null) await spool.remove(row.file);
  }
  const files = await spool.leftovers({ writtenBefore: now - ARRIVAL_MS, limit: SLICE });
  const orphans = await findUnnamed(database.read, files);
  for (const file of orphans) await spool.remove(file);
  return delivered.length + orphans.length;
}
