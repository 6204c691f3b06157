import { extname } from 'node:path';

import type { ContactStore } from '../../store/contact-store.ts';
import type { BookScope, IndexedContact, SearchOptions } from './contact-index.ts';
import { searchBooks } from './search-books.ts';
import { createThread } from './thread.ts';

export interface Search {
  search(
    of: readonly BookScope[],
    query: string,
    options: SearchOptions,
  ): Promise<readonly IndexedContact[]>;
  close(): Promise<void>;
}

const MOST_FOUND = 100;
// The compiled program stands beside the compiled form of this file.
const PROGRAM = new URL(`./search-worker${extname(import.meta.url)}`, import.meta.url);
/** Who looks somebody up is soon to look up another one; starting the thread takes a tenth of a second. */
const IDLE_MS = 10 * 60_000;
/** A search holds some thousand names. */
const HEAP_MB = { old: 64, young: 8 };

/** Searches beside the event loop: on SQLite in a thread, on PostgreSQL in the database. */
export function createSearch(store: ContactStore): Search {
  if (store.place.kind === 'postgres') {
    return {
      search: async (of, query, { limit, signal }) =>
        await searchBooks(store.read, { of, query, limit: few(limit) }, signal),
      close: () => Promise.resolve(),
    };
  }
  const thread = createThread({
    program: PROGRAM,
    data: store.place.path,
    idleMs: IDLE_MS,
    heapMb: HEAP_MB,
  });
  // One at a time: who has typed on meanwhile is not searched for at all.
  let before: Promise<unknown> = Promise.resolve();
  return {
    search: async (of, query, { limit, signal }) => {
      const ready = before;
      const asked = (async () => {
        await ready;
        signal.throwIfAborted();
        return await thread.ask('search', { of: [...of], query, limit: few(limit) });
      })();
      before = asked.catch(() => {});
      // The thread answers with what `searchBooks` gives.
      return (await asked) as readonly IndexedContact[];
    },
    close: thread.close,
  };
}

function few(limit: number): number {
  return Math.min(Math.max(Math.trunc(limit), 1), MOST_FOUND);
}
