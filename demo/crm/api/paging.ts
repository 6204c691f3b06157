import { Refusal } from '../answer.ts';

/** Records per page unless `per_page` says otherwise, and at most. */
const PAGE_SIZE = 50;
const MOST_PER_PAGE = 200;

/** The query of every list, as its page explains it. */
export const PAGING_QUERY = {
  page: 'The page, from 1. Or:',
  cursor: 'The `next_cursor` of the page before.',
  per_page: `Records per page, at most ${MOST_PER_PAGE}. (${PAGE_SIZE})`,
};

/** One page of a list, with what leads to the next one. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly page: number;
  readonly more: boolean;
  readonly next_cursor: string | null;
  readonly total: number;
}

/** Cuts the page that the query asks for, by number or by cursor; throws a 400 refusal for a wrong one. */
export function pageOf<T>(all: readonly T[], query: URLSearchParams): Page<T> {
  const size = Math.min(positive(query.get('per_page'), 'per_page', PAGE_SIZE), MOST_PER_PAGE);
  const cursor = query.get('cursor');
  const start =
    cursor === null ? (positive(query.get('page'), 'page', 1) - 1) * size : startOf(cursor);
  const end = start + size;
  const more = end < all.length;
  return {
    items: all.slice(start, end),
    page: Math.floor(start / size) + 1,
    more,
    next_cursor: more ? Buffer.from(`from:${end}`).toString('base64url') : null,
    total: all.length,
  };
}

function startOf(cursor: string): number {
  const match = /^from:(\d+)$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (match === null) {
    throw new Refusal(400, 'The cursor is none that this API gave.');
  }
  return Number(match[1]);
}

function positive(text: string | null, name: string, otherwise: number): number {
  if (text === null || text === '') return otherwise;
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new Refusal(400, `"${name}" must be a whole number from 1.`);
  }
  return number;
}
