import { describe, expect, it } from 'vitest';

import { parseOptions } from './connection-options.ts';

describe('options of a connection', () => {
  it('have their defaults where none are given', () => {
    expect(parseOptions({})).toMatchObject({
      on_unknown: 'retry_once',
      owner_without_link: 'skip',
    });
  });

  it.each([
    [
      'an unknown one',
      { colour: 'red' },
      'The value of `options` has a member that is unknown: `colour`.',
    ],
    ['something else', 'all', 'The value of `options` must be an object, not text.'],
    [
      'another choice',
      { on_unknown: 'guess' },
      "The option 'on_unknown' must be one of `retry_once`, `park`.",
    ],
    [
      'no owner',
      { owner_without_link: 'user:' },
      "The option 'owner_without_link' must be `skip`, `none`, or `user:` and the id of a CRM user.",
    ],
    [
      'no country',
      { country: 'gb' },
      "The option 'country' must be two capital letters of ISO 3166-1, for example GB.",
    ],
  ])('refuse %s in plain words', (_name, given, words) => {
    expect(() => parseOptions(given)).toThrow(words);
  });
});
