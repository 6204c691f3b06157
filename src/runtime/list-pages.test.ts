import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ListEvent } from './list-pages.ts';
import { readListPlace } from './list-place.ts';
import type { ListPlace } from './list-place.ts';
import { startFakeCrm } from './testing/fake-crm.ts';
import type { FakeCrm, FakeRequest } from './testing/fake-crm.ts';
import { fakeCrmDocument } from './testing/fake-crm-document.ts';
import { testRunner } from './testing/runner.ts';
import type { ListAsking, TestRunner } from './testing/runner.ts';

let crm: FakeCrm;
let opened: TestRunner | undefined;

beforeEach(async () => {
  crm = await startFakeCrm();
});

afterEach(async () => {
  await opened?.close();
  await crm.close();
});

interface Answer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A runner for a document with these contacts, at a CRM that answers so. */
function open(contacts: unknown, answer: (request: FakeRequest) => Answer): TestRunner {
  crm.behave('/*', (request, response) => {
    const { status = 200, body, headers } = answer(request);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body === undefined ? '' : JSON.stringify(body));
  });
  opened = testRunner(crm, { document: fakeCrmDocument({ methods: { Contacts: contacts } }) });
  return opened;
}

async function eventsOf(runner: TestRunner, asking?: ListAsking): Promise<readonly ListEvent[]> {
  const events: ListEvent[] = [];
  for await (const event of runner.list('Contacts', asking)) events.push(event);
  return events;
}

type Of<Kind extends ListEvent['kind']> = Extract<ListEvent, { readonly kind: Kind }>;

const pagesOf = (events: readonly ListEvent[]): readonly Of<'page'>[] =>
  events.filter((event) => event.kind === 'page');
const endOf = (events: readonly ListEvent[]): Of<'ended'> => {
  const last = events.at(-1);
  if (last?.kind !== 'ended') throw new Error('the list did not end');
  return last;
};
const idsOf = (events: readonly ListEvent[]): readonly unknown[] =>
  events.flatMap((event) =>
    event.kind === 'records' ? event.records.map((record) => record['contact_id']) : [],
  );

const contacts = (path: string, more: Readonly<Record<string, unknown>> = {}) => ({
  request_method: 'GET',
  request_path: path,
  response_map: { contacts: [{ id: '$contact_id$' }] },
  ...more,
});
const page = (...ids: readonly number[]) => ({ contacts: ids.map((id) => ({ id })) });
const queryOf = ({ url }: FakeRequest): URLSearchParams => new URL(url, 'http://crm').searchParams;

const byPage = {
  request_parameters: { page: '$page$', since: '$since$' },
  paging: { type: 'page' },
};
/** Three contacts on two pages, then an empty one. */
const threeContacts = (request: FakeRequest): Answer => {
  const pages: Readonly<Record<string, object>> = { 1: page(1, 2), 2: page(3) };
  return { body: pages[queryOf(request).get('page') ?? ''] ?? page() };
};

describe('a list', () => {
  test('comes page by page, each with the place of the next', async () => {
    const events = await eventsOf(open(contacts('/contacts', byPage), threeContacts));

    expect(idsOf(events)).toEqual(['1', '2', '3']);
    expect(events.map(({ kind }) => kind)).toEqual([
      ...['records', 'page', 'records', 'page', 'page', 'ended'],
    ]);
    expect(pagesOf(events).map(({ received, records }) => [received, records])).toEqual([
      ...[
        [2, 2],
        [1, 1],
        [0, 0],
      ],
    ]);
    expect(pagesOf(events)[0]).toMatchObject({
      object: 0,
      next: { object: 0, page: { pages: 1, position: 2, moving: { page: 2 } } },
      exchanges: [{ response: { status: 200 } }],
    });
    expect(pagesOf(events)[0]?.bytes).toBeGreaterThan(20);
    expect(pagesOf(events)[2]).toMatchObject({ objectEnd: 'empty_page' });
    expect(pagesOf(events)[2]).not.toHaveProperty('next');
    expect(endOf(events)).toMatchObject({
      complete: true,
      endedBy: 'empty_page',
      outcome: { action: 'succeed', message: 'Found 3 contacts.' },
    });
  });

  test('goes on at each of its pages, from JSON', async () => {
    const runner = open(contacts('/contacts', byPage), threeContacts);
    const whole = await eventsOf(runner);
    const places = pagesOf(whole).flatMap(({ next }) => (next === undefined ? [] : [next]));
    const rests: unknown[] = [];
    for (const place of places) {
      const from = readListPlace(JSON.parse(JSON.stringify(place)));
      const rest = await eventsOf(runner, from === undefined ? {} : { from });
      rests.push([idsOf(rest), endOf(rest).complete]);
    }

    expect(rests).toEqual([
      [['3'], true],
      [[], true],
    ]);
  });

  test('goes on with a cursor, and finds one that comes again after a restart', async () => {
    const marks: Readonly<Record<string, string>> = { '': 'a', a: 'b', b: 'a' };
    const cursor = {
      request_parameters: { after: '$cursor$' },
      paging: { type: 'cursor' },
      response_map: { next: '$cursor$', contacts: [{ id: '$contact_id$' }] },
    };
    const runner = open(contacts('/contacts', cursor), (request) => {
      const after = queryOf(request).get('after') ?? '';
      return { body: { ...page(after.length), next: marks[after] } };
    });
    let from: ListPlace | undefined;
    const ends: unknown[] = [];
    for (let run = 0; run < 3; run += 1) {
      for await (const event of runner.list('Contacts', from === undefined ? {} : { from })) {
        if (event.kind !== 'page') continue;
        ends.push(event.objectEnd);
        from = event.next;
        break;
      }
    }

    expect(ends).toEqual([undefined, undefined, 'repeated_cursor']);
    expect(crm.requests.map((request) => queryOf(request).get('after') ?? '')).toEqual([
      ...['', 'a', 'b'],
    ]);
  });

  test('is read by each object, with a mark of its own', async () => {
    const objects = [
      { ...contacts('/people', byPage), contact_type: 'person' },
      { ...contacts('/leads', byPage), contact_type: 'lead' },
    ];
    const runner = open(objects, (request) => ({
      body: queryOf(request).get('page') === '1' ? page(7) : page(),
    }));
    const events = await eventsOf(runner, { sinceByObject: ['2026-01-01', '2026-02-02'] });
    const places = pagesOf(events).map(({ next }) => next);
    const rest = await eventsOf(runner, {
      sinceByObject: ['2026-01-01', '2026-02-02'],
      ...(places[1] === undefined ? {} : { from: places[1] }),
    });

    expect(places.map((place) => place?.object)).toEqual([0, 1, 1, undefined]);
    expect(endOf(events).complete).toBe(true);
    expect(rest.flatMap((event) => (event.kind === 'records' ? event.records : []))).toEqual([
      { contact_id: '7', contact_type: 'lead' },
    ]);
    const asked = crm.requests.map((request) => {
      const query = queryOf(request);
      return `${request.path} ${query.get('page') ?? ''} ${query.get('since')?.slice(0, 10) ?? ''}`;
    });
    const leads = ['/leads 1 2026-02-02', '/leads 2 2026-02-02'];
    expect(asked).toEqual(['/people 1 2026-01-01', '/people 2 2026-01-01', ...leads, ...leads]);
  });

  test('asks for its turn before each request', async () => {
    const turns: number[] = [];
    const runner = open(contacts('/contacts', byPage), threeContacts);
    const admit = async (): Promise<void> => {
      turns.push(crm.requests.length);
    };

    await eventsOf(runner, { admit });

    expect(turns).toEqual([0, 1, 2]);
  });

  test('asks for the next page only when the last one was taken', async () => {
    const runner = open(contacts('/contacts', byPage), threeContacts);
    const list = runner.list('Contacts')[Symbol.asyncIterator]();
    await list.next();
    await list.next();
    await list.return?.();

    expect(crm.requests.length).toBeLessThanOrEqual(2);
  });

  test('of an object with steps is one page', async () => {
    const steps = {
      steps: [
        contacts('/contacts'),
        {
          request_method: 'GET',
          request_path: '/names',
          response_map: { contacts: [{ id: '$contact_id$', name: '$contact_name$' }] },
        },
      ],
    };
    const runner = open(steps, ({ path }) => ({
      body: path === '/names' ? { contacts: [{ id: 1, name: 'Ada' }] } : page(1),
    }));
    const events = await eventsOf(runner);

    expect(events).toMatchObject([
      { kind: 'records', records: [{ contact_id: '1', contact_name: 'Ada' }] },
      { kind: 'page', records: 1, objectEnd: 'no_paging', exchanges: [{}, {}] },
      { kind: 'ended', complete: true, endedBy: 'no_paging' },
    ]);
  });
});

describe('a list is not complete', () => {
  const two = [contacts('/people', { ...byPage, paging: { type: 'page', max_pages: 2 } })];

  test('where an object ended at the cap of pages, after a restart too', async () => {
    const objects = [...two, contacts('/leads')];
    const runner = open(objects, (request) => ({
      body: page(Number(queryOf(request).get('page'))),
    }));
    const events = await eventsOf(runner);
    const from = pagesOf(events)[1]?.next;
    const rest = await eventsOf(runner, from === undefined ? {} : { from });

    expect(pagesOf(events).map(({ objectEnd }) => objectEnd)).toEqual([
      ...[undefined, 'page_cap', 'no_paging'],
    ]);
    expect(from).toEqual({ object: 1, incomplete: true });
    expect([endOf(events).complete, endOf(rest).complete]).toEqual([false, false]);
  });

  test('where a page failed: its place is that of the page before', async () => {
    const runner = open(contacts('/contacts', byPage), (request) =>
      queryOf(request).get('page') === '2'
        ? { status: 429, headers: { 'retry-after': '7' } }
        : { body: page(1) },
    );
    const events = await eventsOf(runner);

    expect(pagesOf(events)).toHaveLength(1);
    expect(endOf(events)).toMatchObject({
      complete: false,
      endedBy: 'failed',
      outcome: { kind: 'throttled', action: 'wait', retryAfterMs: 7_000 },
      exchanges: [{ response: { status: 429 } }],
    });
  });

  test('where the CRM gives the same page whatever it is asked for', async () => {
    const runner = open(contacts('/contacts', byPage), () => ({ body: page(1, 2) }));
    const events = await eventsOf(runner);

    expect(crm.requests).toHaveLength(2);
    expect(endOf(events)).toMatchObject({ complete: false, endedBy: 'repeated_page' });
  });

  test('where nothing could be sent', async () => {
    const none = open(contacts('/contacts', { when: '1 == 2' }), () => ({}));
    const events = await eventsOf(none);

    expect(events).toMatchObject([
      { kind: 'ended', complete: false, endedBy: 'not_sent', notSent: { reason: 'skipped' } },
    ]);
  });

  test('where the document has no such method, or an object lacks a value', async () => {
    const lacking = contacts('/contacts/$email$');
    const runner = open([lacking, contacts('/leads')], () => ({ body: page(1) }));
    const events = await eventsOf(runner);
    const absent: ListEvent[] = [];
    for await (const event of runner.list('Organizations')) absent.push(event);

    expect(idsOf(events)).toEqual(['1']);
    expect(endOf(events)).toMatchObject({ complete: false, endedBy: 'no_paging' });
    expect(absent).toMatchObject([{ endedBy: 'not_sent', notSent: { reason: 'absent' } }]);
  });
});

describe('a place that was kept', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'page 2'],
    ['another object', { page: 2 }],
    ['a place that is no number', { object: '1' }],
    ['marks that are none', { object: 0, page: { pages: 1, position: 1, moving: [], seen: [] } }],
  ])('is none: %s', (_name, kept) => {
    expect(readListPlace(kept)).toBeUndefined();
  });
});
