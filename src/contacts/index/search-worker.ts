import { parentPort, workerData } from 'node:worker_threads';

import { openContactReader } from '../../store/contact-store.ts';
import { searchBooks } from './search-books.ts';
import type { BooksSearch } from './search-books.ts';
import { serveThread } from './serve-thread.ts';

/** Memory for pages: the upper ones of the indexes stay in it. */
const CACHE_KIB = 16_384;

// A thread of its own: SQLite answers on the thread that asks, and a search takes milliseconds.
const { read } = openContactReader(String(workerData), { cacheKib: CACHE_KIB });
if (parentPort !== null) {
  // `search-thread.ts` made the question.
  serveThread(parentPort, (_, given) => searchBooks(read, given as BooksSearch));
}
