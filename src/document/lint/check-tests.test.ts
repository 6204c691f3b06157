import { expect, test } from 'vitest';

import type { Json } from '../json-value.ts';
import { documentWith } from '../testing/document-with.ts';
import { lintDocument } from './lint-document.ts';

type Tree = { readonly [key: string]: Json };

function findings(changes: Tree): readonly (readonly [string, string, string | undefined])[] {
  const text = documentWith({
    properties: ['API key'],
    parameters: { subject: 'string', lead_ref: 'string' },
    auth: { type: 'Bearer', token: '$API key$' },
    tests: [{ name: 'a test', method: 'CreateActivity', ...changes }],
  });
  return lintDocument(text).map(({ code, path, fix }) => [code, path, fix]);
}

test.each<[string, Tree, readonly (readonly [string, string, string | undefined])[]]>([
  [
    'everything that it may have',
    {
      '//': 'a note',
      properties: { 'API key': 'k3y' },
      values: { subject: 'Call', lead_ref: 7, phone_e164: '+44', access_token: 't' },
      exchanges: [
        {
          request: { method: 'POST', body: { title: '$subject$', '@when': 'x' } },
          answer: { status: 201, headers: { Location: '/x' }, body: ['$anything$'] },
        },
      ],
      records: [{ activity_id: 9, account_name: 'x', phone: ['1', '2'] }],
    },
    [],
  ],
  [
    'a method that the document lacks',
    { method: 'FindContact' },
    [['invalid_option', '/tests/0/method', 'remove it']],
  ],
  [
    'a misspelt property',
    { properties: { 'API keys': 'k' } },
    [['invalid_option', '/tests/0/properties/API keys', 'write "API key"']],
  ],
  [
    'a misspelt parameter',
    { values: { subjekt: 'x' } },
    [['invalid_option', '/tests/0/values/subjekt', 'write "subject"']],
  ],
  [
    'a name that no answer binds',
    { records: [{ activityid: 1 }] },
    [['invalid_option', '/tests/0/records/0/activityid', 'write "activity_id"']],
  ],
  [
    'a key that no test has',
    { answer: {} },
    [['unknown_field', '/tests/0/answer', 'remove it, or write "_answer" for a note of yours']],
  ],
  [
    'a status that is none',
    { exchanges: [{ answer: { status: 99 } }] },
    [['invalid_option', '/tests/0/exchanges/0/answer/status', undefined]],
  ],
  ['another outcome', { outcome: 'fine' }, [['invalid_option', '/tests/0/outcome', undefined]]],
])('a test with %s', (_, changes, expected) => {
  const found = findings(changes);

  expect(found.map(([code, path]) => [code, path])).toEqual(
    expected.map(([code, path]) => [code, path]),
  );
  for (const [i, [, , fix]] of expected.entries()) {
    if (fix !== undefined) expect(found[i]?.[2]).toBe(fix);
  }
});
