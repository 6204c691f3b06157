import type { BoundRecord } from '../bind/compile-binding.ts';
import { parseLinkHeader } from './link-header.ts';
import type { PagingRule } from './paging-rule.ts';
import { numericValue } from '../values/plain-number.ts';
import type { Values } from '../values/values.ts';

/** One page as it was read. */
export interface PageRead {
  /** Elements received, those that were passed over included: `received` of a bound answer. */
  readonly records: number;
  /** The moving values that the answer bound. */
  readonly moving: BoundRecord;
  readonly headers: Readonly<Record<string, string>>;
  /** The URL that was asked, against which a relative link is read. */
  readonly url: string;
}

/** Why there is no further page. */
export type EndedBy =
  'empty_page' | 'has_more' | 'no_next' | 'page_cap' | 'repeated_cursor' | 'origin_refused';

export type PageStep =
  /** `nextUrl`, where there is one, replaces path and query of the request. */
  | { readonly status: 'next'; readonly moving: Values; readonly nextUrl?: string }
  | { readonly status: 'end'; readonly endedBy: EndedBy };

export interface Pager {
  /** The moving values of the first request; `cursor` and `next_url` have none. */
  first(): Values;
  /** What follows a page that was read. Call it once per page, in order. */
  next(page: PageRead): PageStep;
}

/** Ten times what the largest list of contacts needs; an endless list must end somewhere. */
export const MAX_PAGES = 10_000;

/**
 * Decides page by page how a long answer goes on, by a method's `paging`. `isAllowed` says whether
 * an absolute http(s) URL may be asked. An answer that says there is no more counts before an empty
 * page, and both before the cap of pages.
 */
export function createPager(rule: PagingRule, isAllowed: (url: string) => boolean): Pager {
  const cap = Math.min(rule.maxPages ?? MAX_PAGES, MAX_PAGES);
  const seen = new Set<string>();
  const size: Values = rule.size === undefined ? {} : { page_size: rule.size };
  let position = rule.start ?? (rule.type === 'page' ? 1 : 0);
  let pages = 0;

  const advance = (page: PageRead): PageStep => {
    if (rule.type === 'page') {
      position += 1;
      return go({ page: position });
    }
    if (rule.type === 'offset') return advanceOffset(page);
    const mark = nextMark(rule.type, page);
    if (mark === undefined) return { status: 'end', endedBy: 'no_next' };
    if (rule.type !== 'cursor') return follow(mark, page.url);
    return once(mark, () => go({ cursor: mark }));
  };

  const advanceOffset = (page: PageRead): PageStep => {
    const bound = textOf(page.moving, 'offset');
    if (bound === undefined) {
      position += page.records;
      return go({ offset: position });
    }
    // Some CRMs call a cursor an offset: what is no number goes back as it came.
    const offset = numericValue(bound) ?? bound;
    if (typeof offset === 'number') position = offset;
    return once(bound, () => go({ offset }));
  };

  const follow = (link: string, base: string): PageStep => {
    const url = absoluteUrl(link, base);
    if (url === undefined || !isAllowed(url)) return { status: 'end', endedBy: 'origin_refused' };
    return once(url, () => ({ ...go({ next_url: url }), nextUrl: url }));
  };

  const once = (mark: string, step: () => PageStep): PageStep => {
    if (seen.has(mark)) return { status: 'end', endedBy: 'repeated_cursor' };
    seen.add(mark);
    return step();
  };

  const go = (moving: Values) => ({ status: 'next', moving: { ...size, ...moving } }) as const;

  return {
    first: () => {
      if (rule.type === 'page') return { ...size, page: position };
      if (rule.type !== 'offset') return size;
      seen.add(String(position));
      return { ...size, offset: position };
    },
    next: (page) => {
      pages += 1;
      if (saysNoMore(page.moving)) return { status: 'end', endedBy: 'has_more' };
      const step = advance(page);
      if (step.status === 'end' && step.endedBy === 'no_next') return step;
      if (page.records === 0) return { status: 'end', endedBy: 'empty_page' };
      if (step.status === 'end') return step;
      return pages >= cap ? { status: 'end', endedBy: 'page_cap' } : step;
    },
  };
}

function saysNoMore(moving: BoundRecord): boolean {
  const word = textOf(moving, 'has_more')?.toLowerCase();
  return word === 'false' || word === '0';
}

function nextMark(type: 'cursor' | 'next_url' | 'link_header', page: PageRead): string | undefined {
  if (type !== 'link_header') return textOf(page.moving, type);
  const header = Object.entries(page.headers).find(([name]) => name.toLowerCase() === 'link');
  const links = header === undefined ? [] : parseLinkHeader(header[1]);
  return links.find((link) => link.relations.includes('next'))?.target;
}

/** An http(s) URL without user, password and fragment, as it will be asked; else undefined. */
function absoluteUrl(link: string, base: string): string | undefined {
  const url = URL.parse(link, base);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined;
  if (url.username !== '' || url.password !== '') return undefined;
  url.hash = '';
  return url.href;
}

function textOf(moving: BoundRecord, name: string): string | undefined {
  const value = Object.hasOwn(moving, name) ? moving[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}
