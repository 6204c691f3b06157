import { expect, test } from 'vitest';

import { createPhoneNumbers } from '../../contacts/phone-number.ts';
import { compileDocument } from '../../document/compile.ts';
import type { EgressRequest } from '../../http/egress-request.ts';
import type { EgressResult } from '../../http/egress.ts';
import { systemClock } from '../../time/clock.ts';
import { codeFields, refreshFields } from './grant-fields.ts';
import { requestSignIn, TOKEN_DEADLINE_MS } from './request-token.ts';

const SECRET = 'client-secret-9f8e7d';
const compiled = (oauth2: Readonly<Record<string, unknown>> = {}) =>
  compileDocument(JSON.stringify({ ...SOURCE, OAuth2: { ...SOURCE.OAuth2, ...oauth2 } }));
const SOURCE = {
  id: 'crm',
  name: 'CRM',
  class: 'crm',
  properties: [{ label: 'Client ID' }, { label: 'Client secret', type: 'secret' }],
  parameters: { user_id: 'string' },
  resource_url: 'https://api.crm.test',
  OAuth2: {
    client_id: '$Client ID$',
    client_secret: '$Client secret$',
    token_endpoint_auth: 'basic',
    authorization_endpoint: 'https://login.crm.test/authorize',
    token_endpoint: 'https://login.crm.test/token',
    request_auth: 'Bearer',
  },
  API: {
    Users: { request_method: 'GET', request_path: '/users', response_map: [{ id: '$user_id$' }] },
  },
} as const;

function answer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): EgressResult {
  return {
    kind: 'response',
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: new TextEncoder().encode(JSON.stringify(body)),
    url: 'https://login.crm.test/token',
    durationMs: 3,
  };
}

async function ask(
  result: EgressResult,
  options: {
    readonly fields?: Readonly<Record<string, string>>;
    readonly properties?: Readonly<Record<string, string>>;
    readonly oauth2?: Readonly<Record<string, unknown>>;
    readonly deadlineMs?: number;
  } = {},
) {
  const sent: EgressRequest[] = [];
  const properties = options.properties ?? { 'Client ID': 'client-1', 'Client secret': SECRET };
  const document = compiled(options.oauth2);
  const { deadlineMs } = options;
  const got = await requestSignIn(
    {
      egress: {
        send: (request) => {
          sent.push(request);
          return Promise.resolve(result);
        },
        checkUrl: () => ({ ok: true }),
        close: () => Promise.resolve(),
      },
      phones: createPhoneNumbers(),
      clock: systemClock,
      randomId: () => 'boundary',
    },
    {
      document,
      connection: {
        id: 'c1',
        organizationId: 'o1',
        properties,
        country: 'GB',
        timezone: 'Europe/London',
        origins: document.originsOf(properties),
      },
      fields: options.fields ?? refreshFields('refresh-old-1'),
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
    },
    new AbortController().signal,
  );
  return { got, sent };
}

test('a token request is sent once, within the lease, and to the pinned addresses', async () => {
  const { sent } = await ask(answer(200, { access_token: 'access-new-1' }));

  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({
    method: 'POST',
    url: 'https://login.crm.test/token',
    idempotent: false,
    deadlineMs: TOKEN_DEADLINE_MS,
    organizationId: 'o1',
    connectionId: 'c1',
    origins: ['https://api.crm.test', 'https://login.crm.test'],
  });
  expect(TOKEN_DEADLINE_MS).toBeLessThan(15_000);
});

test('who has less time says so', async () => {
  const { sent } = await ask(answer(200, { access_token: 'access-new-1' }), { deadlineMs: 900 });

  expect(sent[0]?.deadlineMs).toBe(900);
});

test('a token that no name tells is kept out of sight, too', async () => {
  const { got } = await ask(answer(200, { data: { value: 'plain-4711' } }), {
    oauth2: { token_response_map: { data: { value: '$access_token$' } } },
  });

  expect(got).toMatchObject({ status: 'accepted', answer: { accessToken: 'plain-4711' } });
  expect(got.status === 'not_sent' ? '' : JSON.stringify(got.exchange)).not.toContain('plain-4711');
});

test('the answer is read, and its exchange shows no credential in any form', async () => {
  const { got } = await ask(
    answer(200, {
      access_token: 'access-new-1',
      refresh_token: 'refresh-new-1',
      id_token: 'eyJhbGciOi.payload.signature',
      expires_in: '3600',
      scope: 'api',
    }),
    {
      fields: codeFields({ code: 'code-77', redirectUri: 'https://x.test/cb', verifier: 'v-5555' }),
    },
  );

  expect(got).toMatchObject({
    status: 'accepted',
    answer: {
      accessToken: 'access-new-1',
      refreshToken: 'refresh-new-1',
      expiresInSeconds: 3_600,
    },
  });
  const shown = got.status === 'not_sent' ? '' : JSON.stringify(got.exchange);
  expect(shown).toContain('"scope');
  expect(shown).toContain('https%3A%2F%2Fx.test%2Fcb');
  const basic = Buffer.from(`client-1:${SECRET}`).toString('base64');
  for (const secret of [
    ...['access-new-1', 'refresh-new-1', 'eyJhbGciOi', 'code-77', 'v-5555', SECRET, basic],
  ]) {
    expect(shown).not.toContain(secret);
  }
});

test('a server that repeats what it got in its refusal shows nothing of it', async () => {
  const { got } = await ask(
    answer(400, {
      error: 'invalid_grant',
      error_description: `refresh-old-1 of ${SECRET} is unknown`,
    }),
  );

  expect(got).toMatchObject({ status: 'refused', code: 'invalid_grant' });
  expect(JSON.stringify(got)).not.toMatch(/refresh-old-1|client-secret/);
});

test('a server that asks for a pause gets it', async () => {
  const { got } = await ask(answer(429, {}, { 'retry-after': '40' }));

  expect(got).toMatchObject({ status: 'transient', lost: false, retryAfterMs: 40_000 });
});

test('a broken way is told from a lost answer', async () => {
  const broken = { kind: 'failure', code: 'x', message: 'It broke.', durationMs: 1 } as const;

  expect((await ask({ ...broken, phase: 'connect' })).got).toMatchObject({ lost: false });
  expect((await ask({ ...broken, phase: 'waiting' })).got).toMatchObject({ lost: true });
});

test('without the client id nothing is sent, and the message names it', async () => {
  const { got, sent } = await ask(answer(200, {}), { properties: {} });

  expect(got).toMatchObject({ status: 'not_sent', name: 'Client ID' });
  expect(sent).toEqual([]);
});
