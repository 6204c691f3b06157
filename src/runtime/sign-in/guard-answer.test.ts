import { describe, expect, test } from 'vitest';

import type { PropertyField } from '../../document/names/properties.ts';
import { guardAnswer } from './guard-answer.ts';

const ACCESS = 'access-token-7f3a9c';
const REFRESH = 'refresh-token-51be02';
const ID_TOKEN = 'eyJhbGciOiJub25lIn0.e30.c2ln';
const SECRET = 'client-secret-9f8e7d';
const OLD_REFRESH = 'refresh-token-of-before';

function field(label: string, secret: boolean): PropertyField {
  return { label, type: 'text', secret, required: false, filledBySignIn: true };
}

function guard(bound: {
  readonly properties?: Readonly<Record<string, string>>;
  readonly locals?: Readonly<Record<string, string>>;
  readonly accountId?: string;
  readonly accountName?: string;
}) {
  return guardAnswer(
    {
      ...{ status: 'bound', properties: {}, locals: {}, accessToken: ACCESS },
      ...{ refreshToken: REFRESH, ...bound },
    },
    {
      properties: [field('Shop', false), field('Key', true)],
      sent: [SECRET, OLD_REFRESH, 'pin'],
      named: [ACCESS, REFRESH, ID_TOKEN],
    },
  );
}

describe('an answer is refused that gives', () => {
  test.each([
    ['the access token as account name', { accountName: ACCESS }, 'account_name'],
    ['the refresh token as account', { accountId: REFRESH }, 'account_id'],
    ['an id token as account name', { accountName: ID_TOKEN }, 'account_name'],
    ['the access token as property', { properties: { Shop: ACCESS } }, 'Shop'],
    ['the refresh token as local value', { locals: { place: REFRESH } }, 'place'],
    ['a token inside a property', { properties: { Shop: `x?${ACCESS}&y` } }, 'Shop'],
    ['a token without its beginning', { properties: { Shop: REFRESH.slice(2) } }, 'Shop'],
    [
      'a token in another form',
      { properties: { Shop: Buffer.from(ACCESS).toString('base64') } },
      'Shop',
    ],
    ['a stored secret as property', { properties: { Shop: SECRET } }, 'Shop'],
    ['the refresh token of before as local value', { locals: { place: OLD_REFRESH } }, 'place'],
  ])('%s', (_what, bound, name) => {
    const answer = guard(bound);

    expect(answer).toMatchObject({ status: 'refused', message: expect.stringContaining(name) });
    expect(JSON.stringify(answer)).not.toMatch(/7f3a9c|51be02|9f8e7d|of-before|eyJ/);
  });
});

test('an account that is a stored secret is no account', () => {
  const answer = guard({ accountId: SECRET, accountName: 'Acme' });

  expect(answer).toMatchObject({ status: 'bound', accountName: 'Acme' });
  expect(answer).not.toHaveProperty('accountId');
});

test.each([
  ['a name, an address and a local value', { accountId: '00D', accountName: 'Acme' }],
  ['what a token begins with', { accountId: 'access-t', locals: { place: 'refresh' } }],
  ['a secret property that holds another token', { properties: { Key: ID_TOKEN } }],
  ['another token in a local value', { locals: { second: ID_TOKEN } }],
  ['what is like a short secret', { accountName: 'pin', properties: { Shop: 'pinewood' } }],
])('an answer with %s stays as it is', (_what, bound) => {
  expect(guard(bound)).toEqual({
    ...{ status: 'bound', properties: {}, locals: {}, accessToken: ACCESS },
    ...{ refreshToken: REFRESH, ...bound },
  });
});
