import fc from 'fast-check';

import type { Json, JsonObject } from '../../json-value.ts';
import type { MethodName } from '../../methods.ts';
import { anyObject, anySegment, anyTemplate, anyTree } from './any-template.ts';
import type { Mark } from './any-template.ts';

const ESCAPES = ['soql', 'sosl', 'odata', 'sql', 'lucene', 'json', 'xml', 'like'] as const;
const FORM = 'application/x-www-form-urlencoded';

/** What answers of the method are asked for: enough for lint, for these tests send only. */
const ANSWERS: Partial<Record<MethodName, readonly string[]>> = {
  Users: ['user_id', 'user_name'],
  Contacts: ['contact_id', 'phone', 'email'],
  Organizations: ['company_id', 'phone'],
  FindContact: ['contact_id', 'phone', 'lead_ref'],
  SearchContacts: ['contact_id', 'contact_name'],
  CreateContact: ['contact_id', 'lead_ref'],
  FindActivity: ['activity_id'],
};
const PAGED: readonly MethodName[] = ['Users', 'Contacts', 'Organizations', 'SearchContacts'];

/** One request object of a method, complete. */
export function anyRequest(mark: Mark, method: MethodName): fc.Arbitrary<JsonObject> {
  return fc
    .tuple(anyAddress(mark), anyContent(mark, method), anyExtras(mark))
    .chain(([address, content, extras]) =>
      anyPaging(mark, method).map((paging) => ({
        ...address,
        ...content,
        ...extras,
        response_map: answerMap(mark, method),
        ...paging,
      })),
    );
}

/** What `steps` share is said by the method; each step is a request. */
export function anySteps(mark: Mark, method: MethodName): fc.Arbitrary<JsonObject> {
  const step = fc.tuple(anyAddress(mark), anyContent(mark, method), maybe('when', anyWhen()));
  return fc
    .tuple(fc.array(step, { minLength: 1, maxLength: 3 }), anyExtras(mark))
    .map(([steps, extras]) => {
      const { when: _, ...shared } = extras;
      const last = steps.length - 1;
      return {
        ...shared,
        steps: steps.map(([address, content, condition], i) => ({
          ...address,
          ...content,
          ...condition,
          ...(i === last ? { response_map: answerMap(mark, method) } : {}),
        })),
      };
    });
}

function answerMap(mark: Mark, method: MethodName): Json {
  const names = ANSWERS[method] ?? ['activity_id'];
  const record = Object.fromEntries(names.map((name) => [`f_${name}`, mark(name)]));
  return PAGED.includes(method) || method === 'FindContact' ? { items: [record] } : record;
}

function anyAddress(mark: Mark): fc.Arbitrary<JsonObject> {
  const path = fc
    .tuple(
      fc.array(anySegment(mark), { minLength: 1, maxLength: 4 }),
      fc.array(
        fc.tuple(
          fc.constantFrom('q', 'expand', 'x[y]'),
          fc.oneof(fc.constant('all'), fc.constantFrom('subject', 'contact_id', 'Team').map(mark)),
        ),
        { maxLength: 2 },
      ),
      fc.boolean(),
    )
    .map(([segments, pairs, slash]) => {
      const query = pairs.map(([name, value]) => `${name}=${value}`).join('&');
      return `/${segments.join('/')}${slash ? '/' : ''}${query === '' ? '' : `?${query}`}`;
    });
  return fc.oneof(
    { weight: 4, arbitrary: path.map((text) => ({ request_path: text })) },
    {
      weight: 1,
      arbitrary: path.map((text) => ({ request_url: `https://files.example.com${text}` })),
    },
  );
}

/** Verb, parameters and the type of the body. */
function anyContent(mark: Mark, method: MethodName): fc.Arbitrary<JsonObject> {
  const verb = fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE');
  const object = anyObject(mark, 3);
  const flat = anyObject(mark, 2);
  const file: fc.Arbitrary<JsonObject> = fc.constant(
    method === 'UploadFile' ? { recording: mark('file') } : {},
  );
  const withType = (type: Json, parameters: fc.Arbitrary<Json>): fc.Arbitrary<JsonObject> =>
    fc.tuple(verb, parameters).map(([request_method, request_parameters]) => ({
      request_method,
      request_content_type: type,
      request_parameters,
    }));
  return fc.oneof(
    fc.record({ request_method: fc.constant('GET'), request_parameters: flat }),
    fc.record({ request_method: fc.constantFrom('GET', 'DELETE', 'POST') }),
    fc.record({ request_method: verb, request_parameters: object }),
    fc.record({
      request_method: verb,
      request_parameters: fc.array(anyTree(mark, 2), { minLength: 1, maxLength: 3 }),
    }),
    fc.tuple(verb, object, file).map(([request_method, own, more]) => ({
      request_method,
      request_parameters: { ...own, ...more },
    })),
    withType(FORM, flat),
    withType('application/vnd.example+json', object),
    fc
      .tuple(flat, file)
      .chain(([own, more]) => withType('multipart/form-data', fc.constant({ ...own, ...more }))),
    withType('text/plain; charset=utf-8', anyTemplate(mark)),
    withType(
      'application/json',
      fc.constantFrom('subject', 'contact_id').map((name) => `{"a":"${mark(name)}"}`),
    ),
    withType(
      'application/xml',
      fc.constantFrom('subject', 'Team').map((name) => `<c t="${mark(name)}">x</c>`),
    ),
    withType(mark('call_cause'), object),
    ...(method === 'UploadFile' ? [withType('audio/mpeg', fc.constant(mark('file')))] : []),
  );
}

function anyExtras(mark: Mark): fc.Arbitrary<JsonObject> {
  const headers = fc.dictionary(
    fc.constantFrom('X-Subject', 'Accept', 'X-Team', `X-${mark('Team')}`),
    anyTemplate(mark, ['subject', 'Team', 'call_key', 'contact_name', 'call_timestamp']),
    { maxKeys: 3 },
  );
  return fc
    .tuple(
      maybe('request_headers', headers),
      maybe(
        'query',
        fc.dictionary(fc.constantFrom('notify', 'q', 'fields[a]'), anyTemplate(mark), {
          maxKeys: 2,
        }),
      ),
      maybe('escape', fc.oneof(fc.constantFrom(...ESCAPES), fc.constant(['like', 'soql']))),
      maybe('when', anyWhen()),
      maybe('success', fc.constant("response.status < 300 && response.body.state == 'ok'")),
      maybe('errors', fc.constant([{ status: '4xx', then: 'skip' }])),
      maybe('cleared', fc.constantFrom('null', 'text', 'false', 'omit')),
      maybe('idempotency_header', fc.constant('Idempotency-Key')),
      maybe('timeout_seconds', fc.integer({ min: 1, max: 900 })),
      maybe('response_headers', fc.constant({ Location: `/items/${mark('lead_ref')}` })),
      maybe('derive', fc.constant({ lead_ref: "upper('x')" })),
    )
    .map((parts) => Object.assign({}, ...parts));
}

function anyWhen(): fc.Arbitrary<string> {
  return fc.constantFrom(
    'contact_id',
    'call_duration > 10 || present(subject)',
    "properties['Team'] != 'x'",
  );
}

function maybe(key: string, value: fc.Arbitrary<Json>): fc.Arbitrary<JsonObject> {
  return fc
    .option(value, { nil: undefined, freq: 4 })
    .map((each) => (each === undefined ? {} : { [key]: each }));
}

/** The moving value stands in the query of whatever is sent. */
function anyPaging(mark: Mark, method: MethodName): fc.Arbitrary<JsonObject> {
  if (!PAGED.includes(method)) return fc.constant({});
  const names = ANSWERS[method] ?? [];
  const record = Object.fromEntries(names.map((name) => [`f_${name}`, mark(name)]));
  const moving = (type: string, name: string, answer: JsonObject): JsonObject => ({
    paging: { type, size: 50 },
    query: { place: mark(name), size: mark('page_size') },
    response_map: { items: [record], ...answer },
  });
  return fc.constantFrom<JsonObject>(
    {},
    moving('page', 'page', {}),
    moving('offset', 'offset', {}),
    moving('cursor', 'cursor', { next: mark('cursor') }),
    { paging: { type: 'next_url' }, response_map: { items: [record], next: mark('next_url') } },
    { paging: { type: 'link_header' } },
  );
}
