import type { Handle } from '../../store/handle.ts';
import { inOrder } from './candidate-source.ts';
import type { BookScope, IndexedContact } from './contact-index.ts';
import { contactOf, findBookId } from './contact-repository.ts';
import { findByIds } from './contact-rows-repository.ts';
import { searchBook } from './search-book.ts';
import { readQuery } from './search-query.ts';
import type { Candidate } from './search-repository.ts';

/** What is searched for, and where. */
export interface BooksSearch {
  readonly of: readonly BookScope[];
  readonly query: string;
  /** Contacts in all. */
  readonly limit: number;
}

/** The first contacts of several connections together; see `ContactIndex.search`. */
export async function searchBooks(
  handle: Handle,
  { of, query, limit }: BooksSearch,
  signal?: AbortSignal,
): Promise<readonly IndexedContact[]> {
  const parts = readQuery(query);
  if (parts.length === 0) return [];
  const found: { readonly candidate: Candidate; readonly connectionId: string }[] = [];
  for (const scope of of) {
    const book = await findBookId(handle, scope);
    if (book === undefined) continue;
    const { connectionId } = scope;
    const candidates = await searchBook({ handle, book, parts, limit, signal });
    found.push(...candidates.map((candidate) => ({ candidate, connectionId })));
  }
  const first = found.sort((a, b) => inOrder(a.candidate, b.candidate)).slice(0, limit);
  const rows = await findByIds(
    handle,
    first.map(({ candidate }) => candidate.id),
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return first.flatMap(({ candidate, connectionId }) => {
    const row = byId.get(candidate.id);
    // It may have gone in between.
    return row === undefined ? [] : [contactOf(row, connectionId)];
  });
}
