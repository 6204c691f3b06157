import { ADMIN } from '../../organizations/scope.ts';
import type { Database } from '../../store/database.ts';
import { deleteOldAuthorizations, deleteOldOffers } from './authorization-repository.ts';

/** So long a redirect that comes late is told that it is late, and one that comes twice that it was used. */
const AUTHORIZATIONS_KEPT_MS = 24 * 60 * 60_000;
/** So long another account waits for a word; its tokens are not kept for ever. */
const OFFERS_KEPT_MS = 24 * 60 * 60_000;
/** Rows of one statement: a slice that the writer does not feel. */
const SLICE = 500;

/** Removes old sign-ins that nobody finished, and other accounts that nobody confirmed. */
export async function removeOldSignIns(database: Database): Promise<void> {
  await database.write(async (transaction) => {
    const now = database.now();
    const before = now - AUTHORIZATIONS_KEPT_MS;
    await deleteOldAuthorizations(transaction, ADMIN, { before, limit: SLICE });
    await deleteOldOffers(transaction, ADMIN, now - OFFERS_KEPT_MS);
  });
}
