import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startFakeCrm } from './testing/fake-crm.ts';
import type { FakeCrm, FakeRequest } from './testing/fake-crm.ts';
import { fakeCrmDocument } from './testing/fake-crm-document.ts';
import { testRunner } from './testing/runner.ts';
import type { Asking, TestRunner } from './testing/runner.ts';
import type { MethodName } from '../document/methods.ts';
import type { MethodRun } from './method-call.ts';

let crm: FakeCrm;
let opened: TestRunner | undefined;

beforeEach(async () => {
  crm = await startFakeCrm();
});

afterEach(async () => {
  await opened?.close();
  await crm.close();
});

interface Paged {
  readonly name?: MethodName;
  readonly method: Readonly<Record<string, unknown>>;
  readonly asking?: Asking;
  /** The answer to each request, by its place; after the last one the list is empty. */
  readonly answers: readonly (
    | {
        readonly body?: unknown;
        readonly headers?: Record<string, string>;
        readonly status?: number;
      }
    | ((response: ServerResponse, request: FakeRequest) => void)
  )[];
}

async function run({ name = 'Contacts', method, asking, answers }: Paged): Promise<MethodRun> {
  crm.behave('/contacts', (request, response) => {
    const given = answers[crm.requests.length - 1] ?? { body: { contacts: [] } };
    if (typeof given === 'function') return given(response, request);
    response.writeHead(given.status ?? 200, {
      'content-type': 'application/json',
      ...given.headers,
    });
    response.end(JSON.stringify(given.body));
  });
  const document = fakeCrmDocument({
    methods: {
      [name]: {
        request_method: 'GET',
        request_path: '/contacts',
        response_map: { contacts: [{ id: '$contact_id$', phone: '$phone$' }] },
        ...method,
      },
    },
  });
  opened = testRunner(crm, { document });
  return opened.run(name, asking);
}

const NUMBER = '+442071838750';
const page = (...ids: readonly number[]) => ({
  contacts: ids.map((id) => ({ id, phone: NUMBER })),
});
const ids = ({ records }: MethodRun) => records.map((record) => record['contact_id']);
const queries = () => crm.requests.map(({ url }) => url.split('?')[1] ?? '');

describe('an empty last page after pages with records is no failure', () => {
  const find = { values: { party_number: NUMBER, prefix: 'A' } };

  test.each(['FindContact', 'SearchContacts'] as const)('%s', async (name) => {
    for (const last of [{ body: page() }, { status: 204 }, { status: 404, body: {} }]) {
      crm.requests.length = 0;
      const outcome = await run({
        name,
        asking: find,
        method: { request_parameters: { page: '$page$' }, paging: { type: 'page' } },
        answers: [{ body: page(1) }, { body: page(2) }, last],
      });

      expect(outcome.outcome).toMatchObject({
        kind: 'success',
        action: 'succeed',
        message: 'Found 2 contacts.',
      });
      expect(ids(outcome)).toEqual(['1', '2']);
      await opened?.close();
    }
  });

  test('and one without any record is nobody', async () => {
    const none = await run({
      name: 'FindContact',
      asking: find,
      method: { request_parameters: { page: '$page$' }, paging: { type: 'page' } },
      answers: [],
    });

    expect(none.outcome).toMatchObject({ kind: 'not_found', message: 'The CRM found nothing.' });
  });
});

describe('moving values stand', () => {
  test('in the query, with the size', async () => {
    const outcome = await run({
      method: {
        request_parameters: { skip: '$offset$', top: '$page_size$' },
        paging: { type: 'offset', size: 2 },
      },
      answers: [{ body: page(1, 2) }, { body: page(3) }],
    });

    expect(queries()).toEqual(['skip=0&top=2', 'skip=2&top=2', 'skip=3&top=2']);
    expect([ids(outcome), outcome.endedBy]).toEqual([['1', '2', '3'], 'empty_page']);
  });

  test('in the path', async () => {
    crm.behave('/contacts/*', (request, response) => {
      response.end(JSON.stringify(request.path === '/contacts/0' ? page(1) : page()));
    });

    await run({
      method: { request_path: '/contacts/$page$', paging: { type: 'page', start: 0 } },
      answers: [],
    });

    expect(crm.requests.map(({ path }) => path)).toEqual(['/contacts/0', '/contacts/1']);
  });

  test('anywhere in a body, where a cursor is missing at first', async () => {
    const outcome = await run({
      method: {
        request_method: 'POST',
        request_parameters: { query: { limit: '$page_size$', after: '$cursor$' } },
        paging: { type: 'cursor', size: 1 },
        response_map: { contacts: [{ id: '$contact_id$' }], paging: { next: '$cursor$' } },
      },
      answers: [{ body: { ...page(1), paging: { next: 'c2' } } }, { body: page(2) }],
    });

    expect(crm.requests.map(({ body }) => JSON.parse(body.toString()))).toEqual([
      { query: { limit: 1 } },
      { query: { limit: 1, after: 'c2' } },
    ]);
    expect([ids(outcome), outcome.endedBy]).toEqual([['1', '2'], 'no_next']);
  });
});

interface Marked {
  readonly paging?: object;
  readonly mark?: string;
  readonly derive?: object;
}

describe('pages behind the last record', () => {
  const rows = (...of: readonly number[]) => ({
    contacts: of.map((id) => ({ id, mark: `m${id}`, at: `2026-01-0${id}` })),
  });

  test('by a mark that each record has', async () => {
    const outcome = await run({
      method: {
        request_parameters: { after: '$cursor$' },
        paging: { type: 'cursor' },
        response_map: { contacts: [{ id: '$contact_id$', mark: '$cursor$' }] },
      },
      answers: [{ body: rows(1, 2) }, { body: rows(3, 4) }],
    });

    expect(queries()).toEqual(['', 'after=m2', 'after=m4']);
    expect([ids(outcome), outcome.endedBy]).toEqual([['1', '2', '3', '4'], 'no_next']);
  });

  test('by its id, as a number from the first page on', async () => {
    const outcome = await run({
      method: {
        request_method: 'POST',
        request_parameters: { where: ['id', '>', '$offset$'] },
        paging: { type: 'offset' },
        response_map: { contacts: [{ id: '$contact_id$' }] },
        derive: { offset: 'contact_id' },
      },
      answers: [{ body: rows(3, 7) }, { body: rows(9) }],
    });

    const asked = crm.requests.map(({ body }) => JSON.parse(body.toString()));
    expect(asked.map(({ where }) => where[2])).toEqual([0, 7, 9]);
    expect([ids(outcome), outcome.endedBy]).toEqual([['3', '7', '9'], 'empty_page']);
  });

  test.each<[string, Marked]>([
    ['a mark of its own', { paging: { type: 'cursor' }, mark: '$cursor$' }],
    ['its id', { paging: { type: 'offset' }, derive: { offset: 'contact_id' } }],
  ])('by %s are no last ones where all are passed over', async (_, { paging, mark, derive }) => {
    const outcome = await run({
      method: {
        request_parameters: { after: '$cursor$', behind: '$offset$' },
        paging,
        response_map: {
          contacts: [{ id: '$contact_id$', kind: 'person', mark: mark ?? '$since$' }],
        },
        ...(derive === undefined ? {} : { derive }),
      },
      answers: [
        {
          body: {
            contacts: [
              { id: 1, kind: 'person', mark: 'a' },
              { id: 2, kind: 'firm', mark: 'b' },
            ],
          },
        },
        { body: { contacts: [{ id: 2, kind: 'firm', mark: 'b' }] } },
      ],
    });

    expect([ids(outcome), outcome.endedBy]).toEqual([['1'], 'no_mark']);
    expect(crm.requests).toHaveLength(2);
    expect(queries()[1]).toMatch(/^after=a|^behind=1/);
  });

  test('end where one is older than what was asked for: the newest came first', async () => {
    const outcome = await run({
      method: {
        request_parameters: { page: '$page$', order: 'newest' },
        paging: { type: 'page' },
        response_map: { contacts: [{ id: '$contact_id$', at: '$job_title$' }] },
        derive: { has_more: "job_title >= '2026-01-04'" },
      },
      answers: [{ body: rows(7, 6) }, { body: rows(5, 3) }, { body: rows(2) }],
    });

    expect(queries()).toEqual(['page=1&order=newest', 'page=2&order=newest']);
    expect([ids(outcome), outcome.endedBy]).toEqual([['7', '6', '5', '3'], 'has_more']);
  });
});

describe('a next_url', () => {
  const method = {
    request_method: 'POST',
    request_path: '/contacts?first=1',
    request_headers: { 'X-Extra': 'yes' },
    request_parameters: { all: true },
    paging: { type: 'next_url' },
    response_map: { contacts: [{ id: '$contact_id$' }], next: '$next_url$' },
  };

  test('replaces path and query, and keeps method, headers and body', async () => {
    const outcome = await run({
      method,
      answers: [{ body: { ...page(1), next: '/contacts?token=a%2Fb' } }, { body: page(2) }],
    });

    expect(queries()).toEqual(['first=1', 'token=a%2Fb']);
    const sent = crm.requests.map(({ method: verb, headers, body }) => [
      verb,
      headers['x-extra'],
      headers['authorization'],
      body.toString(),
    ]);
    expect(sent[1]).toEqual(['POST', 'yes', `Bearer ${crm.token}`, '{"all":true}']);
    expect(sent[0]).toEqual(sent[1]);
    expect(ids(outcome)).toEqual(['1', '2']);
  });

  test.each(['https://evil.example/contacts', '//evil.example/', 'file:///etc/passwd'])(
    'that leads to %s is not followed, and what was read stays',
    async (next) => {
      const outcome = await run({ method, answers: [{ body: { ...page(1), next } }] });

      expect([ids(outcome), outcome.endedBy]).toEqual([['1'], 'origin_refused']);
      expect(outcome.outcome.action).toBe('succeed');
      expect(crm.requests).toHaveLength(1);
    },
  );

  test('may stand in a Link header', async () => {
    const outcome = await run({
      method: { paging: { type: 'link_header' } },
      answers: [
        { body: page(1), headers: { link: '</contacts?page=2>; rel="next"' } },
        { body: page(2), headers: { link: '</contacts>; rel="prev"' } },
      ],
    });

    expect(queries()).toEqual(['', 'page=2']);
    expect([ids(outcome), outcome.endedBy]).toEqual([['1', '2'], 'no_next']);
  });
});

describe('paging ends', () => {
  const endless = (extra: unknown = {}) =>
    Array.from({ length: 20 }, (_, index) => ({ body: { ...page(index), ...Object(extra) } }));

  test.each([
    ['at the cap of pages', { type: 'page', max_pages: 3 }, {}, 3, 'page_cap'],
    ['at a cursor that comes again', { type: 'cursor' }, { next: 'same' }, 2, 'repeated_cursor'],
    ['where the CRM says so', { type: 'page' }, { more: false }, 1, 'has_more'],
    ['at an offset that stands still', { type: 'offset' }, { at: 0 }, 1, 'repeated_cursor'],
  ])('%s', async (_name, paging, extra, requests, endedBy) => {
    const outcome = await run({
      method: {
        request_parameters: { page: '$page$', offset: '$offset$', cursor: '$cursor$' },
        paging,
        response_map: {
          contacts: [{ id: '$contact_id$' }],
          next: '$cursor$',
          more: '$has_more$',
          at: '$offset$',
        },
      },
      answers: endless(extra),
    });

    expect(crm.requests).toHaveLength(requests);
    expect(outcome.endedBy).toBe(endedBy);
    expect(ids(outcome)).toHaveLength(requests);
    expect(outcome.outcome.action).toBe('succeed');
  });

  test('with the time of the caller, and what was read stays', async () => {
    const outcome = await run({
      asking: { deadlineMs: 1 },
      method: { request_parameters: { page: '$page$' }, paging: { type: 'page' } },
      answers: endless(),
    });

    expect(outcome.outcome.action).toBe('retry');
    expect(crm.requests.length).toBeLessThan(3);
  });

  test.each([
    ['web page', 'unauthorized', (response: ServerResponse) => void response.end('<html>')],
    ['refusal', 'refused', (response: ServerResponse) => void response.writeHead(400).end()],
  ])('with the failure of a %s in the middle', async (_name, kind, answer) => {
    const outcome = await run({
      method: { request_parameters: { page: '$page$' }, paging: { type: 'page' } },
      answers: [{ body: page(1) }, answer],
    });

    expect(outcome.outcome.kind).toBe(kind);
    expect(outcome.endedBy).toBeUndefined();
  });
});
