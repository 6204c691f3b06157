import { describe, expect, test } from 'vitest';

import type { Json } from '../json-value.ts';
import { documentWith } from '../testing/document-with.ts';
import { lintDocument } from './lint-document.ts';

function fixesOf(text: string, changes: Readonly<Record<string, Json>> = {}) {
  const document = documentWith({
    parameters: { subject: 'string', activity_id: 'string', phone: 'string' },
    API: {
      CreateActivity: { request_method: 'POST', request_path: '/a', request_parameters: { text } },
    },
    ...changes,
  });
  return lintDocument(document)
    .filter(({ code }) => code === 'lone_marker')
    .map(({ fix }) => fix);
}

describe('a sign without its partner', () => {
  test.each<[string, string, readonly string[]]>([
    ['before a known name', '$subject', ['write `$subject$`']],
    ['in a path', '/calls/$activity_id/recording', ['write `$activity_id$`']],
    ['before another placeholder', '$activity_id/x$subject$', ['write `$activity_id$`']],
    ['twice', '$subject, $phone', ['write `$subject$`', 'write `$phone$`']],
    ['before a label of two words', '$API token', ['write `$API token$`']],
    ['before no name', '$5 and $select', []],
    ['before the beginning of a longer word', '$subjects', []],
    ['with its partner', '$subject$', []],
    ['of a variable of GraphQL', 'query ($phone: String) { find(phone: $phone) }', []],
  ])('%s', (_name, text, fixes) => {
    expect(fixesOf(text, { properties: ['API token'] })).toEqual(fixes);
  });

  test.each<[string, string, readonly string[]]>([
    ['is told of', '{subject', ['write `{subject}`']],
    ['is not taken from a query', 'query {phone email { address } }', []],
  ])('in a document with braces %s', (_name, text, fixes) => {
    expect(fixesOf(text, { var_char: '{}' })).toEqual(fixes);
  });
});
