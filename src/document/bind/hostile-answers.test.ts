import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import type { Json } from '../json-value.ts';
import { METHOD_NAMES } from '../methods.ts';
import { collectNames } from '../names/names.ts';
import { compileBinding } from './compile-binding.ts';

const NAMES = collectNames({ properties: ['Board'], parameters: { lead_ref: 'string' } });
const KEYS = ['id', 'name', 'data', '__proto__', 'constructor', 'prototype', 'toString', 'length'];
const LEAVES = [
  '$contact_id$',
  '$activity_id$',
  '$user_id$',
  '$phone$',
  'tel:$phone$',
  '$email$',
  '$Board$',
  '$call_key$',
  '$lead_ref$',
  '$next_url$',
  '$contact_name$ $email$',
  'x',
  '',
  1,
  true,
  null,
] as const;

function tree(leaf: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  const { node } = fc.letrec<{ node: Json }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('node'), { maxLength: 4 }),
      // Built by JSON.parse, as answers are: "__proto__" is then an own member.
      fc.array(fc.tuple(fc.constantFrom(...KEYS), tie('node')), { maxLength: 4 }).map((members) => {
        const text = members.map(
          ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
        );
        const parsed: Json = JSON.parse(`{${text.join(',')}}`);
        return parsed;
      }),
    ),
  }));
  return node;
}

const map = tree(fc.constantFrom<Json>(...LEAVES));
const answer = tree(
  fc.oneof(
    fc.constantFrom<Json>('x', '', 1, true, false, null, 'b1', JSON.rawJSON('1e999')),
    fc.string({ unit: 'binary' }),
  ),
);

beforeAll(() => {
  // Whoever tried to change it would throw from here on.
  Object.freeze(Object.prototype);
});

it('no map and no answer makes it throw or leaves a trace on shared prototypes', () => {
  const before = sharedMembers();
  const targets = new Set(NAMES.all());

  fc.assert(
    fc.property(
      map,
      answer,
      fc.constantFrom(...METHOD_NAMES),
      fc.boolean(),
      (tried, got, method, paging) => {
        const binding = compileBinding(tried, { method, names: NAMES, notation: 'dollar', paging });
        const result = binding.read(got, {
          values: { call_key: 'x' },
          properties: { Board: 'b1' },
        });
        if (result.status !== 'bound') return;
        for (const record of [...result.records, result.moving]) {
          expect(inheritedNames(record)).toEqual([]);
          for (const [name, value] of Object.entries(record)) {
            if (record !== result.moving) expect(targets.has(name)).toBe(true);
            const texts = typeof value === 'string' ? [value] : value;
            expect(texts.every((text) => typeof text === 'string' && text !== '')).toBe(true);
          }
        }
      },
    ),
    { seed: 9, numRuns: 3000 },
  );

  expect(sharedMembers()).toEqual(before);
});

/** What a record has without being filled. */
function inheritedNames(record: object): readonly string[] {
  const names: string[] = [];
  let prototype: unknown = Object.getPrototypeOf(record);
  while (typeof prototype === 'object' && prototype !== null) {
    names.push(...Object.getOwnPropertyNames(prototype));
    prototype = Object.getPrototypeOf(prototype);
  }
  return names;
}

function sharedMembers(): readonly string[] {
  const shared = [Object.prototype, Array.prototype, String.prototype];
  return shared.map((prototype) => Object.getOwnPropertyNames(prototype).join());
}

it('reads own members only', () => {
  const binding = compileBinding(
    [{ id: '$contact_id$', toString: '$contact_name$', constructor: { name: '$email$' } }],
    {
      method: 'Contacts',
      names: NAMES,
      notation: 'dollar',
      paging: false,
    },
  );
  const got: Json = JSON.parse(
    '[{"id":"1","__proto__":{"toString":"Eve"},"constructor":{"name":"Eve"}}]',
  );

  const result = binding.read(got, { values: {}, properties: {} });

  expect(result.status === 'bound' && result.records.map((record) => ({ ...record }))).toEqual([
    { contact_id: '1' },
  ]);
});

it('reads a list of 100,000 and an answer nested 5,000 deep', () => {
  const options = { method: 'Contacts', names: NAMES, notation: 'dollar', paging: false } as const;
  const list = Array.from({ length: 100_000 }, (_, id) => ({ id, phones: ['1', '2'] }));
  const deep: Json = JSON.parse(`${'{"data":'.repeat(5000)}1${'}'.repeat(5000)}`);

  const many = compileBinding([{ id: '$contact_id$', phones: ['$phone$'] }], options);
  const nested = compileBinding({ data: { data: [{ id: '$contact_id$' }] } }, options);
  const result = many.read(list, { values: {}, properties: {} });

  expect(result.status === 'bound' && result.records.length).toBe(100_000);
  expect(nested.read(deep, { values: {}, properties: {} }).status).toBe('bound');
});

it('a map nested deeper than any document is cut off', () => {
  let tried: Json = '$contact_id$';
  for (let depth = 0; depth < 10_000; depth += 1) tried = { data: tried };

  const binding = compileBinding(tried, {
    method: 'Contacts',
    names: NAMES,
    notation: 'dollar',
    paging: false,
  });

  expect(binding.binds).toEqual([]);
});
