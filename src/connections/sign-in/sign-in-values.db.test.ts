import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import type { Database } from '../../store/database.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import type { SignIns } from './sign-ins.ts';
import { oauthDocument, sessionDocument } from './testing/documents.ts';
import { createSignInKit, createTestClock, SECRET, signIn, SIGNAL } from './testing/sign-in-kit.ts';
import type { SignInKit, TestClock, TestConnection } from './testing/sign-in-kit.ts';
import { startTokenServer } from './testing/token-server.ts';
import type { TokenServer } from './testing/token-server.ts';

const HOUR_MS = 3_600_000;
const CLIENT = { 'Client ID': 'client-1', 'Client secret': SECRET };
const INSTANCE = { label: 'Instance URL', type: 'url', filled_by: 'sign_in' };
const LOGIN = { label: 'Login URL', type: 'url' };
const SECRETS = [{ label: 'Client ID' }, { label: 'Client secret', type: 'secret' }];
const AT_LOGIN = {
  authorization_endpoint: '$Login URL$/authorize',
  token_endpoint: '$Login URL$/token',
};

/** The instance's address comes with each token, as Salesforce has it. */
const INSTANCE_DOCUMENT = oauthDocument(
  { ...AT_LOGIN, token_response_map: { instance_url: '$Instance URL$', org: '$org_id$' } },
  {
    parameters: { org_id: 'string' },
    top: { hosts: ['127.0.0.1', '*.crm.test'], properties: [INSTANCE, LOGIN, ...SECRETS] },
  },
);

/** The address of the token endpoint comes with the redirect, as Zoho has it. */
const CALLBACK_DOCUMENT = oauthDocument(
  {
    authorization_endpoint: '$Login URL$/authorize',
    token_endpoint: '$Instance URL$/token',
    callback_map: { 'accounts-server': '$Instance URL$' },
  },
  { top: { hosts: ['127.0.0.1', '*.crm.test'], properties: [INSTANCE, LOGIN, ...SECRETS] } },
);

describeDatabases('values that come with a sign-in', (databases) => {
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

  const connect = (document: string) =>
    kit.connect({ document, properties: { 'Login URL': server.origin, ...CLIENT } });
  const credential = async (made: TestConnection) => {
    const answer = await signIns.credentialFor(await made.open(), SIGNAL);
    return answer.status === 'ready' ? answer.credential : answer;
  };

  test('an address of the token answer is used, and kept when a refresh does not repeat it', async () => {
    const made = await connect(INSTANCE_DOCUMENT);
    server.extra = { instance_url: server.origin, org: '42' };
    await signIn(signIns, made);
    server.extra = {};
    clock.pass(HOUR_MS);

    expect(await credential(made)).toMatchObject({
      accessToken: 'access-2',
      properties: { 'Instance URL': server.origin },
      locals: { org_id: '42' },
    });
  });

  test.each([
    ['account', '$account_name$', []],
    ['local value', '$org_id$', []],
    ['property', '$Shop$', [{ label: 'Shop', filled_by: 'sign_in' }]],
  ])(
    'a sign-in whose document would show a token as %s fails, and nothing is kept',
    async (_as, leaf, fields) => {
      const made = await connect(
        oauthDocument(
          { ...AT_LOGIN, token_response_map: { who: leaf } },
          {
            parameters: { org_id: 'string' },
            top: { resource_url: '$Login URL$', properties: [...fields, LOGIN, ...SECRETS] },
          },
        ),
      );
      server.extra = { who: 'refresh-1' };

      const outcome = await signIn(signIns, made);

      expect(outcome.outcome).toBe('failed');
      expect(outcome.message).toMatch(/a token.*could be read/);
      expect(outcome.message).not.toContain('refresh-1');
      expect(await credential(made)).toMatchObject({ status: 'needs_auth' });
      const known = await signIns.describe(made.scope, made.id);
      expect(JSON.stringify(known)).not.toContain('refresh-1');
    },
  );

  test('an address outside of the hosts ends the sign-in, and no token goes there', async () => {
    const made = await connect(INSTANCE_DOCUMENT);
    server.extra = { instance_url: 'https://evil.test' };

    const outcome = await signIn(signIns, made);

    expect(outcome.outcome).toBe('failed');
    expect(outcome.message).toContain('not among the "hosts"');
    expect(await credential(made)).toMatchObject({ status: 'needs_auth' });
  });

  test('an address that moves outside of the hosts at a refresh asks for a person', async () => {
    const made = await connect(INSTANCE_DOCUMENT);
    server.extra = { instance_url: server.origin };
    await signIn(signIns, made);
    server.extra = { instance_url: 'https://evil.test' };
    clock.pass(HOUR_MS);

    expect(await credential(made)).toMatchObject({
      status: 'needs_auth',
      message: expect.stringContaining('evil.test'),
    });
  });

  test('an address of the redirect says where the code goes, among fixed hosts only', async () => {
    const made = await connect(CALLBACK_DOCUMENT);

    const wrong = await signIn(signIns, made, {
      code: 'good',
      'accounts-server': 'https://eu.crm.test',
    });
    const right = await signIn(signIns, made, {
      code: 'good',
      'accounts-server': server.origin,
    });

    expect(wrong.outcome).toBe('failed');
    expect(right.outcome).toBe('connected');
    expect(server.requests).toHaveLength(1);
    clock.pass(HOUR_MS);
    expect(await credential(made)).toMatchObject({
      accessToken: 'access-2',
      properties: { 'Instance URL': server.origin },
    });
  });

  test('the sign-in of a person outlives a change that has nothing to do with it', async () => {
    const document = oauthDocument(
      {},
      { properties: [{ label: 'Page size', type: 'number', default: '50' }] },
    );
    const made = await kit.connect({ document });
    await signIn(signIns, made);

    await made.change({ 'Page size': '100' });

    expect(await credential(made)).toMatchObject({ accessToken: 'access-1' });
  });

  test('tokens do not follow the connection to another address, and are kept for its way back', async () => {
    const made = await kit.connect();
    await signIn(signIns, made);
    server.requests.length = 0;

    await made.change({ 'Instance URL': 'https://other.crm.test', 'Client secret': 'new-secret' });

    expect(await credential(made)).toMatchObject({
      status: 'needs_auth',
      message: 'The sign-in was made for other settings of this connection.',
    });
    expect(server.requests).toHaveLength(0);
    await made.change({ 'Instance URL': server.origin, 'Client secret': SECRET });
    expect(await credential(made)).toMatchObject({ accessToken: 'access-2' });
    expect(server.requests).toMatchObject([{ fields: { refresh_token: 'refresh-1' } }]);
  });

  test.each([
    ['the API', { 'API URL': 'https://other.crm.test' }],
    ['the token endpoint', { 'Token URL': 'https://other.crm.test' }],
    ['the sign-in page', { 'Login URL': 'https://other.crm.test' }],
  ])('another address of %s alone asks for a new sign-in', async (_what, change) => {
    const own = [
      { label: 'API URL', type: 'url' },
      { label: 'Token URL', type: 'url' },
    ];
    const document = oauthDocument(
      {
        authorization_endpoint: '$Login URL$/authorize',
        token_endpoint: '$Token URL$/token',
      },
      { top: { resource_url: '$API URL$', properties: [...own, LOGIN, ...SECRETS] } },
    );
    const properties = {
      ...CLIENT,
      'API URL': server.origin,
      'Token URL': server.origin,
      'Login URL': server.origin,
    };
    const made = await kit.connect({ document, properties });
    await signIn(signIns, made);
    expect(await credential(made)).toMatchObject({ accessToken: 'access-1' });

    await made.change({ ...change, 'Client secret': SECRET });

    expect(await credential(made)).toMatchObject({ status: 'needs_auth' });
    expect(server.requests).toHaveLength(1);
  });

  test('a connection that signs in alone does so again with its new settings', async () => {
    const made = await kit.connect({
      document: sessionDocument(),
      properties: { 'Instance URL': server.origin, User: 'ann', Password: SECRET },
    });
    await credential(made);

    await made.change({ Password: 'another-password' });

    expect(await credential(made)).toMatchObject({ sessionToken: 'session-2' });
  });

  test('a change made while a person signs in ends that sign-in', async () => {
    const made = await kit.connect();
    const { url } = await signIns.startAuthorization(made.scope, made.id, { actor: 'key:1' });
    await made.change({ 'Instance URL': 'https://other.crm.test', 'Client secret': 'new-secret' });

    const outcome = await signIns.finishAuthorization({
      state: new URL(url).searchParams.get('state') ?? '',
      code: 'good',
    });

    expect(outcome).toMatchObject({
      outcome: 'failed',
      message: expect.stringContaining('was changed while somebody signed in'),
    });
    expect(server.requests).toHaveLength(0);
  });
});
