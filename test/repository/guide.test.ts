import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { lintDocument } from '../../src/document/lint/lint-document.ts';
import { methodNamed } from '../../src/document/methods.ts';

const PAGE = join(import.meta.dirname, '../../docs/guide/write-a-document.md');

/** What the pieces of a document that a page shows leave out. */
const REST = {
  id: 'example',
  name: 'Example',
  class: 'crm',
  resource_url: 'https://api.example.com',
} as const;
/** What later methods of a call are about; a piece need not show it. */
const RECORD = {
  request_method: 'POST',
  request_path: '/calls',
  response_map: { id: '$activity_id$' },
} as const;

const TEXT = readFileSync(PAGE, 'utf8');

const EXAMPLES = [...TEXT.matchAll(/^```json\n(.*?)^```$/gms)]
  .map((found) => ({
    line: TEXT.slice(0, found.index).split('\n').length,
    text: found[1] ?? '',
  }))
  // Whole objects are values of forms; documents are shown in pieces.
  .filter(({ text }) => !text.startsWith('{'));

const Piece = z.looseObject({ API: z.looseObject({}).optional() });

/** The piece in a document: methods under `API`, all else at its top. */
function completed(text: string): string {
  const piece = Piece.parse(JSON.parse(`{${text}}`));
  const isMethods = Object.keys(piece).every((key) => methodNamed(key) !== undefined);
  const { API = {}, ...members } = isMethods ? { API: piece } : piece;
  return JSON.stringify({ ...REST, ...members, API: { CreateActivity: RECORD, ...API } });
}

describe('the examples of the guide to documents', () => {
  test('are found', () => {
    expect(EXAMPLES.length).toBeGreaterThan(5);
  });

  test.each(EXAMPLES)('in line $line can be used as it stands', ({ text }) => {
    const findings = lintDocument(completed(text)).filter(
      // Pieces need not repeat the declarations of the page.
      ({ severity, code }) => severity !== 'info' && code !== 'undeclared_parameter',
    );

    expect(findings).toEqual([]);
  });
});
