import { generateKeyPairSync } from 'node:crypto';

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import type { Database } from '../../store/database.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { findHealth } from '../connections-repository.ts';
import type { SignIns } from './sign-ins.ts';
import { oauthDocument, sessionDocument } from './testing/documents.ts';
import { createSignInKit, createTestClock, SECRET, SIGNAL } from './testing/sign-in-kit.ts';
import type { SignInKit, TestClock } from './testing/sign-in-kit.ts';
import { startTokenServer } from './testing/token-server.ts';
import type { TokenServer } from './testing/token-server.ts';

const HOUR_MS = 3_600_000;
const PEOPLE = [{ label: 'User' }, { label: 'Password', type: 'secret' }];
const { privateKey } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

function smallKey(): string {
  return generateKeyPairSync('rsa', {
    modulusLength: 512,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;
}

describeDatabases('a connection signs in by itself', (databases) => {
  const clock: TestClock = createTestClock();
  let database: Database;
  let server: TokenServer;
  let kit: SignInKit;
  let signIns: SignIns;

  beforeAll(async () => {
    database = await databases.open({ clock });
  });
  beforeEach(async () => {
    server = await startTokenServer(clock.now);
    kit = createSignInKit({ database, clock, server });
    signIns = kit.node();
  });
  afterEach(async () => {
    await kit.close();
    await server.close();
  });
  afterAll(() => database.close());

  const connect = (kind: keyof typeof KINDS) => {
    const { document, properties } = KINDS[kind];
    return kit.connect({
      document,
      properties: { 'Instance URL': server.origin, ...properties },
    });
  };
  const grants = (): readonly string[] => server.requests.map(({ grantType }) => grantType);

  test.each([
    ['client_credentials', 'client_credentials'],
    ['password', 'password'],
    ['jwt_bearer', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
    ['session', 'login'],
  ] as const)(
    'with %s, when the first call needs it, and again when it ends',
    async (kind, grant) => {
      server.refreshTokens = false;
      const made = await connect(kind);

      const first = await signIns.credentialFor(await made.open(), SIGNAL);
      const second = await signIns.credentialFor(await made.open(), SIGNAL);
      clock.pass(HOUR_MS);
      const third = await signIns.credentialFor(await made.open(), SIGNAL);

      expect(grants()).toEqual([grant, grant]);
      expect(first).toMatchObject({ status: 'ready', credential: { generation: 1 } });
      expect(second).toEqual(first);
      expect(third).toMatchObject({ status: 'ready', credential: { generation: 2 } });
    },
  );

  test.each(['client_credentials', 'password', 'jwt_bearer', 'session'] as const)(
    '%s: 60 callers in two processes sign in once',
    async (kind) => {
      const made = await connect(kind);
      const connection = await made.open();
      const nodes = [signIns, kit.node()];

      const answers = await Promise.all(
        Array.from({ length: 60 }, (_, index) =>
          (nodes[index % 2] ?? signIns).credentialFor(connection, SIGNAL),
        ),
      );

      expect(server.requests).toHaveLength(1);
      expect(answers.every((answer) => answer.status === 'ready')).toBe(true);
    },
  );

  test('a refused password asks for a person, once in a while again, and a new one at once', async () => {
    server.accepts = false;
    const made = await connect('session');
    const first = await signIns.credentialFor(await made.open(), SIGNAL);

    const second = await signIns.credentialFor(await made.open(), SIGNAL);

    expect(first).toMatchObject({
      status: 'needs_auth',
      message: expect.stringMatching(/does not accept the credentials.*Status 401.*wrong password/),
    });
    expect(second.status).toBe('needs_auth');
    expect(server.requests).toHaveLength(1);
    expect((await findHealth(database.read, made.scope, made.id))?.state).toBe('needs_auth');
    server.accepts = true;
    clock.pass(30_000);
    expect((await signIns.credentialFor(await made.open(), SIGNAL)).status).toBe('ready');
    expect((await findHealth(database.read, made.scope, made.id))?.state).toBe('active');
  });

  test('a refused session is replaced by a new login', async () => {
    const made = await connect('session');
    const first = await signIns.credentialFor(await made.open(), SIGNAL);
    if (first.status !== 'ready') throw new Error(first.message);

    const renewed = await signIns.renew(await made.open(), first.credential, SIGNAL);

    expect(renewed).toMatchObject({
      status: 'ready',
      credential: { sessionToken: 'session-2', generation: 2 },
    });
  });

  test('who has the password needs no person when the refresh token has ended', async () => {
    const made = await connect('password');
    await signIns.credentialFor(await made.open(), SIGNAL);
    clock.pass(HOUR_MS);
    server.revoke();

    const answer = await signIns.credentialFor(await made.open(), SIGNAL);

    expect(grants()).toEqual(['password', 'refresh_token', 'password']);
    expect(answer).toMatchObject({ status: 'ready', credential: { accessToken: 'access-2' } });
  });

  test('who begins anew with other settings begins with nothing of the old ones', async () => {
    const made = await kit.connect({
      document: oauthDocument(
        {
          flow: 'client_credentials',
          flow_type: undefined,
          token_response_map: { region: '$Region$' },
        },
        { properties: [{ label: 'Region', filled_by: 'sign_in' }] },
      ),
      properties: {
        'Instance URL': server.origin,
        'Client ID': 'client-1',
        'Client secret': SECRET,
      },
    });
    server.extra = { region: 'eu' };
    const first = await signIns.credentialFor(await made.open(), SIGNAL);
    server.extra = {};
    await made.change({ 'Client ID': 'client-2' });

    const second = await signIns.credentialFor(await made.open(), SIGNAL);

    expect(first).toMatchObject({ credential: { properties: { Region: 'eu' } } });
    expect(second).toMatchObject({ status: 'ready', credential: { properties: {} } });
    expect(JSON.stringify(second)).not.toContain('eu"');
  });

  test('nobody keeps alive what begins anew by itself', async () => {
    const made = await connect('session');
    await signIns.credentialFor(await made.open(), SIGNAL);
    clock.pass(25 * HOUR_MS);

    for (let runs = 0; runs < 5; runs += 1) await signIns.keepAlive();

    expect(server.requests).toHaveLength(1);
  });

  test('a password goes with the first request alone', async () => {
    const made = await connect('password');
    await signIns.credentialFor(await made.open(), SIGNAL);
    clock.pass(HOUR_MS);
    await signIns.credentialFor(await made.open(), SIGNAL);

    expect(server.requests[0]?.fields).toMatchObject({ username: 'ann', password: SECRET });
    expect(server.requests[1]?.fields).not.toHaveProperty('password');
  });

  test.each([
    ['none', 'ES256', 'hunter2-key', 'The private key cannot be read: it must be PEM.'],
    ['too small', 'RS512', smallKey(), 'The private key has 512 bits: RS512 needs an RSA key'],
  ] as const)(
    'a private key that is %s is told, and nothing is sent',
    async (_name, algorithm, key, message) => {
      const made = await kit.connect({
        document: KINDS.jwt_bearer.document.replace('"ES256"', `"${algorithm}"`),
        properties: { 'Instance URL': server.origin, 'Client ID': 'c', 'Private key': key },
      });

      const answer = await signIns.credentialFor(await made.open(), SIGNAL);

      expect(answer).toMatchObject({
        status: 'needs_auth',
        message: expect.stringContaining(message),
      });
      expect(server.requests).toHaveLength(0);
    },
  );

  test('a connection that needs no sign-in has a credential at once', async () => {
    const made = await kit.connect({
      document: sessionDocument({
        auth: { type: 'Basic', username: '$User$', password: '$Password$' },
      }),
      properties: { 'Instance URL': server.origin, User: 'ann', Password: SECRET },
    });
    const connection = await made.open();

    const answer = await signIns.credentialFor(connection, SIGNAL);

    expect(answer).toEqual({
      status: 'ready',
      credential: { locals: {}, properties: {}, generation: 0 },
    });
    expect(await signIns.describe(made.scope, made.id)).toEqual({
      state: 'none',
      needsPerson: false,
    });
    if (answer.status !== 'ready') throw new Error(answer.status);
    const renewed = await signIns.renew(connection, answer.credential, SIGNAL);
    expect(renewed.status).toBe('needs_auth');
  });
});

const KINDS = {
  client_credentials: {
    document: oauthDocument({ flow: 'client_credentials', flow_type: undefined }),
    properties: { 'Client ID': 'client-1', 'Client secret': SECRET },
  },
  password: {
    document: oauthDocument(
      { flow: 'password', flow_type: undefined, username: '$User$', password: '$Password$' },
      { properties: PEOPLE },
    ),
    properties: {
      'Client ID': 'client-1',
      'Client secret': 'another-secret',
      User: 'ann',
      Password: SECRET,
    },
  },
  jwt_bearer: {
    document: sessionDocument({
      properties: [
        { label: 'Instance URL', type: 'url' },
        { label: 'Client ID' },
        { label: 'Private key', type: 'secret' },
      ],
      auth: undefined,
      OAuth2: {
        flow: 'jwt_bearer',
        client_id: '$Client ID$',
        token_endpoint: '$Instance URL$/token',
        request_auth: 'Bearer',
        assertion: { algorithm: 'ES256', private_key: '$Private key$', subject: 'ann' },
      },
    }),
    properties: { 'Client ID': 'client-1', 'Private key': privateKey },
  },
  session: {
    document: sessionDocument(),
    properties: { User: 'ann', Password: SECRET },
  },
} as const;
