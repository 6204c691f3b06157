import { recordDeed } from '../access/audit.ts';
import { AppError } from '../errors/app-error.ts';
import type { Database } from '../store/database.ts';
import type { Ids } from '../text/uuid.ts';
import {
  deleteOrganizationRow,
  deleteRefusedEvents,
  deleteSlice,
  forgetFiles,
  listSpooledFiles,
  OWNED_TABLES,
} from './deletion-repository.ts';
import { countRemoved, findHold, listDeleting } from './holds-repository.ts';
import type { Hold } from './holds-repository.ts';
import { DELETED } from './life.ts';
import { ADMIN } from './scope.ts';
import { readUsage, sumUpUsage, withoutOwner } from './usage.ts';

export interface DeletionDeps {
  readonly database: Database;
  readonly ids: Ids;
  /** Takes a file out of the spool; one that is gone already is removed. */
  readonly removeFile: (file: string) => Promise<void>;
  /** Forgets the copies of its CRMs' contacts, which stand elsewhere; absent: there are none. */
  readonly removeContacts?: ((organizationId: string) => Promise<void>) | undefined;
  /** Tests end the process there. */
  readonly reached?: (removed: number) => void;
}

/** Keys of one transaction: a slice that the writer does not feel, for calls with all their rows. */
const SLICE = 100;
const CALLS = 20;
/** Rows may arrive while others go: a call that was on its way, for example. */
const ROUNDS = 5;
/** What a last bill needs. */
const BILLED_MONTHS = 2;

/**
 * Deletes everything of an organization that `beginDeletion` marked, slice by slice: cut off
 * anywhere, the next run goes on. What stays is one entry of the audit trail without names, with
 * what it used in the last two months. Returns how many rows went in this run.
 */
export async function deleteOrganization(
  deps: DeletionDeps,
  organizationId: string,
  signal?: AbortSignal,
): Promise<number> {
  const scope = { organizationId };
  let removed = 0;
  for (let round = 1; ; round += 1) {
    const hold = await findHold(deps.database.read, scope);
    // Another process has ended it.
    if (hold?.state !== 'deleting') return removed;
    await sumUpUsage(deps.database, scope);
    await deps.removeContacts?.(organizationId);
    removed += await deleteFiles(deps, organizationId, signal);
    removed += await slice(deps, organizationId, (transaction) =>
      deleteRefusedEvents(transaction, scope),
    );
    for (const table of OWNED_TABLES) {
      const limit = table.table === 'call' ? CALLS : SLICE;
      let went: number;
      do {
        signal?.throwIfAborted();
        went = await slice(deps, organizationId, (transaction) =>
          deleteSlice(transaction, scope, { table, limit }),
        );
        removed += went;
        deps.reached?.(removed);
      } while (went > 0);
    }
    if (await end(deps, hold, round >= ROUNDS)) return removed;
  }
}

/** Deletes every organization that is marked, one after the other. */
export async function deleteMarked(deps: DeletionDeps, signal?: AbortSignal): Promise<void> {
  for (const hold of await listDeleting(deps.database.read, ADMIN)) {
    await deleteOrganization(deps, hold.organization_id, signal);
  }
}

async function slice(
  { database }: DeletionDeps,
  organizationId: string,
  work: (transaction: Parameters<typeof deleteSlice>[0]) => Promise<number>,
): Promise<number> {
  return await database.write(async (transaction) => {
    const rows = await work(transaction);
    if (rows > 0) await countRemoved(transaction, { organizationId }, rows);
    return rows;
  });
}

/** First the file, then what names it: cut off between, the next run removes it again. */
async function deleteFiles(
  deps: DeletionDeps,
  organizationId: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  const scope = { organizationId };
  let removed = 0;
  for (;;) {
    signal?.throwIfAborted();
    const files = await listSpooledFiles(deps.database.read, scope, SLICE);
    if (files.length === 0) return removed;
    for (const { file } of files) await deps.removeFile(file);
    const ids = files.map(({ id }) => id);
    await deps.database.write((transaction) => forgetFiles(transaction, scope, ids));
    removed += files.length;
  }
}

async function end({ database, ids }: DeletionDeps, hold: Hold, last: boolean): Promise<boolean> {
  try {
    await database.write(async (transaction) => {
      const scope = { organizationId: hold.organization_id };
      const months = await readUsage(transaction, scope);
      const usage = months.slice(-BILLED_MONTHS).map(withoutOwner);
      const there = await deleteOrganizationRow(transaction, ADMIN, hold.organization_id);
      if (!there) return;
      await recordDeed(transaction, ADMIN, {
        ids,
        actor: hold.actor,
        action: DELETED,
        objectKind: 'organization',
        objectId: hold.organization_id,
        details: { begun_at: new Date(hold.since).toISOString(), usage },
        at: database.now(),
      });
    });
    return true;
  } catch (err) {
    // Something of it arrived meanwhile: it goes with the next round.
    if (!last && err instanceof AppError && err.code === 'conflict') return false;
    throw err;
  }
}
