import { openContactStore, openContactWriter } from '../../store/contact-store.ts';
import type { Database, DatabaseSettings } from '../../store/database.ts';
import { createNumberKeys } from '../number-keys/number-key.ts';
import { createBookTasks } from './book-tasks.ts';

/** Rows that go in one transaction: a server beside this process waits for its end. */
const AT_ONCE = 2_000;

/**
 * Forgets all contacts of an organization, for a command that has no server. Resolves when their rows
 * are gone; rejects as `openContactStore` does.
 */
export async function forgetOrganization(
  database: Database,
  settings: DatabaseSettings,
  organizationId: string,
): Promise<void> {
  const store = await openContactStore(database, settings);
  try {
    const writer = await openContactWriter(store.place);
    try {
      const tasks = createBookTasks((job) => writer.write(job), createNumberKeys());
      await tasks.dropBooks({ organizationId });
      while (await tasks.sweep({ limit: AT_ONCE }));
    } finally {
      await writer.close();
    }
  } finally {
    await store.close();
  }
}
