import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
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

/**
 * Why there is no further page. `repeated_page`: the records are those of the page before. `no_mark`: the
 * records were to tell where the next one begins, and none did.
 */
export type EndedBy =
  | 'empty_page'
  | 'has_more'
  | 'no_next'
  | 'no_mark'
  | 'page_cap'
  | 'repeated_cursor'
  | 'repeated_page'
  | 'origin_refused';

export type PageStep =
  /** `nextUrl`, where there is one, replaces path and query of the request. */
  | { readonly status: 'next'; readonly moving: Values; readonly nextUrl?: string }
  | { readonly status: 'end'; readonly endedBy: EndedBy };

/** Where the pages go on, after a restart too. JSON; marks and links may be secrets of the CRM. */
export interface PagerState {
  /** Pages that were read. */
  readonly pages: number;
  /** The page number or the offset, where the pager counts them itself. */
  readonly position: number;
  /** The moving values of the next request. */
  readonly moving: Values;
  /** Replaces path and query of the next request. */
  readonly nextUrl?: string;
  /** Digests of the marks that were asked for: of very many the first and the last ones. */
  readonly seen: readonly string[];
}

export interface Pager {
  /** The moving values of the first request of all; `cursor` and `next_url` have none. */
  first(): Values;
  /** What follows a page that was read. Call it once per page, in order. */
  next(page: PageRead): PageStep;
  /** Where it stands: before the first page, or after a `next` that another page follows. */
  state(): PagerState;
}

export interface PagerOptions {
  /** Goes on here, by the same rule. */
  readonly from?: PagerState;
  /** Pages that are read at most, whatever the rule says. */
  readonly mostPages?: number;
}

/** More than a list that is held at once needs; an endless list must end somewhere. */
export const MAX_PAGES = 10_000;

/**
 * Marks whose digests a state keeps. A mark that comes again after a restart is found at once, or, in
 * a longer circle, when the circle has been gone through once more.
 */
const SEEN_KEPT = 256;

/**
 * Decides page by page how a long answer goes on, by a method's `paging`. `isAllowed` says whether
 * an absolute http(s) URL may be asked. An answer that says there is no more counts before an empty
 * page, and both before the cap of pages.
 */
export function createPager(
  rule: PagingRule,
  isAllowed: (url: string) => boolean,
  { from, mostPages = MAX_PAGES }: PagerOptions = {},
): Pager {
  const cap = Math.min(rule.maxPages ?? mostPages, mostPages);
  const seen = new Set<string>(from?.seen);
  const size: Values = rule.size === undefined ? {} : { page_size: rule.size };
  let position = from?.position ?? rule.start ?? (rule.type === 'page' ? 1 : 0);
  let pages = from?.pages ?? 0;
  const first: Values =
    rule.type === 'page' || rule.type === 'offset' ? { ...size, [rule.type]: position } : size;
  let place: Pick<PagerState, 'moving' | 'nextUrl'> = from ?? { moving: first };
  if (from === undefined && rule.type === 'offset') seen.add(digestOf(String(position)));

  const advance = (page: PageRead): PageStep => {
    if (rule.type === 'page') {
      position += 1;
      return go({ page: position });
    }
    if (rule.type === 'offset') return advanceOffset(page);
    const mark = nextMark(rule.type, page);
    if (mark === undefined)
      return { status: 'end', endedBy: isUnmarked(page) ? 'no_mark' : 'no_next' };
    if (rule.type !== 'cursor') return follow(mark, page.url);
    return once(mark, () => go({ cursor: mark }));
  };

  const isUnmarked = (page: PageRead): boolean => rule.markedByRecords === true && page.records > 0;

  const advanceOffset = (page: PageRead): PageStep => {
    const bound = textOf(page.moving, 'offset');
    if (bound === undefined && isUnmarked(page)) return { status: 'end', endedBy: 'no_mark' };
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
    const digest = digestOf(mark);
    if (seen.has(digest)) return { status: 'end', endedBy: 'repeated_cursor' };
    seen.add(digest);
    return step();
  };

  const go = (moving: Values) => ({ status: 'next', moving: { ...size, ...moving } }) as const;

  const judge = (page: PageRead): PageStep => {
    if (saysNoMore(page.moving)) return { status: 'end', endedBy: 'has_more' };
    const step = advance(page);
    if (step.status === 'end' && step.endedBy === 'no_next') return step;
    if (page.records === 0) return { status: 'end', endedBy: 'empty_page' };
    if (step.status === 'end') return step;
    return pages >= cap ? { status: 'end', endedBy: 'page_cap' } : step;
  };

  return {
    first: () => first,
    next: (page) => {
      pages += 1;
      const step = judge(page);
      if (step.status === 'next') {
        const { moving, nextUrl } = step;
        place = nextUrl === undefined ? { moving } : { moving, nextUrl };
      }
      return step;
    },
    state: () => {
      const { moving, nextUrl } = place;
      const link = nextUrl === undefined ? {} : { nextUrl };
      return { pages, position, moving, ...link, seen: firstAndLast([...seen]) };
    },
  };
}

/** A cursor may be long; 64 bits tell those of one list apart. */
function digestOf(mark: string): string {
  return bytesToHex(sha256(utf8ToBytes(mark)).subarray(0, 8));
}

function firstAndLast(digests: readonly string[]): readonly string[] {
  if (digests.length <= SEEN_KEPT) return digests;
  return [...digests.slice(0, SEEN_KEPT / 2), ...digests.slice(-SEEN_KEPT / 2)];
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
