import fc from 'fast-check';
import { expect, test } from 'vitest';

import { compileDocument } from '../compile.ts';
import { documentOfExample } from '../findings/finding-example.ts';
import { FINDING_EXAMPLES } from '../findings/finding-examples.ts';
import { isJsonArray, isJsonObject } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import { lintDocument } from './lint-document.ts';

/** Names that every object of JavaScript answers to without having them. */
const INHERITED = Object.getOwnPropertyNames(Object.prototype);
const DOCUMENTS = Object.values(FINDING_EXAMPLES).flatMap(({ bad, good }) =>
  [bad, good]
    .map(documentOfExample)
    .filter((text) => text.length < 3_000)
    .flatMap(parsed),
);

function parsed(text: string): readonly Json[] {
  try {
    const document: Json = JSON.parse(text);
    return [document];
  } catch {
    return [];
  }
}

/** The document with a key or a text in some places replaced; each place is asked for in turn. */
function renamed(value: Json, next: () => string | undefined): Json {
  if (typeof value === 'string') return next() ?? value;
  if (isJsonArray(value)) return value.map((each) => renamed(each, next));
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).map(([key, inner]) => [
    next() ?? key,
    renamed(inner, next),
  ]);
  return Object.fromEntries(members) satisfies Json;
}

function lintAndCompile(text: string): void {
  const errors = lintDocument(text).filter(({ severity }) => severity === 'error');
  if (errors.length === 0) compileDocument(text);
}

test.each(INHERITED)('a choice by "%s" is no choice by what objects inherit', (name) => {
  const rows = { [name]: { a: 'b', [name]: name, default: `$${name}$` } };
  const text = JSON.stringify({
    variables: { x: rows, [name]: rows },
    parameters: { [name]: name },
  });

  expect(() => lintDocument(text)).not.toThrow();
});

test('names that objects inherit are keys and values like any others', () => {
  const places = fc.array(fc.tuple(fc.nat(120), fc.constantFrom(...INHERITED)), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(fc.constantFrom(...DOCUMENTS), places, fc.boolean(), (document, put, isName) => {
      const wanted = new Map(put);
      let place = -1;
      const next = (): string | undefined => {
        place += 1;
        const name = wanted.get(place);
        return name !== undefined && isName ? `$${name}$` : name;
      };

      expect(() => {
        lintAndCompile(JSON.stringify(renamed(document, next)));
      }).not.toThrow();
    }),
    { numRuns: 150 },
  );
});
