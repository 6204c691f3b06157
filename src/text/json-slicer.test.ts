import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonSlicer, SliceFault } from './json-slicer.ts';
import type { SliceLimits, SlicedElements } from './json-slicer.ts';

const LIMITS: SliceLimits = {
  depth: 64,
  elementBytes: 1_000,
  envelopeBytes: 10_000,
  batchBytes: 64,
};

interface Told {
  readonly elements: readonly unknown[];
  readonly envelope: unknown;
  readonly batches: readonly SlicedElements[];
}

/** Cuts a text that comes in pieces of these lengths, over and over. */
function slice(
  path: readonly string[],
  text: string | Uint8Array,
  lengths: readonly number[] = [7],
  limits: Partial<SliceLimits> = {},
): Told {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const slicer = new JsonSlicer(path, { ...LIMITS, ...limits });
  const batches: SlicedElements[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const length = Math.max(1, lengths[turn % lengths.length] ?? 1);
    batches.push(...slicer.take(bytes.slice(at, at + length)));
    at += length;
  }
  const parse = (part: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(part));
  const envelope = parse(slicer.end());
  return {
    elements: batches.flatMap(({ array }) => {
      const elements: unknown = parse(array);
      return Array.isArray(elements) ? elements : [];
    }),
    envelope,
    batches,
  };
}

function faultOf(run: () => unknown): string {
  try {
    run();
    return 'none';
  } catch (err) {
    // Some of it only whoever parses finds out.
    return err instanceof SliceFault ? err.code : 'not_json';
  }
}

const members = fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 3 }), {
  maxKeys: 4,
  noNullPrototype: true,
});
const spaced = fc.constantFrom(undefined, 1, '\t');

describe('any list in any JSON', () => {
  test('is cut into its elements, the rest keeps its place, whatever the pieces', () => {
    const arbitrary = fc.record({
      path: fc.array(fc.constantFrom('data', 'a"b', 'ü', '\\', 'items', ''), { maxLength: 3 }),
      list: fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 30 }),
      around: fc.array(members, { minLength: 3, maxLength: 3 }),
      lengths: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
      space: spaced,
    });
    fc.assert(
      fc.property(arbitrary, ({ path, list, around, lengths, space }) => {
        const build = (elements: unknown): unknown =>
          path.reduceRight<unknown>(
            (inner, key, index) => ({ ...without(around[index], key), [key]: inner }),
            elements,
          );
        const text = JSON.stringify(build(list), null, space);
        const told = slice(path, text, lengths, { elementBytes: 1e6, envelopeBytes: 1e6 });

        expect(told.elements).toEqual(JSON.parse(JSON.stringify(list)));
        expect(told.envelope).toEqual(JSON.parse(JSON.stringify(build(list.slice(0, 1)))));
      }),
      { seed: 5, numRuns: 2_000 },
    );
  });

  test('or is not, where there is none: then the whole text is outside', () => {
    const path = ['data', 'items'];
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 1, max: 9 }), (value, length) => {
        const text = JSON.stringify({ items: [1], data: { other: value, items: { items: [2] } } });
        const told = slice(path, text, [length], { envelopeBytes: 1e6 });

        expect([told.elements, told.envelope]).toEqual([[], JSON.parse(text)]);
      }),
      { seed: 6 },
    );
  });

  test('of any bytes whatsoever it ends, with a fault or without', () => {
    const bytes = fc.array(
      fc.constantFrom('[', ']', '{', '}', '"', ',', ':', '\\', 'u', 'a', '0', ' ', '\n', '\0', 'ü'),
      { maxLength: 60 },
    );
    const wellFormed = (text: string): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        return undefined;
      }
    };
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 5 }), (parts, length) => {
        const text = `{"a":[${parts.join('')}]}`;
        const expected = wellFormed(text);
        const fault = faultOf(() => {
          const told = slice(['a'], text, [length]);
          expect({ a: told.elements }).toEqual(expected);
        });

        if (expected === undefined) expect(['not_json', 'twice']).toContain(fault);
      }),
      { seed: 7, numRuns: 5_000 },
    );
  });
});

function without(
  object: Readonly<Record<string, unknown>> | undefined,
  key: string,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object ?? {}).filter(([name]) => name !== key));
}

describe('a list', () => {
  test.each<[string, readonly string[], string, unknown, unknown]>([
    ['by itself', [], ' [1, [2] ]', [1, [2]], [1]],
    ['that is empty', ['a'], '{"a":[ ],"b":1}', [], { a: [], b: 1 }],
    ['under a key with escapes', ['größe'], '{"gr\\u00f6\\u00dfe":[1]}', [1], { größe: [1] }],
    [
      'behind one of the same name elsewhere',
      ['a', 'b'],
      '{"b":[9],"a":{"x":{"b":[8]},"b":[1]}}',
      [1],
      { b: [9], a: { x: { b: [8] }, b: [1] } },
    ],
    [
      'in the last of two objects',
      ['a', 'b'],
      '{"a":{"b":0},"a":{"b":[1]}}',
      [1],
      { a: { b: [1] } },
    ],
    [
      'under __proto__ of an element',
      ['a'],
      '{"a":[{"__proto__":{"x":1}}]}',
      [JSON.parse('{"__proto__":{"x":1}}')],
      { a: [JSON.parse('{"__proto__":{"x":1}}')] },
    ],
    [
      'with brackets and quotes in texts',
      ['a'],
      '{"a":["]}\\"[",{"b":"\\\\"}]}',
      [']}"[', { b: '\\' }],
      { a: [']}"['] },
    ],
    [
      'whose name is a value too',
      ['a'],
      '{"b":"a","c":["a",{"a":[7]}],"a":[1]}',
      [1],
      { b: 'a', c: ['a', { a: [7] }], a: [1] },
    ],
  ])('%s', (_name, path, text, elements, envelope) => {
    for (const length of [1, 2, 3, 100]) {
      expect(slice(path, text, [length])).toMatchObject({ elements, envelope });
    }
  });

  test('with a byte order mark and NUL bytes', () => {
    const text = Uint8Array.from([0xef, 0xbb, 0xbf, ...new TextEncoder().encode('{"a":[1\0,2]}')]);

    expect(slice(['a'], text, [2]).elements).toEqual([1, 2]);
  });

  test('comes in batches, and says which of them need care', () => {
    const plain = '{"id":"3e4","n":1.5,"t":true,"e":null}';
    const elements = [plain, plain, '{"n":1234567890123456}', '1e3', '"\\u0000"', plain];
    const { batches } = slice(['a'], `{"a":[${elements.join(',')}]}`, [11], { batchBytes: 1 });

    const told = batches.map(({ array, longNumbers, escapes }) => {
      const count = JSON.parse(new TextDecoder().decode(array)).length;
      return [count, longNumbers, escapes];
    });
    expect(told.filter(([, long]) => long).length).toBeLessThanOrEqual(2);
    expect(told.filter(([, , escapes]) => escapes)).toHaveLength(1);
    expect(told.reduce((sum, [count]) => sum + Number(count), 0)).toBe(6);
  });
});

describe('what cannot be cut is told', () => {
  const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  test.each<[string, string, string]>([
    ['a list that does not end', '{"a":[1,2', 'not_json'],
    ['one that is closed like an object', '{"a":[1}', 'not_json'],
    ['an element that is closed wrongly', '{"a":[{"b":1]}', 'not_json'],
    ['an element that is left out', '{"a":[1,,2]}', 'not_json'],
    ['one at the beginning', '{"a":[,2]}', 'not_json'],
    ['one at the end', '{"a":[1,]}', 'not_json'],
    ['something behind the text', '{"a":[1]}]', 'not_json'],
    ['an object that does not end', '{"a":[1]', 'not_json'],
    ['a list that comes twice', '{"a":[1],"a":[2]}', 'twice'],
    ['a list whose key comes again', '{"a":[1],"b":0,"\\u0061":null}', 'twice'],
    ['too many brackets in an element', `{"a":[${deep(63)}]}`, 'too_deep'],
    ['too many brackets elsewhere', `{"b":${deep(64)},"a":[1]}`, 'too_deep'],
    ['an element that is too long', `{"a":[1,"${'x'.repeat(1_000)}"]}`, 'element_too_large'],
    ['an element without end', `{"a":["${'x'.repeat(100_000)}`, 'element_too_large'],
    ['blanks without end', `{"a":[1,${' '.repeat(100_000)}`, 'element_too_large'],
    ['too much beside it', `{"a":[1],"b":"${'x'.repeat(20_000)}"}`, 'envelope_too_large'],
    ['no end before it', `{"b":"${'x'.repeat(20_000)}`, 'envelope_too_large'],
  ])('%s', (_name, text, fault) => {
    for (const length of [1, 5, 200_000]) {
      expect(faultOf(() => slice(['a'], text, [length]))).toBe(fault);
    }
  });

  test('as many brackets as a whole body may have are none too many', () => {
    expect(faultOf(() => slice(['a'], `{"a":[${deep(62)}]}`))).toBe('none');
  });
});
