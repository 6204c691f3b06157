import type { PageOf } from '../../store/page.ts';
import type { RequestContext } from '../route.ts';

/** Epoch milliseconds as the API writes moments: ISO 8601, UTC, with milliseconds. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** The same for a moment that may not have come. */
export function isoOrNull(ms: number | null | undefined): string | null {
  return ms === null || ms === undefined ? null : iso(ms);
}

/** A page of rows as a page of the API. */
export function presentPage<Row, Item>(
  page: PageOf<Row>,
  present: (row: Row) => Item,
): { items: Item[]; next_cursor: string | null } {
  return { items: page.items.map(present), next_cursor: page.next_cursor };
}

/** Who acts, as the audit and the ledger name them. */
export function actorOf(context: RequestContext): string {
  return context.principal === undefined ? 'system' : `key:${context.principal.keyId}`;
}
