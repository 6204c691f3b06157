import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { isFieldValue } from '../../text/http-field.ts';
import type { SignInAnswer } from '../compiled-document.ts';
import type { Json } from '../json-value.ts';
import { contextOf, documentOf } from '../testing/render-request.ts';
import { CLIENT, LOGIN, oauth2Of, sessionOf, WITH_PAGE } from '../testing/sign-in.ts';
import { firstRequest } from '../method-requests.ts';

const KEYS = [
  'access_token',
  'refresh_token',
  'expires_in',
  'error',
  'errors',
  'error_description',
  'message',
  'token',
  'instance',
  'accounts',
  'id',
  '__proto__',
  'constructor',
  'toString',
  'length',
  '0',
];
const ADDRESSES = [
  'https://a.crm.example',
  'https://fixed.example',
  'https://evil.example',
  'https://crm.example.evil.example',
  'https://a.crm.example@evil.example',
  'https://A.CRM.EXAMPLE:444/x?y',
  'HTTP://a.crm.example',
  'javascript:alert(1)',
  'a.crm.example',
  '..',
];

const leaf = fc.oneof(
  fc.constantFrom<Json>('', 'a1', 1, 0, -1, true, false, null, JSON.rawJSON('1e999'), 'x\r\ny'),
  fc.constantFrom<Json>(...ADDRESSES),
  fc.string({ unit: 'binary' }),
  fc.double(),
);

/** Built by JSON.parse, as answers are: "__proto__" is then an own member. */
const answer = fc.letrec<{ node: Json }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('node'), { maxLength: 3 }),
    fc.array(fc.tuple(fc.constantFrom(...KEYS), tie('node')), { maxLength: 6 }).map((members) => {
      const text = members.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
      const parsed: Json = JSON.parse(`{${text.join(',')}}`);
      return parsed;
    }),
  ),
})).node;

const DOCUMENT = {
  properties: [
    'Client ID',
    'Client Secret',
    'User',
    'Password',
    { label: 'Instance', type: 'url', filled_by: 'sign_in' },
    { label: 'Accounts', filled_by: 'sign_in', default: 'https://fixed.example' },
  ],
  parameters: { ref: 'string' },
  hosts: ['*.crm.example', 'fixed.example', 'login.example', 'crm.example'],
  resource_url: '$Instance$/v1',
} as const;
const MAP = {
  instance: '$Instance$',
  id: '$account_id$',
  length: '$ref$',
  0: '$account_name$',
} as const;

const oauth2 = oauth2Of(
  {
    ...WITH_PAGE,
    token_endpoint: '$Accounts$/token',
    token_response_map: MAP,
    callback_map: { accounts: '$Accounts$', length: '$ref$' },
  },
  DOCUMENT,
);
const session = sessionOf(
  {
    ...LOGIN,
    request_url: 'https://login.example/login',
    request_path: '',
    response_map: { ...MAP, accounts: '$Accounts$', token: '$session_token$' },
  },
  DOCUMENT,
);
const context = contextOf({ properties: CLIENT });

beforeAll(() => {
  // Whoever tried to change it would throw from here on.
  Object.freeze(Object.prototype);
});

function checkAnswer(read: SignInAnswer, token: string | undefined): void {
  if (read.status === 'refused') {
    expect(read.message.length).toBeGreaterThan(0);
    expect(read.message.length).toBeLessThan(1_000);
    return;
  }
  expect(token).toBeDefined();
  for (const each of [read.accessToken, read.sessionToken, read.refreshToken]) {
    expect(each === undefined || (each !== '' && isFieldValue(each))).toBe(true);
  }
  const { expiresInSeconds = 1 } = read;
  expect(Number.isInteger(expiresInSeconds) && expiresInSeconds > 0).toBe(true);
  expect(Object.getPrototypeOf(read.properties)).toBeNull();
  const { Instance = 'https://a.crm.example' } = read.properties;
  expect(Instance).toMatch(
    /^https?:\/\/(?:[a-z0-9.-]+\.)?crm\.example(?:[:/?#]|$)|^https:\/\/(?:fixed|login)\.example/i,
  );
}

describe('whatever an answer of the sign-in holds', () => {
  it('a token answer is read or refused, and no address is widened', () => {
    fc.assert(
      fc.property(answer, (json) => {
        const read = oauth2.token.bind(json, context);
        checkAnswer(read, read.status === 'bound' ? read.accessToken : undefined);
      }),
      { numRuns: 2_000 },
    );
  });

  it('an answer to a login is read or refused, and no address is widened', () => {
    fc.assert(
      fc.property(answer, (json) => {
        const read = session.login.bind(json, context);
        checkAnswer(read, read.status === 'bound' ? read.sessionToken : undefined);
      }),
      { numRuns: 2_000 },
    );
  });

  it('the redirect sends the client secret to fixed hosts alone', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...ADDRESSES), fc.string()), (accounts) => {
        const read = oauth2.bindCallback?.({ accounts, constructor: accounts }, context);
        const properties = { ...CLIENT, ...(read?.status === 'bound' ? read.properties : {}) };
        const request = oauth2.token.render(contextOf({ properties }), { grant_type: 'x' });

        expect(request.status !== 'request' || request.request.url).toBeOneOf([
          true,
          'https://fixed.example/token',
        ]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('a token cannot add a header or change the address', () => {
    const document = documentOf({ properties: DOCUMENT.properties.slice(0, 2), OAuth2: WITH_PAGE });
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (accessToken) => {
        const method = firstRequest(document, 'CreateActivity');
        const result = method?.render(contextOf({ properties: CLIENT, context: { accessToken } }));
        if (result?.status !== 'request') return;

        expect(result.request.url).toBe('https://crm.example/calls');
        expect(result.request.headers).toEqual([['Authorization', `Bearer ${accessToken}`]]);
        expect(accessToken).not.toMatch(/[\r\n\0]/);
      }),
    );
  });
});
