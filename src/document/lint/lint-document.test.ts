import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { startingDocument } from '../starting-document.ts';
import { documentWith } from '../testing/document-with.ts';
import { lintDocument } from './lint-document.ts';

const codesOf = (text: string): readonly string[] => lintDocument(text).map(({ code }) => code);

describe('a document with several faults', () => {
  const pasted = `{
  “id”: "pasted",
  "name": "Pasted",
  "resource_url": "https://crm.example.com",
  "parameters": { "contact_id": "string", "contact_name": "string" },
  "API": {
    "CreateActivity": {
      "request_method": "POST",
      "request_path": "/calls",
      "request_parameters": { "a": "$contactid$", "b": "$contact_nam$", },
    }
  }
}`;

  test('has a finding for each, those of pasted text and those of the content', () => {
    expect(codesOf(pasted)).toEqual([
      'curly_quotes',
      'misspelt_name',
      'misspelt_name',
      'trailing_comma',
      'trailing_comma',
    ]);
  });

  test('has them in the order of the text, with places of the original', () => {
    const [first, second] = lintDocument(pasted);

    expect(first).toMatchObject({ line: 2, column: 3 });
    expect(second).toMatchObject({
      line: 10,
      column: 37,
      path: '/API/CreateActivity/request_parameters/a',
      fix: 'write `$contact_id$`',
    });
  });
});

describe('a place', () => {
  test('counts escapes of a text as they are written', () => {
    const text = documentWith({ contact_url: 'https://a.example/"\\\n\u0001$contactid$' });
    const line = text.split('\n').find((each) => each.includes('contactid')) ?? '';

    expect(lintDocument(text)).toContainEqual(
      expect.objectContaining({ code: 'misspelt_name', column: line.indexOf('$contactid$') + 1 }),
    );
  });

  test.each([
    ['line feeds', '\n'],
    ['carriage returns with line feeds', '\r\n'],
    ['carriage returns', '\r'],
  ])('counts lines that end with %s', (_name, end) => {
    const text = documentWith({ colour: 'red' }).replaceAll('\n', end);
    const [finding] = lintDocument(text);

    expect(finding).toMatchObject({ code: 'unknown_field', column: 3 });
    expect(text.split(end)[(finding?.line ?? 0) - 1]).toContain('colour');
  });
});

describe('lint of any text', () => {
  test('never throws and gives places inside the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const lines = text.split(/\r\n|\n|\r/).length;
        for (const { line, column } of lintDocument(text)) {
          expect(line).toBeLessThanOrEqual(lines);
          expect(column).toBeGreaterThan(0);
        }
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  test('never throws on a document with pieces cut out, put in or moved', () => {
    const document = startingDocument('Example');
    const place = fc.nat({ max: document.length });
    fc.assert(
      fc.property(
        place,
        place,
        fc.constantFrom('', '"', '{', '[', '$', '“', ',', '\\', '\u0000', '/*', 'null'),
        (a, b, piece) => {
          const [from, to] = [Math.min(a, b), Math.max(a, b)];
          const cut = Math.min(to, from + 300);
          expect(
            Array.isArray(lintDocument(document.slice(0, from) + piece + document.slice(cut))),
          ).toBe(true);
        },
      ),
      { seed: 7, numRuns: 200 },
    );
  });

  test('never throws on any JSON as the value of any key', () => {
    const keys = [
      'properties',
      'parameters',
      'variables',
      'auth',
      'OAuth2',
      'API',
      'hosts',
      'errors',
      'request_headers',
      'tests',
      'var_char',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.jsonValue({ maxDepth: 5 }), (key, value) => {
        const text = documentWith({}).replace(
          '"class"',
          `${JSON.stringify(key)}: ${JSON.stringify(value)}, "class"`,
        );
        expect(Array.isArray(lintDocument(text))).toBe(true);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  test.each([
    [
      'many misspelt names',
      documentWith({
        '//': '',
        contact_url: 'https://a.example/',
        activity_url: `https://a.example/${'$contactid$ '.repeat(15_000)}`,
      }),
    ],
    [
      'many variables in a chain',
      documentWith({
        variables: Object.fromEntries(
          Array.from({ length: 5_000 }, (_, i) => [`step${String(i)}x`, `$step${String(i + 1)}x$`]),
        ),
      }),
    ],
    ['many signs', documentWith({ contact_url: `https://a.example/${'$'.repeat(200_000)}` })],
    [
      'many names and many misspellings',
      documentWith({
        parameters: Object.fromEntries(
          Array.from({ length: 4_000 }, (_, i) => [`localname${String(i)}x`, 'string']),
        ),
        contact_url: Array.from({ length: 9_000 }, (_, i) => `$lo${String(i)}calnamx$`).join(''),
      }),
    ],
    [
      'many values between quotes',
      documentWith({
        API: {
          SearchContacts: { request_method: 'GET', request_path: "'$prefix$".repeat(20_000) },
        },
      }),
    ],
    ['many curly quotes', '“'.repeat(80_000)],
    ['many brackets', '[{"a":'.repeat(40_000)],
    [
      'many literals in an answer',
      documentWith({
        API: {
          CreateActivity: {
            request_method: 'POST',
            request_path: '/',
            response_map: Array.from({ length: 60_000 }, () => 1),
          },
        },
      }),
    ],
  ])('finishes with %s', (_name, text) => {
    expect(lintDocument(text).length).toBeLessThanOrEqual(1_000);
  });
});
