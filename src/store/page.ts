import { sql } from 'kysely';
import type { SelectQueryBuilder } from 'kysely';

import { AppError } from '../errors/app-error.ts';

/** What a list is asked for. */
export interface Page {
  /** Rows, 1 to 200. */
  readonly limit: number;
  /** `next_cursor` of the page before. */
  readonly cursor?: string | undefined;
}

/** A list whose rows may have external ids. */
export interface ExternalPage extends Page {
  /** Only the row with this external id. */
  readonly external_id?: string | undefined;
}

export interface PageOf<T> {
  readonly items: readonly T[];
  /** Null on the last page. */
  readonly next_cursor: string | null;
}

export const MAX_PAGE_ROWS = 200;

/**
 * Reads one page of a query, in the order of a column whose texts are unique within it. `key` gives
 * the column's value of a row. Rejects with `invalid_request` for a cursor that no list gave out.
 */
export async function readPage<DB, TB extends keyof DB, Row>(
  query: SelectQueryBuilder<DB, TB, Row>,
  page: Page,
  by: { readonly column: string; readonly key: (row: Row) => string },
): Promise<PageOf<Row>> {
  const { after, limit } = pageBounds(page);
  const column = sql.ref<string>(by.column);
  const rows = await query.where(column, '>', after).orderBy(column).limit(limit).execute();
  return toPage<Row>(rows, page, by.key);
}

/** All rows of a list that is read page by page. */
export async function readAllPages<T>(
  read: (page: Page) => Promise<PageOf<T>>,
): Promise<readonly T[]> {
  const rows: T[] = [];
  let cursor: string | undefined;
  do {
    // One page after another: each names the next.
    const page = await read({ limit: MAX_PAGE_ROWS, cursor });
    rows.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return rows;
}

/** Bounds of a page over rows in the order of their ids: those after `after`, one more than shown. */
export function pageBounds(page: Page): { readonly after: string; readonly limit: number } {
  const limit = Math.min(Math.max(Math.trunc(page.limit), 1), MAX_PAGE_ROWS);
  return { after: page.cursor === undefined ? '' : readCursor(page.cursor), limit: limit + 1 };
}

/** Cuts off the row that proves there is a next page and names that page by the last row's key. */
export function toPage<T>(rows: readonly T[], page: Page, key: (row: T) => string): PageOf<T> {
  const { limit } = pageBounds(page);
  const items = rows.slice(0, limit - 1);
  const last = items.at(-1);
  const more = rows.length >= limit && last !== undefined;
  return { items, next_cursor: more ? writeCursor(key(last)) : null };
}

/** An opaque cursor: the key of a row as Base64url (RFC 4648, section 5). */
export function writeCursor(key: string): string {
  return Buffer.from(key, 'utf8').toString('base64url');
}

/** The key inside a cursor; throws `invalid_request` for a text that no list gave out. */
export function readCursor(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString('utf8');
  if (key === '' || key.includes('\u0000') || writeCursor(key) !== cursor) {
    throw new AppError('invalid_request', 'The cursor is not one that a list gave out.');
  }
  return key;
}
