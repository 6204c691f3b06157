import { randomBytes } from 'node:crypto';

import { createVault } from '../../../connections/vault.ts';
import { openContactStore } from '../../../store/contact-store.ts';
import { openDatabase } from '../../../store/database.ts';
import type { Database, DatabaseSettings } from '../../../store/database.ts';
import type { Handle } from '../../../store/handle.ts';
import type { TestDatabases } from '../../../store/testing/databases.ts';
import { systemClock } from '../../../time/clock.ts';
import type { ContactRecord } from '../../contact-record.ts';
import { createNumberKeys } from '../../number-keys/number-key.ts';
import type { BookScope } from '../contact-index.ts';
import { createContactIndex } from '../create-contact-index.ts';
import type { OpenContactIndex } from '../create-contact-index.ts';
import type { SyncBatch, SyncLease } from '../sync-store.ts';

export interface TestIndex {
  readonly index: OpenContactIndex;
  readonly database: Database;
  /** Its store, for reading. */
  readonly read: Handle;
  readonly settings: DatabaseSettings;
  close(): Promise<void>;
}

/** An index on a fresh database; whoever opens it closes it. */
export async function openTestIndex(
  databases: TestDatabases,
  key: Uint8Array = new Uint8Array(32),
): Promise<TestIndex> {
  return await openIndexOn(await databases.settings(), key);
}

/** An index on the database of these settings, which another one may have filled. */
export async function openIndexOn(
  settings: DatabaseSettings,
  key: Uint8Array = new Uint8Array(32),
): Promise<TestIndex> {
  const database = await openDatabase(settings, { clock: systemClock, onFatal: () => {} });
  const store = await openContactStore(database, settings);
  const vault = createVault({ id: `key-${key[0]}`, bytes: key }, randomBytes);
  const index = createContactIndex({ database, store, vault, keys: createNumberKeys() });
  const close = async (): Promise<void> => {
    await index.close();
    await store.close();
    await database.close();
  };
  return { index, database, read: store.read, settings, close };
}

export const BOOK: BookScope = { organizationId: 'org-1', connectionId: 'con-1' };

/** Somebody of whom the CRM tells nothing but what is given. */
export function person(crmId: string, given: Partial<ContactRecord> = {}): ContactRecord {
  return { kind: 'person', contactType: '', crmId, name: '', emails: [], phones: [], ...given };
}

export const OWNER = 'node-1';

/** Takes the lease of a connection, whose job is made first. */
export async function lease(index: OpenContactIndex, of: BookScope = BOOK): Promise<SyncLease> {
  await index.sync.schedule(of, 1);
  const taken = await index.sync.takeLease(of, { owner: OWNER, now: 1, until: 100, seize: true });
  if (taken === undefined) throw new Error('there is no job');
  return taken;
}

/** A batch of people of the first pass. */
export function batch(given: Partial<SyncBatch>): SyncBatch {
  const records = [...(given.records ?? [])];
  return {
    ...{ pass: 1, method: 'Contacts', deleted: [], place: 'next', pages: 1 },
    ...{ received: records.length, leftOut: 0, country: 'GB' },
    ...given,
    records,
  };
}
