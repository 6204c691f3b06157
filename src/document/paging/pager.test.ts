import { describe, expect, it } from 'vitest';
import { MAX_PAGES, createPager } from './pager.ts';
import type { PageRead, PageStep } from './pager.ts';
import type { PagingRule } from './paging-rule.ts';
import type { Values } from '../values/values.ts';

const URL_ASKED = 'https://crm.example/api/contacts?top=1';

interface Page {
  readonly records?: number;
  readonly moving?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Goes through pages; answers the moving values of each request, next URLs and how it ended. */
function run(rule: PagingRule, pages: readonly Page[]) {
  const pager = createPager(rule, (url) => url.startsWith('https://crm.example/'));
  const requests: Values[] = [pager.first()];
  const urls: string[] = [];
  let url = URL_ASKED;
  for (const page of pages) {
    const read: PageRead = { records: 1, moving: {}, headers: {}, url, ...page };
    const step = pager.next(read);
    if (step.status === 'end') return { requests, urls, endedBy: step.endedBy };
    requests.push(step.moving);
    if (step.nextUrl !== undefined) urls.push(step.nextUrl);
    url = step.nextUrl ?? url;
  }
  return { requests, urls, endedBy: undefined };
}

const more = (moving: Readonly<Record<string, string>>): Page => ({ moving });

describe('moving values', () => {
  it.each<[string, PagingRule, readonly Page[], readonly Values[], string | undefined]>([
    [
      'a page number starts at 1 and grows by one',
      { type: 'page' },
      [{}, {}, { records: 0 }],
      [{ page: 1 }, { page: 2 }, { page: 3 }],
      'empty_page',
    ],
    [
      'a page number may start elsewhere, with a size',
      { type: 'page', start: 0, size: 50 },
      [{}],
      [
        { page: 0, page_size: 50 },
        { page: 1, page_size: 50 },
      ],
      undefined,
    ],
    [
      'an offset grows by what was received',
      { type: 'offset' },
      [{ records: 3 }, { records: 1 }, { records: 0 }],
      [{ offset: 0 }, { offset: 3 }, { offset: 4 }],
      'empty_page',
    ],
    [
      'an offset that is bound is taken',
      { type: 'offset' },
      [{ records: 2, moving: { offset: '50' } }, { records: 2 }],
      [{ offset: 0 }, { offset: 50 }, { offset: 52 }],
      undefined,
    ],
    [
      'an offset that is no number is taken too',
      { type: 'offset' },
      [more({ offset: 'next-50' })],
      [{ offset: 0 }, { offset: 'next-50' }],
      undefined,
    ],
    [
      'an offset that stands still ends it',
      { type: 'offset' },
      [more({ offset: '0' })],
      [{ offset: 0 }],
      'repeated_cursor',
    ],
    [
      'a cursor has no value at first',
      { type: 'cursor', size: 2 },
      [more({ cursor: 'c1' }), {}],
      [{ page_size: 2 }, { page_size: 2, cursor: 'c1' }],
      'no_next',
    ],
    [
      'a cursor that comes again ends it',
      { type: 'cursor' },
      [more({ cursor: 'a' }), more({ cursor: 'b' }), more({ cursor: 'a' })],
      [{}, { cursor: 'a' }, { cursor: 'b' }],
      'repeated_cursor',
    ],
    [
      'has_more false ends it, whatever else is there',
      { type: 'cursor' },
      [more({ cursor: 'a', has_more: 'true' }), more({ cursor: 'b', has_more: 'false' })],
      [{}, { cursor: 'a' }],
      'has_more',
    ],
    [
      'has_more as a number',
      { type: 'page' },
      [more({ has_more: '1' }), more({ has_more: '0' })],
      [{ page: 1 }, { page: 2 }],
      'has_more',
    ],
    [
      'an empty page with a cursor ends it',
      { type: 'cursor' },
      [{ records: 0, moving: { cursor: 'a' } }],
      [{}],
      'empty_page',
    ],
    [
      'an empty page without a cursor has no next',
      { type: 'cursor' },
      [{ records: 0 }],
      [{}],
      'no_next',
    ],
    [
      'the cap of pages',
      { type: 'page', maxPages: 2 },
      [{}, {}],
      [{ page: 1 }, { page: 2 }],
      'page_cap',
    ],
    [
      'the last page at the cap has no next',
      { type: 'cursor', maxPages: 1 },
      [{}],
      [{}],
      'no_next',
    ],
  ])('%s', (_name, rule, pages, requests, endedBy) => {
    const result = run(rule, pages);

    expect(result.requests).toEqual(requests);
    expect(result.endedBy).toBe(endedBy);
  });

  it('a list without end is cut off', () => {
    const result = run({ type: 'page', maxPages: 1e9 }, Array<Page>(MAX_PAGES + 5).fill({}));

    expect(result.endedBy).toBe('page_cap');
    expect(result.requests).toHaveLength(MAX_PAGES);
  });
});

describe('links to the next page', () => {
  const byUrl: PagingRule = { type: 'next_url' };
  const byHeader: PagingRule = { type: 'link_header' };
  const link = (target: string): Page => ({ headers: { Link: `<${target}>; rel="next"` } });

  it.each<[string, PagingRule, readonly Page[], readonly string[], string | undefined]>([
    [
      'an absolute one',
      byUrl,
      [more({ next_url: 'https://crm.example/v2?skip=a%2Bb' }), {}],
      ['https://crm.example/v2?skip=a%2Bb'],
      'no_next',
    ],
    [
      'one from the root (Salesforce)',
      byUrl,
      [more({ next_url: '/services/query/01-2000' })],
      ['https://crm.example/services/query/01-2000'],
      undefined,
    ],
    [
      'only a query',
      byUrl,
      [more({ next_url: '?page=2' })],
      ['https://crm.example/api/contacts?page=2'],
      undefined,
    ],
    [
      'a fragment does not count',
      byUrl,
      [more({ next_url: '?page=2#x' }), more({ next_url: '?page=2#y' })],
      ['https://crm.example/api/contacts?page=2'],
      'repeated_cursor',
    ],
    [
      'another origin is refused',
      byUrl,
      [more({ next_url: 'https://evil.example/?p=2' })],
      [],
      'origin_refused',
    ],
    [
      'one without scheme too',
      byUrl,
      [more({ next_url: '//evil.example/' })],
      [],
      'origin_refused',
    ],
    [
      'backslashes do not help',
      byUrl,
      [more({ next_url: 'https:\\\\evil.example\\crm.example/' })],
      [],
      'origin_refused',
    ],
    [
      'nor a user name',
      byUrl,
      [more({ next_url: 'https://crm.example:x@crm.example/' })],
      [],
      'origin_refused',
    ],
    ['nor another scheme', byUrl, [more({ next_url: 'file:///etc/passwd' })], [], 'origin_refused'],
    ['nor nonsense', byUrl, [more({ next_url: 'http://[' })], [], 'origin_refused'],
    [
      'of a Link header',
      byHeader,
      [link('https://crm.example/contacts?page=2'), {}],
      ['https://crm.example/contacts?page=2'],
      'no_next',
    ],
    [
      'of a Link header, relative',
      byHeader,
      [link('contacts?page=2')],
      ['https://crm.example/api/contacts?page=2'],
      undefined,
    ],
    ['a Link header to elsewhere', byHeader, [link('https://evil.example/')], [], 'origin_refused'],
    [
      'a Link header without next',
      byHeader,
      [{ headers: { link: '<https://crm.example/>; rel="last"' } }],
      [],
      'no_next',
    ],
  ])('%s', (_name, rule, pages, urls, endedBy) => {
    const result = run(rule, pages);

    expect(result.urls).toEqual(urls);
    expect(result.endedBy).toBe(endedBy);
  });
});

describe('a pager that goes on from a state', () => {
  const isAllowed = (url: string): boolean => url.startsWith('https://crm.example/');
  const read = (page: Page): PageRead => ({
    ...{ records: 1, moving: {}, headers: {}, url: URL_ASKED },
    ...page,
  });
  /** A pager made anew from JSON before each page. */
  function runRestarted(rule: PagingRule, pages: readonly Page[]) {
    const steps: PageStep[] = [];
    let kept = JSON.stringify(createPager(rule, isAllowed).state());
    for (const page of pages) {
      const pager = createPager(rule, isAllowed, { from: JSON.parse(kept) });
      steps.push(pager.next(read(page)));
      kept = JSON.stringify(pager.state());
    }
    return steps;
  }
  const runAtOnce = (rule: PagingRule, pages: readonly Page[]): PageStep[] => {
    const pager = createPager(rule, isAllowed);
    return pages.map((page) => pager.next(read(page)));
  };

  it.each<[string, PagingRule, readonly Page[]]>([
    ['page numbers', { type: 'page', size: 3 }, [{}, {}, { records: 0 }]],
    ['page numbers from 0 to the cap', { type: 'page', start: 0, maxPages: 3 }, [{}, {}, {}]],
    ['offsets', { type: 'offset' }, [{ records: 3 }, { records: 2 }, { records: 0 }]],
    ['an offset that stands still', { type: 'offset' }, [more({ offset: '0' })]],
    ['offsets that are bound', { type: 'offset' }, [more({ offset: '50' }), { records: 2 }, {}]],
    [
      'a cursor that comes again',
      { type: 'cursor' },
      [more({ cursor: 'a' }), more({ cursor: 'b' }), more({ cursor: 'a' })],
    ],
    [
      'links',
      { type: 'next_url' },
      [
        more({ next_url: '?page=2' }),
        more({ next_url: '?page=3#x' }),
        more({ next_url: '?page=2' }),
      ],
    ],
  ])('%s', (_name, rule, pages) => {
    expect(runRestarted(rule, pages)).toEqual(runAtOnce(rule, pages));
  });

  it('stays small, and still ends a long circle', () => {
    const marks = Array.from({ length: 2_000 }, (_, index) =>
      more({ cursor: `mark-${index % 1_000}` }),
    );
    let state = createPager({ type: 'cursor' }, isAllowed).state();
    let endedBy: string | undefined;
    let pages = 0;
    let pager = createPager({ type: 'cursor' }, isAllowed, { from: state });
    for (const page of marks) {
      pages += 1;
      // Begun anew now and then, as after a crash.
      if (pages % 700 === 0) pager = createPager({ type: 'cursor' }, isAllowed, { from: state });
      const step = pager.next(read(page));
      if (step.status === 'end') {
        ({ endedBy } = step);
        break;
      }
      state = pager.state();
    }

    expect(endedBy).toBe('repeated_cursor');
    expect(pages).toBeLessThan(2_000);
    expect(state.seen).toHaveLength(256);
    expect(JSON.stringify(state).length).toBeLessThan(6_000);
  });
});
