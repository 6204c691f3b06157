import { describe, expect, test } from 'vitest';

import type { Json } from '../json-value.ts';
import { documentWith } from '../testing/document-with.ts';
import { lintDocument } from './lint-document.ts';

/** Path and message of errors and warnings, in the order of the text. */
function findingsOf(changes: { readonly [key: string]: Json }): readonly string[] {
  return lintDocument(documentWith(changes))
    .filter(({ severity }) => severity !== 'info')
    .map(({ code, path }) => `${code} ${path}`);
}

const PER_SECOND = { requests: 10, per_seconds: 1 };
const PER_DAY = { requests: 10_000, per_seconds: 86_400, burst: 500 };

describe('limits', () => {
  test.each<[string, Json, readonly string[]]>([
    ['one', PER_SECOND, []],
    ['one with places', { ...PER_SECOND, concurrency: 2 }, []],
    ['places alone', { concurrency: 2 }, []],
    ['two', [PER_SECOND, PER_DAY], []],
    ['nothing', {}, ['missing_field /limits', 'missing_field /limits']],
    ['requests alone', { requests: 5 }, ['missing_field /limits']],
    ['requests and places', { requests: 5, concurrency: 1 }, ['missing_field /limits']],
    ['a window and places', [{ per_seconds: 5, concurrency: 1 }], ['missing_field /limits/0']],
    ['no requests at all', { ...PER_SECOND, requests: 0 }, ['invalid_option /limits/requests']],
    ['a burst above it', { ...PER_SECOND, burst: 11 }, ['invalid_option /limits/burst']],
    ['two of one window', [PER_SECOND, PER_SECOND], ['invalid_option /limits/1']],
    ['a number', 5, ['wrong_type /limits']],
  ])('%s', (_name, limits, findings) => {
    expect(findingsOf({ limits })).toEqual(findings);
  });
});

describe('options', () => {
  test.each<[string, Json, readonly string[]]>([
    ['none', {}, []],
    ['some', { unknown_callers: 'create_contact', concurrency: 2, country: 'DE' }, []],
    ['texts', { texts: { missed: 'Missed: $party_number$' } }, []],
    ['a rate', { rate: { requests: 1, per_seconds: 1 } }, []],
    ['a list', { excluded_extensions: ['100', '200'] }, []],
    ['an unknown one', { colour: 'red' }, ['invalid_option /options/colour']],
    ['one of another kind', { log_missed: 'yes' }, ['invalid_option /options/log_missed']],
    ['one out of bounds', { concurrency: 33 }, ['invalid_option /options/concurrency']],
    ['an unknown choice', { on_unknown: 'drop' }, ['invalid_option /options/on_unknown']],
    ['an unknown text', { texts: { late: 'x' } }, ['invalid_option /options/texts']],
    ['no zone', { timezone: 'Mars/Base' }, ['invalid_option /options/timezone']],
  ])('%s', (_name, options, findings) => {
    expect(findingsOf({ options })).toEqual(findings);
  });

  test('a misspelt one is named with what it most likely means', () => {
    const [finding] = lintDocument(documentWith({ options: { unknown_caller: 'nothing' } }));

    expect(finding).toMatchObject({
      message: '"unknown_caller" is no option of a connection.',
      fix: 'write "unknown_callers"',
    });
  });
});
