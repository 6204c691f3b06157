import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import type { Json, JsonObject } from '../json-value.ts';
import { METHOD_NAMES } from '../methods.ts';
import { collectNames } from '../names/names.ts';
import { createReaders } from '../render/name-readers.ts';
import { contextOf } from '../testing/render-request.ts';
import { compileBinding } from './compile-binding.ts';

const NAMES = collectNames({
  properties: ['Board', 'Url'],
  parameters: { lead_ref: 'string', vip: 'boolean', score: 'number', raw: 'object' },
});
const READERS = createReaders({ names: NAMES, notation: 'dollar', variable: () => undefined });

const TARGETS = ['contact_id', 'activity_id', 'user_id', 'phone', 'email', 'lead_ref', 'deleted'];
const TEMPLATES = [
  ...TARGETS.map((name) => `$${name}$`),
  '/c/$contact_id$',
  '$Url$/c($activity_id$)',
  'https://crm.example/$lead_ref$?x',
  '$Board$',
  'x',
  '$next_url$',
  '$contact_id$$phone$',
];
const EXPRESSIONS = [
  'firstname + lastname',
  "'+' + phone",
  'response.body.id',
  "response.headers['location']",
  'response.body',
  'response.status * 2',
  "replace(response.body.name, 'a', 'aaaaaaaaaaaaaaaa')",
  "hash('sha256', response.body.name)",
  "properties['Board'] == lead_ref",
  'contact_id',
  'not an expression (',
  '1 / 0',
];
const HOSTILE = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];
const KEYS = ['id', 'name', '$Board$', '$Url$', '$lead_ref$', '$Board$-x', ...HOSTILE];

/** Built by JSON.parse, as documents and answers are: `__proto__` is then an own member. */
const objectOf = (
  keys: fc.Arbitrary<string>,
  values: fc.Arbitrary<Json>,
): fc.Arbitrary<JsonObject> =>
  fc.array(fc.tuple(keys, values), { maxLength: 5 }).map((members) => {
    const text = members.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    const parsed: JsonObject = JSON.parse(`{${text.join(',')}}`);
    return parsed;
  });

const template = fc.constantFrom<Json>(...TEMPLATES);
const headers = objectOf(
  fc.constantFrom('Location', 'X-Id', 'location', ...HOSTILE),
  fc.oneof(template, fc.constantFrom<Json>(1, null, {})),
);
const derive = objectOf(
  fc.constantFrom(...TARGETS, 'score', 'vip', 'Board', 'subject', ...HOSTILE),
  fc.oneof(fc.constantFrom<Json>(...EXPRESSIONS), fc.constantFrom<Json>(1, null, [])),
);
const key = fc.oneof(
  fc.constantFrom('b1', '__proto__', 'constructor', ''),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const map = fc.oneof(
  template,
  objectOf(fc.constantFrom(...KEYS), template),
  objectOf(fc.constantFrom(...KEYS), template).map((each): Json => [each]),
);
const scalar = fc.oneof(
  fc.constantFrom<Json>('x', '', 1, true, null, '__proto__'),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const answer = fc.oneof(
  scalar,
  objectOf(fc.constantFrom('id', 'name', 'b1', ...HOSTILE), scalar),
  objectOf(fc.constantFrom('id', 'name', 'b1', ...HOSTILE), scalar).map((each): Json => [
    each,
    each,
  ]),
);
const address = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '/c/1',
    '//evil.example/c/1',
    'https://a:b@crm.example/1',
    'javascript:1',
    '\\\\x',
    '/c/%00',
  ),
  fc.webUrl(),
);

beforeAll(() => {
  // Whoever tried to change it would throw from here on.
  Object.freeze(Object.prototype);
});

it('no headers, keys, expressions and answers make it throw or leave a trace anywhere', () => {
  const known = new Set([...NAMES.all(), 'deleted', 'account_id', 'account_name']);

  fc.assert(
    fc.property(
      fc.record({ map, headers, derive, answer, location: address, board: key }),
      fc.constantFrom(...METHOD_NAMES),
      fc.boolean(),
      (given, method, paging) => {
        const readerOf = READERS.at(paging ? 'paging' : 'request');
        const binding = compileBinding(
          given.map,
          { method, names: NAMES, notation: 'dollar', paging },
          {
            headers: given.headers,
            derive: given.derive,
            contactType: 'lead',
            readerOf,
            complete: (context) => context,
          },
        );
        const properties = { Board: given.board, Url: 'https://crm.example' };
        const context = contextOf({ properties });
        const head = { location: given.location, 'x-id': given.location };
        const view = { status: 200, headers: head, body: given.answer };
        const result = binding.read(given.answer, {
          values: { lead_ref: 'l' },
          properties,
          exchange: { answer: view, url: 'https://crm.example/a', context },
        });

        if (result.status !== 'bound') return;
        for (const record of result.records) {
          expect('toString' in record || 'constructor' in record).toBe(false);
          for (const [name, value] of Object.entries(record)) {
            expect(known.has(name)).toBe(true);
            const texts = typeof value === 'string' ? [value] : value;
            expect(texts.every((text) => typeof text === 'string' && text !== '')).toBe(true);
          }
        }
      },
    ),
    { seed: 11, numRuns: 3000 },
  );
});
