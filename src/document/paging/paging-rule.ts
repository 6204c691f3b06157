import { jsonMember, jsonText } from '../json-value.ts';
import type { Json } from '../json-value.ts';

const PAGING_TYPES = ['page', 'offset', 'cursor', 'next_url', 'link_header'] as const;

/** The object `paging` of a method. */
export interface PagingRule {
  readonly type: (typeof PAGING_TYPES)[number];
  /** Records per page: the value of `page_size`. */
  readonly size?: number;
  /** The first page or offset. */
  readonly start?: number;
  readonly maxPages?: number;
  /** The records themselves tell where the next page begins: a page of some that tell nothing is no last one. */
  readonly markedByRecords?: true;
}

/** Reads `paging`; an unknown type (an error of the document) pages nothing. */
export function readPagingRule(paging: Json): PagingRule | undefined {
  const type = PAGING_TYPES.find((known) => known === jsonText(paging, 'type'));
  if (type === undefined) return undefined;
  const size = jsonMember(paging, 'size');
  const start = jsonMember(paging, 'start');
  const maxPages = jsonMember(paging, 'max_pages');
  return {
    type,
    ...(typeof size === 'number' ? { size } : {}),
    ...(typeof start === 'number' ? { start } : {}),
    ...(typeof maxPages === 'number' ? { maxPages } : {}),
  };
}
