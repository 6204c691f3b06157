import { expect, test } from 'vitest';

import { isRefusal } from './is-refusal.ts';

test.each<[string, readonly { readonly response?: unknown }[], boolean]>([
  ['no request was sent', [], false],
  [
    'the last answer is a 2xx',
    [{ response: { status: 401 } }, { response: { status: 201 } }],
    false,
  ],
  ['the last answer is none', [{ response: { status: 201 } }, { response: { status: 409 } }], true],
  ['the last request has no answer', [{}], false],
])('where %s', (_name, exchanges, expected) => {
  expect(isRefusal(exchanges)).toBe(expected);
});
