import { rmSync } from 'node:fs';
import { join } from 'node:path';

import type { Transaction } from 'kysely';

import { AppError } from '../errors/app-error.ts';
import { systemClock } from '../time/clock.ts';
import { openDatabase } from './database.ts';
import type { Database, DatabaseSettings } from './database.ts';
import { SQLITE } from './dialect.ts';
import type { Handle } from './handle.ts';
import { migrate } from './migrate.ts';
import { CONTACT_MIGRATIONS } from './migrations/contacts-list.ts';
import type { Tables } from './schema.ts';
import { openSqlite } from './sqlite-driver.ts';
import type { SqliteOptions } from './sqlite-driver.ts';
import { makeSqliteHandles } from './sqlite-handles.ts';

/** Where the contacts are kept; a thread that opens them needs nothing else. */
export type ContactPlace =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: string };

/** The contacts, for reading; who writes has a handle of its own. */
export interface ContactStore {
  readonly place: ContactPlace;
  /** Committed rows of the contact tables; on SQLite it has no other tables. */
  readonly read: Handle;
  close(): Promise<void>;
}

/** A handle that writes contacts. */
export interface ContactWriterHandle {
  /** Runs the job in a transaction; rejects with what it threw, or as `Database.write` does. */
  write<T>(job: (transaction: Transaction<Tables>) => Promise<T>): Promise<T>;
  /** As `Database.emptyLog` does, for the contacts. */
  emptyLog(): Promise<void>;
  close(): Promise<void>;
}

/** The contacts beside the database: a copy of what CRMs have, which a sync makes again. */
export const CONTACTS_FILE = 'contacts.db';

/**
 * Memory of the writer for pages. Rows come in the order of their keys, so that a batch touches each page
 * once: more memory saves nothing, and what does not fit the system keeps, at 2 µs a page.
 */
const WRITER_CACHE_KIB = 8_192;
/** A batch writes tens of megabytes: its pages are copied into the file some batches at a time. */
const WRITER_CHECKPOINT_PAGES = 16_000;

/**
 * Opens the contacts beside an open database and brings their schema forward. On SQLite they are a file
 * of their own, so that a million of them hold neither the writer of calls nor its log; damaged, or of
 * a newer version, it is made anew, and the next sync fills it. On PostgreSQL they are tables of the
 * same database. Rejects as `openDatabase` and `migrate` do.
 */
export async function openContactStore(
  database: Database,
  settings: DatabaseSettings,
): Promise<ContactStore> {
  if (settings.kind === 'postgres') {
    await migrate(database, CONTACT_MIGRATIONS, 'contact_migration');
    const place = { kind: 'postgres', url: settings.url } as const;
    return { place, read: database.read, close: () => Promise.resolve() };
  }
  const path = join(settings.directory, CONTACTS_FILE);
  const now = (): number => database.now();
  try {
    await migrateFile(path, now);
  } catch (err) {
    if (!isPastUse(err)) throw err;
    for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true });
    await migrateFile(path, now);
  }
  const reader = openContactReader(path);
  return { place: { kind: 'sqlite', path }, ...reader };
}

/** A handle that reads the file; its threads do not wait for the writer's. */
export function openContactReader(
  path: string,
  options: Pick<SqliteOptions, 'cacheKib'> = {},
): Pick<ContactStore, 'read' | 'close'> {
  const database = openSqlite(path, SQLITE.translate, { ...options, readOnly: true });
  const { reader } = makeSqliteHandles(database);
  return {
    read: reader,
    close: () => {
      database.close();
      return Promise.resolve();
    },
  };
}

/** Opens the handle that writes contacts, as a rule in a thread of its own. */
export async function openContactWriter(place: ContactPlace): Promise<ContactWriterHandle> {
  if (place.kind === 'postgres') {
    const database = await openDatabase(
      { kind: 'postgres', url: place.url, poolSize: 2 },
      { clock: systemClock, onFatal: () => {} },
    );
    return {
      write: (job) => database.writeApart(job),
      emptyLog: () => database.emptyLog(),
      close: () => database.close(),
    };
  }
  const handles = makeSqliteHandles(
    openSqlite(place.path, SQLITE.translate, {
      cacheKib: WRITER_CACHE_KIB,
      checkpointPages: WRITER_CHECKPOINT_PAGES,
    }),
  );
  return {
    write: (job) => handles.writer.transaction().execute(job),
    emptyLog: async () => {
      await SQLITE.emptyLog?.execute(handles.writer);
    },
    close: () => handles.writer.destroy(),
  };
}

async function migrateFile(path: string, now: () => number): Promise<void> {
  const { reader, writer } = makeSqliteHandles(openSqlite(path, SQLITE.translate));
  const file = {
    dialect: 'sqlite',
    read: reader,
    write: <T>(job: (transaction: Transaction<Tables>) => Promise<T>) =>
      writer.transaction().execute(job),
    now,
  } as const;
  try {
    await migrate(file, CONTACT_MIGRATIONS, 'contact_migration');
  } finally {
    await writer.destroy();
  }
}

function isPastUse(err: unknown): boolean {
  return err instanceof AppError && ['database_failed', 'schema_mismatch'].includes(err.code);
}
