import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createVault } from '../../src/connections/vault.ts';
import type { BookScope } from '../../src/contacts/index/contact-index.ts';
import { createContactIndex } from '../../src/contacts/index/create-contact-index.ts';
import type { OpenContactIndex } from '../../src/contacts/index/create-contact-index.ts';
import { madeUpContact } from '../../src/contacts/index/testing/made-up-contacts.ts';
import { createNumberKeys } from '../../src/contacts/number-keys/number-key.ts';
import { openContactStore } from '../../src/store/contact-store.ts';
import type { ContactStore } from '../../src/store/contact-store.ts';
import { openDatabase } from '../../src/store/database.ts';
import type { Database, DatabaseSettings } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { systemClock } from '../../src/time/clock.ts';
import { createPostgresDatabase } from '../../test/real/postgres-database.ts';

/** An index of contacts in a database of its own. */
export interface ContactWorld {
  readonly index: OpenContactIndex;
  readonly store: ContactStore;
  readonly database: Database;
  readonly settings: DatabaseSettings;
  close(): Promise<void>;
}

export const CONTACT_BOOK: BookScope = { organizationId: 'bench', connectionId: 'bench' };
/** Contacts of a batch, as the sync of a server writes them. */
export const BATCH = 20_000;

/** Opens an index; without `postgres` on SQLite. */
export async function openContactWorld(postgres: string | undefined): Promise<ContactWorld> {
  const directory = mkdtempSync(join(tmpdir(), 'patchcord-bench-'));
  const made = postgres === undefined ? undefined : await createPostgresDatabase(postgres);
  const settings: DatabaseSettings =
    made === undefined
      ? { kind: 'sqlite', directory, exclusive: true }
      : { kind: 'postgres', url: made.url };
  const database = await openDatabase(settings, { clock: systemClock, onFatal: () => {} });
  await migrate(database);
  const store = await openContactStore(database, settings);
  const vault = createVault({ id: 'aaaa', bytes: new Uint8Array(32) }, randomBytes);
  const index = createContactIndex({ database, store, vault, keys: createNumberKeys() });
  const close = async (): Promise<void> => {
    await index.close();
    await store.close();
    await database.close();
    await made?.drop();
    rmSync(directory, { recursive: true, force: true });
  };
  return { index, store, database, settings, close };
}

/** Fills the book with made-up contacts as a full sync does; resolves with the seconds of its batches. */
export async function fillContacts({ index }: ContactWorld, count: number): Promise<number> {
  const { sync } = index;
  await sync.schedule(CONTACT_BOOK, 1);
  const taken = { owner: 'bench', now: 1, until: Number.MAX_SAFE_INTEGER };
  const lease = await sync.takeLease(CONTACT_BOOK, taken);
  if (lease === undefined) throw new Error('the lease is taken');
  const pass = { method: 'Contacts', kind: 'full', now: 1 } as const;
  const begun = await sync.beginPass(CONTACT_BOOK, lease, pass);
  let seconds = 0;
  for (let from = 0; from < count; from += BATCH) {
    const size = Math.min(BATCH, count - from);
    const records = Array.from({ length: size }, (_, at) => madeUpContact(from + at));
    const start = performance.now();
    await sync.writeBatch(CONTACT_BOOK, lease, {
      ...{ pass: begun.pass?.number ?? 0, method: 'Contacts', records, deleted: [] },
      ...{ place: String(from), pages: 1, received: size, leftOut: 0, country: 'GB' },
    });
    seconds += (performance.now() - start) / 1_000;
  }
  await sync.completePass(CONTACT_BOOK, lease, {
    ...{ method: 'Contacts', pass: begun.pass?.number ?? 0, now: 2, marks: '' },
    limits: { share: 0.2, least: 20, misses: 1 },
  });
  return seconds;
}

/** Contacts that are measured with; BENCH_CONTACTS names fewer for a quick look. */
export function contactCount(): number {
  return Number(process.env['BENCH_CONTACTS'] ?? 1_000_000);
}
