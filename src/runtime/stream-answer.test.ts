import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileDocument } from '../document/compile.ts';
import type { CompiledDocument } from '../document/compiled-document.ts';
import { requestsOf } from '../document/method-requests.ts';
import { AppError } from '../errors/app-error.ts';
import type { ListEvent } from './list-pages.ts';
import { STREAM_LIMITS } from './stream-answer.ts';
import { listPiecewise } from './testing/piecewise.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function documentWith(contacts: object): CompiledDocument {
  const source = {
    id: 'crm',
    name: 'CRM',
    resource_url: 'https://crm.example',
    properties: [{ label: 'Key', secret: true }],
    parameters: { score: 'string', owner: 'string' },
    API: { Contacts: { request_method: 'GET', request_path: '/contacts', ...contacts } },
  };
  return compileDocument(JSON.stringify(source));
}

/** Some maps that chance makes are errors. */
function documentIfRight(contacts: object): CompiledDocument | undefined {
  try {
    return documentWith(contacts);
  } catch (err) {
    if (err instanceof AppError && err.code === 'document_invalid') return undefined;
    throw err;
  }
}

/** What a list is worth: the same, whether its pages come whole or in pieces. */
function worth(events: readonly ListEvent[]): unknown {
  const records = events.flatMap((event) => (event.kind === 'records' ? event.records : []));
  const pages = events.flatMap((event) =>
    event.kind === 'page'
      ? [
          {
            next: event.next,
            received: event.received,
            end: event.objectEnd,
            records: event.records,
          },
        ]
      : [],
  );
  const last = events.at(-1);
  const end = last?.kind === 'ended' ? [last.complete, last.endedBy, last.outcome] : [];
  return { records, pages, end };
}

const text = fc.constantFrom('$contact_name$', '$firstname$', '$email$', '$phone$', '$score$');
const element = fc.record(
  {
    id: fc.constant('$contact_id$'),
    name: text,
    'first name': text,
    tel: fc.constantFrom<unknown>(['$phone$'], '$phone$', [{ no: '$phone$' }], 'x $mobile$'),
    kind: fc.constantFrom('person', '$owner$', '$job_title$'),
    at: fc.constantFrom('$since$', '$deleted$', '$cursor$'),
  },
  { requiredKeys: ['id'], noNullPrototype: true },
);
const list = fc.oneof(
  element.map((one): unknown => [one]),
  fc.tuple(element, element).map(([a, b]): unknown => [{ ...a, kind: 'person' }, b]),
  element.map((one): unknown => [{ company: '$company_name$', people: [one] }]),
);
const around = fc.record(
  {
    ok: fc.constantFrom<unknown>('yes', true, null),
    next: fc.constantFrom('$cursor$', 'c-$cursor$', '$has_more$'),
    links: fc.constant([{ rel: 'next', href: '$cursor$' }]),
    owner: fc.constantFrom('$owner$', '$next_url$', '$cursor$', '$has_more$', 'me'),
  },
  { requiredKeys: [], noNullPrototype: true },
);
const paths = fc.constantFrom<readonly string[]>([], ['items'], ['data', 'items'], ['items', 'x']);
const rules = fc.record(
  {
    success: fc.constantFrom(
      "response.body.ok == 'yes'",
      'present(response.body.items)',
      'response.body.items[0].id != 4',
      "response.body.items[1].id != '4'",
      "response.headers['x-a'] == '1'",
    ),
    derive: fc.constantFrom<object>(
      { contact_name: "contact_id + '!'" },
      { score: 'response.body.next' },
      { cursor: 'contact_id', has_more: "contact_id != '4'" },
    ),
    errors: fc.constantFrom<object>(
      [{ when: "response.body.ok == 'no'", then: 'wait' }],
      [{ when: "response.body.data.items == ''", then: 'fail' }],
      [{ status: 200, then: 'accept', response_map: { items: [{ id: '$contact_id$' }] } }],
    ),
    response_headers: fc.constantFrom<object>({ 'X-A': '$cursor$' }, { 'X-A': '$owner$' }),
    contact_type: fc.constant('person'),
  },
  { requiredKeys: [], noNullPrototype: true },
);

const odd = fc.oneof(
  fc.constantFrom<unknown>('a', '', 'c-2', 4, 0, null, true, false, [], {}, 'secret-key-123'),
  fc.constantFrom<unknown>(['a', 'b'], [{ no: '1' }, { no: 2 }], 'x 0207', 'person', 'no', 'yes'),
  fc.string({ unit: 'grapheme', maxLength: 5 }),
  fc.double({ noNaN: true }),
);
const members = fc.dictionary(
  fc.constantFrom('name', 'first name', 'tel', 'kind', 'at', 'company', '__proto__'),
  odd,
  { maxKeys: 7, noNullPrototype: true },
);
const person = fc.tuple(fc.oneof(fc.nat(9), odd), members).map(([id, more]) => ({ id, ...more }));
const company = fc.record({ company: odd, people: fc.array(person, { maxLength: 3 }) });
const anything = fc.jsonValue({ maxDepth: 2 });
const elements = fc.array(fc.oneof({ arbitrary: person, weight: 9 }, company, anything), {
  maxLength: 12,
});
const extras = fc.dictionary(
  fc.constantFrom('ok', 'next', 'links', 'owner', 'other', 'success', 'message'),
  odd,
  { maxKeys: 4, noNullPrototype: true },
);

const wrap = (path: readonly string[], inner: unknown, beside: readonly unknown[]): unknown =>
  path.reduceRight<unknown>((value, key, depth) => {
    const more = beside[depth];
    return { ...(typeof more === 'object' ? more : {}), [key]: value };
  }, inner);

describe('a list that comes in pieces', () => {
  test('gives what it gives as a whole: any document, any answer, any pieces', async () => {
    const cases = fc.record({
      path: paths,
      map: list,
      mapAround: fc.array(around, { minLength: 2, maxLength: 2 }),
      rules: fc.oneof(fc.constant({}), fc.constant({}), rules),
      paging: fc.constantFrom<object>(
        { paging: { type: 'cursor' }, request_parameters: { at: '$cursor$' } },
        { paging: { type: 'offset' }, request_parameters: { at: '$offset$' } },
      ),
      real: fc.oneof({ arbitrary: fc.constant(undefined), weight: 6 }, paths),
      answers: fc.array(
        fc.record({
          elements: fc.oneof({ arbitrary: elements, weight: 9 }, anything),
          beside: fc.array(extras, { minLength: 2, maxLength: 2 }),
          space: fc.constantFrom(undefined, 1),
          header: fc.constantFrom('1', '2'),
        }),
        { minLength: 1, maxLength: 3 },
      ),
      pieces: fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 4 }),
      batchBytes: fc.constantFrom(1, 50, 10_000),
    });
    let streamed = 0;
    let right = 0;
    await fc.assert(
      fc.asyncProperty(cases, async (given) => {
        const { path, map, mapAround, rules: own, paging, real, answers, pieces } = given;
        const response_map = wrap(path, map, mapAround);
        const source = documentIfRight({ response_map, ...own, ...paging });
        if (source === undefined) return;
        right += 1;
        const bodies = answers.map(({ elements: items, beside, space, header }) => ({
          body: bytesOf(JSON.stringify(wrap(real ?? path, items, beside), null, space)),
          headers: { 'x-a': header, 'content-type': 'application/json; charset=utf-8' },
        }));
        const limits = { heldBytes: 0, batchBytes: given.batchBytes };

        const whole = await listPiecewise(source, bodies, limits);
        const inPieces = await listPiecewise(
          source,
          bodies.map((answer) => ({ ...answer, pieces })),
          limits,
        );

        const failed = whole.at(-1);
        if (failed?.kind === 'ended' && failed.endedBy === 'failed') {
          // Records of a page that fails in the end may have been handed over.
          expect(inPieces.at(-1)).toMatchObject({ endedBy: 'failed', outcome: failed.outcome });
        } else expect(worth(inPieces)).toEqual(worth(whole));
        const parts = inPieces.filter(({ kind }) => kind === 'records').length;
        if (parts > whole.filter(({ kind }) => kind === 'records').length) streamed += 1;
      }),
      { seed: 11, numRuns: 600 },
    );

    expect([right, streamed].map((count) => count > 100)).toEqual([true, true]);
  }, 60_000);
});

test('a page of some hundred contacts is read in parts, with others served in between', async () => {
  const document = documentWith({ response_map: [{ id: '$contact_id$', name: '$contact_name$' }] });
  const contacts = Array.from({ length: 1_000 }, (_, id) => ({ id, name: 'x'.repeat(170) }));
  const body = bytesOf(JSON.stringify(contacts));

  const events = await listPiecewise(document, [{ body, pieces: [STREAM_LIMITS.heldBytes] }]);

  const parts = events.flatMap((event) => (event.kind === 'records' ? [event.records.length] : []));
  expect(parts.reduce((sum, count) => sum + count, 0)).toBe(1_000);
  expect(Math.max(...parts)).toBeLessThan(200);
});

describe('a hostile list', () => {
  const document = documentWith({
    request_parameters: { at: '$cursor$' },
    paging: { type: 'cursor' },
    response_map: {
      ok: 'yes',
      next: '$cursor$',
      items: [{ id: '$contact_id$', n: '$firstname$' }],
    },
  });
  const HEAD = '{"ok":"yes","items":[{"id":1},';
  const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  const list = async (body: string | Uint8Array, pieces = [1_000]) =>
    await listPiecewise(
      document,
      [{ body: typeof body === 'string' ? bytesOf(body) : body, pieces }],
      { heldBytes: 0 },
    );

  test.each<[string, string | Uint8Array, string, string]>([
    ['is broken off', `${HEAD}{"id":2}`, 'unreadable', 'Its list is no valid JSON.'],
    ['is closed wrongly', `${HEAD}{"id":2]}]}`, 'unreadable', 'Its list is no valid JSON.'],
    ['has no end behind it', `${HEAD}{"id":2}]`, 'unreadable', 'Its list is no valid JSON.'],
    ['stands there twice', `${HEAD}2],"items":[]}`, 'unreadable', 'Its list stands in it twice.'],
    ['is too deep', `${HEAD}${deep(70)}]}`, 'too_large', 'too many brackets'],
    [
      'has a record of 50 MB',
      `${HEAD}"${'x'.repeat(50_000_000)}"]}`,
      'too_large',
      'A record in it is larger than 1 MiB.',
    ],
    [
      'has 20 MB behind it',
      `${HEAD}2],"x":"${'x'.repeat(20_000_000)}"}`,
      'too_large',
      'more than 8 MiB that belong to no list',
    ],
    [
      'comes behind 20 MB',
      `{"x":"${'x'.repeat(20_000_000)}","ok":"yes","items":[{"id":1}]}`,
      'too_large',
      'more than 8 MiB that belong to no list',
    ],
    [
      'has many values around it',
      `${HEAD}2],"x":[${'1,'.repeat(300_000)}1]}`,
      'too_large',
      'too many values',
    ],
    ['is refused at its end', `{"items":[{"id":1}],"ok":"no"}`, 'refused', '"ok" is "no"'],
  ])('that %s fails, and no page of it counts', async (_name, body, kind, message) => {
    const events = await list(body, [100_000]);

    expect(events.some((event) => event.kind === 'page')).toBe(false);
    expect(events.at(-1)).toMatchObject({
      complete: false,
      endedBy: 'failed',
      outcome: { kind, message: expect.stringContaining(message) },
    });
  });

  test.each<[string, Uint8Array, unknown]>([
    [
      'that is no UTF-8',
      Uint8Array.from([...bytesOf(`${HEAD}{"id":2,"n":"`), 0xff, 0xc3, ...bytesOf('"}]}')]),
      [{ contact_id: '1' }, { contact_id: '2', firstname: '\ufffd\ufffd' }],
    ],
    [
      'with names of the host language',
      bytesOf(`${HEAD}{"__proto__":{"id":8},"constructor":9},{"id":2}]}`),
      [{ contact_id: '1' }, { contact_id: '2' }],
    ],
    [
      'with a secret of the connection',
      bytesOf(`${HEAD}{"id":2,"n":"secret-key-123"}]}`),
      [{ contact_id: '1' }, { contact_id: '2', firstname: '[secret]' }],
    ],
    [
      'with long numbers and broken letters',
      bytesOf(`${HEAD}{"id":12345678901234567890,"n":"a\\ud800\\u0000"}]}`),
      [{ contact_id: '1' }, { contact_id: '12345678901234567890', firstname: 'a\ufffd' }],
    ],
  ])('%s gives what is good of it', async (_name, body, records) => {
    const events = await list(body, [7]);

    const found = events.flatMap((event) => (event.kind === 'records' ? event.records : []));
    expect(found.map((record) => ({ ...record }))).toEqual(records);
    expect(events.at(-1)).toMatchObject({ complete: true });
  });

  test('that is too large says why it was not read while it came', async () => {
    const about = documentWith({
      request_parameters: { at: '$cursor$' },
      paging: { type: 'cursor' },
      response_map: { next: '$cursor$', owner: '$owner$', items: [{ id: '$contact_id$' }] },
    });

    const { list: how } = requestsOf(about.methods.get('Contacts'))[0]?.bind ?? {};
    expect(how).toEqual({ why: 'Its records take values from "owner" and from "items".' });
  });
});
