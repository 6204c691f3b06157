import type { Vault } from '../../connections/vault.ts';
import type { ContactStore } from '../../store/contact-store.ts';
import type { Database } from '../../store/database.ts';
import type { NumberKeys } from '../number-keys/number-key.ts';
import { findBookId, contactOf } from './contact-repository.ts';
import type { BookScope, ContactIndex, IndexedContact } from './contact-index.ts';
import { findDroppedBook } from './book-repository.ts';
import { trimContact } from './contact-entry.ts';
import { findByKeys } from './contact-rows-repository.ts';
import { createContactTasks } from './contact-tasks.ts';
import { createSyncStore } from './create-sync-store.ts';
import { findByNumber } from './find-by-number.ts';
import { findPeopleOfId } from './find-by-id.ts';
import { createSearch } from './search-thread.ts';
import { createSyncSeal } from './sync-seal.ts';
import { cleanKey } from './upsert-contacts.ts';
import { createWriteThread } from './write-thread.ts';

export interface ContactIndexDeps {
  readonly database: Database;
  readonly store: ContactStore;
  readonly vault: Vault;
  readonly keys: NumberKeys;
}

/** The index with what only its owner calls. */
export interface OpenContactIndex extends ContactIndex {
  /** Forgets the contacts of an organization; resolves when their rows are gone. */
  dropOrganization(organizationId: string): Promise<void>;
  /** Deletes what a process that ended had begun to forget, as far as it gets before the signal is aborted. */
  sweep(signal: AbortSignal): Promise<void>;
  /** People with this id, of whatever kind of record. */
  ofId(of: BookScope, crmId: string): Promise<readonly IndexedContact[]>;
  /** Removes contacts whose content was last told before a moment; resolves with how many went. */
  removeOlder(of: BookScope, before: number): Promise<number>;
  /** Takes what was deleted out of the log of its file. */
  emptyLog(): Promise<void>;
  /** Ends its threads; what was asked for and is not done is rejected. */
  close(): Promise<void>;
}

/** Rows that go in one transaction. */
const SWEPT_AT_ONCE = 10_000;
/** Contacts that go in one transaction, each with all its rows. */
const REMOVED_AT_ONCE = 1_000;

/**
 * The index of contacts on an open store. On SQLite one thread writes and another one searches; on
 * PostgreSQL a thread writes batches, and all else goes by the database's own connections.
 */
export function createContactIndex(deps: ContactIndexDeps): OpenContactIndex {
  const { database, store, keys } = deps;
  const { read } = store;
  const thread = createWriteThread(store.place);
  const heavy = thread.tasks;
  const light = store.place.kind === 'sqlite' ? heavy : createContactTasks(database, keys);
  const search = createSearch(store);
  const now = (): number => database.now();
  const seal = createSyncSeal(deps.vault);
  const sweep = async (signal?: AbortSignal): Promise<void> => {
    // As a rule there is none: no thread is started for it. Slice by slice: batches are written in between.
    while (signal?.aborted !== true && (await findDroppedBook(read)) !== undefined) {
      await heavy.sweep({ limit: SWEPT_AT_ONCE });
    }
  };
  return {
    byNumber: (of, number, options) => findByNumber(read, of, { number, keys, options }),
    byId: async (of, key) => {
      const book = await findBookId(read, of);
      if (book === undefined) return undefined;
      const [row] = await findByKeys(read, book, [cleanKey(key)]);
      return row === undefined ? undefined : contactOf(row, of.connectionId);
    },
    search: (of, query, options) => search.search(listOf(of), query, options),
    put: (of, contacts, { source, country }) =>
      light.put({ of, contacts: contacts.map(trimContact), source, country, now: now() }),
    remove: (of, removed) => light.remove({ of, keys: removed }),
    dropBook: async (of) => {
      await light.dropBooks(of);
      await sweep();
    },
    dropOrganization: async (organizationId) => {
      await light.dropBooks({ organizationId });
      await sweep();
    },
    sweep,
    ofId: (of, crmId) => findPeopleOfId(read, of, crmId),
    removeOlder: async (of, before) => {
      let removed = 0;
      for (;;) {
        const went = await heavy.removeOlder({ of, before, limit: REMOVED_AT_ONCE });
        removed += went;
        if (went < REMOVED_AT_ONCE) return removed;
      }
    },
    emptyLog: () => heavy.emptyLog(),
    sync: createSyncStore({
      ...{ read, light, heavy, seal, now },
      // SQLite has no need of statistics: each statement has one index that fits.
      filled: () => (store.place.kind === 'postgres' ? heavy.analyze() : Promise.resolve()),
    }),
    close: async () => {
      await Promise.all([thread.close(), search.close()]);
    },
  };
}

function listOf(of: BookScope | readonly BookScope[]): readonly BookScope[] {
  return 'connectionId' in of ? [of] : of;
}
