import { AppError } from '../errors/app-error.ts';
import type { Database } from '../store/database.ts';

/**
 * Proves that call events can be taken in: a transaction is opened and committed, as an event's
 * would be. Rejects with `unavailable`.
 */
export async function checkReady(database: Database): Promise<void> {
  try {
    await database.write(async (transaction) => {
      await transaction.selectFrom('store_fact').select('name').limit(1).execute();
    });
  } catch (err) {
    throw new AppError('unavailable', 'The database cannot be written.', { cause: err });
  }
}
