import { expect, test } from 'vitest';

import { readTokenAnswer } from './read-token-answer.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

function read(text: string, headers: Readonly<Record<string, string>> = JSON_TYPE) {
  return readTokenAnswer(new TextEncoder().encode(text), headers);
}

test('a form is read like JSON, as some servers of before RFC 6749 answer', () => {
  const body = read('access_token=gho_16C7&scope=repo+user&token_type=bearer', {
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
  });

  expect(body.fields).toEqual({
    access_token: 'gho_16C7',
    scope: 'repo user',
    token_type: 'bearer',
  });
  expect(body.secrets).toEqual(['gho_16C7']);
});

test('an error has its code, and words only where there are some', () => {
  expect(read('{"error":"invalid_grant","error_description":"gone"}')).toMatchObject({
    code: 'invalid_grant',
    words: 'gone',
    secrets: [],
  });
  expect(read('{"error":"The grant is no longer good"}').code).toBeUndefined();
  expect(read('{"error":{"code":7}}').code).toBeUndefined();
});

test('whatever is named like a credential is kept out of sight, however deep', () => {
  const { secrets } = read(
    JSON.stringify({
      access_token: 'a-1',
      token_type: 'Bearer',
      id_token: 'i-1',
      expires_in: 60,
      data: [{ refreshToken: 'r-1', sessionId: 's-0', session: 's-1', api_key: 'k-1' }],
    }),
  );

  expect(secrets).toEqual(['a-1', 'i-1', 'r-1', 's-0', 's-1', 'k-1']);
});

test('also in the deepest answer that is read', () => {
  const deep = `${'{"a":['.repeat(30)}{"access_token":"a-1"}${']}'.repeat(30)}`;

  expect(read(deep).secrets).toEqual(['a-1']);
});

test.each([
  ['JSON that broke off', '{"access_token": "a-1234", "refresh_token":"r-12', ['a-1234', 'r-12']],
  [
    'JSON that is too deep',
    `{"access_token":"a-1234","x":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
    ['a-1234'],
  ],
  ['a form of no type', 'token_type=bearer&access_token=a-1234&expires_in=3600', ['a-1234']],
  ['a page for developers', "<pre>'access_token' : 'a-1234'</pre>", ['a-1234']],
  ['a text that names no credential', '{"error": "invalid_grant", "expires_in": 3600', []],
])('and in what cannot be read: %s', (_name, text, secrets) => {
  const body = read(text);

  expect(body.fields).toBeUndefined();
  expect(body.secrets).toEqual(secrets);
});

test.each([
  ['a page', '<html><title>Sign in</title></html>'],
  ['nothing', ''],
  ['a text', 'access_token=abc'],
  ['a number', '42'],
  ['a text in JSON', '"abc"'],
])('%s holds no fields', (_name, text) => {
  expect(read(text, { 'content-type': 'text/html' }).fields).toBeUndefined();
});
