import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import type { Database } from '../../store/database.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { findHealth } from '../connections-repository.ts';
import { hashState } from './start-authorization.ts';
import { removeOldSignIns } from './remove-old.ts';
import type { SignIns } from './sign-ins.ts';
import { ACCOUNT_DOCUMENT, oauthDocument, sessionDocument } from './testing/documents.ts';
import {
  createSignInKit,
  createTestClock,
  REDIRECT_URI,
  SECRET,
  signIn,
  SIGNAL,
} from './testing/sign-in-kit.ts';
import type { SignInKit, TestClock } from './testing/sign-in-kit.ts';
import { startTokenServer } from './testing/token-server.ts';
import type { TokenServer } from './testing/token-server.ts';

const MINUTE_MS = 60_000;

describeDatabases('a person signs in', (databases) => {
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

  type Made = Awaited<ReturnType<SignInKit['connect']>>;
  const token = async (made: Made): Promise<string | undefined> => {
    const answer = await signIns.credentialFor(await made.open(), SIGNAL);
    return answer.status === 'ready' ? answer.credential.accessToken : undefined;
  };
  const stateOf = async (made: Made) =>
    (await findHealth(database.read, made.scope, made.id))?.state;
  const start = async (made: Made, returnTo?: string) => {
    const request = { actor: 'key:1', ...(returnTo === undefined ? {} : { returnTo }) };
    const started = await signIns.startAuthorization(made.scope, made.id, request);
    return { ...started, query: new URL(started.url).searchParams };
  };

  test('the page of the CRM gets a state, a challenge and the one redirect address', async () => {
    const made = await kit.connect();

    const { url, query, expiresAt } = await start(made);

    expect(url.startsWith(`${server.origin}/authorize?`)).toBe(true);
    expect(Object.fromEntries(query)).toMatchObject({
      response_type: 'code',
      client_id: 'client-1',
      redirect_uri: REDIRECT_URI,
      scope: 'api refresh_token',
      code_challenge_method: 'S256',
    });
    expect(query.get('state')).toMatch(/^[\w-]{43}$/);
    expect(query.get('code_challenge')).toMatch(/^[\w-]{43}$/);
    expect(url).not.toContain(SECRET);
    expect(expiresAt).toBe(database.now() + 10 * MINUTE_MS);
  });

  test('the code becomes tokens with the verifier of the challenge, and the connection works', async () => {
    const made = await kit.connect();
    expect(await signIns.credentialFor(await made.open(), SIGNAL)).toEqual({
      status: 'needs_auth',
      message: 'Nobody has signed in at the CRM yet.',
    });
    expect(await stateOf(made)).toBe('needs_auth');
    const { query } = await start(made, '/connections/1');

    const outcome = await signIns.finishAuthorization({
      state: query.get('state') ?? '',
      code: 'good',
    });

    expect(outcome).toEqual({
      outcome: 'connected',
      message: 'Signed in at the CRM.',
      organizationId: made.scope.organizationId,
      connectionId: made.id,
      connectionName: 'OAuth CRM',
      returnTo: '/connections/1',
    });
    const [request] = server.requests;
    expect(request?.fields).toMatchObject({
      grant_type: 'authorization_code',
      code: 'good',
      redirect_uri: REDIRECT_URI,
      client_id: 'client-1',
      client_secret: SECRET,
    });
    const digest = await crypto.subtle.digest(
      'SHA-256',
      new TextEncoder().encode(request?.fields['code_verifier']),
    );
    expect(Buffer.from(digest).toString('base64url')).toBe(query.get('code_challenge'));
    expect(await stateOf(made)).toBe('active');
    expect(await token(made)).toBe('access-1');
    expect(kit.wakes()).toBe(1);
  });

  test('only the hash of a state is stored', async () => {
    const made = await kit.connect();

    const { query } = await start(made);

    const rows = await database.read.selectFrom('authorization_request').selectAll().execute();
    const state = query.get('state') ?? '';
    expect(JSON.stringify(rows)).not.toContain(state);
    expect(rows.map((row) => row.state_hash)).toContain(hashState(state));
  });

  test('a document without PKCE sends neither challenge nor verifier', async () => {
    const made = await kit.connect({ document: oauthDocument({ pkce: false }) });

    const { query } = await start(made);
    await signIns.finishAuthorization({ state: query.get('state') ?? '', code: 'good' });

    expect(query.has('code_challenge')).toBe(false);
    expect(server.requests[0]?.fields['code_verifier']).toBeUndefined();
  });

  test('a state is good once, even when both come at the same moment', async () => {
    const made = await kit.connect();
    const { query } = await start(made);
    const redirect = { state: query.get('state') ?? '', code: 'good' };

    const outcomes = await Promise.all([
      signIns.finishAuthorization(redirect),
      kit.node().finishAuthorization(redirect),
    ]);
    const third = await signIns.finishAuthorization(redirect);

    expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual(['connected', 'used']);
    expect(third.outcome).toBe('used');
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ['none', {}],
    ['an empty one', { state: '' }],
    ['an invented one', { state: 'a'.repeat(43) }],
    ['an endless one', { state: 'a'.repeat(100_000) }],
  ])('a redirect with a state that is not ours is refused: %s', async (_name, query) => {
    expect(await signIns.finishAuthorization({ code: 'good', ...query })).toMatchObject({
      outcome: 'unknown_state',
    });
    expect(server.requests).toHaveLength(0);
  });

  test('a sign-in that took more than ten minutes is refused', async () => {
    const made = await kit.connect();
    const { query } = await start(made);
    clock.pass(10 * MINUTE_MS);

    const outcome = await signIns.finishAuthorization({
      state: query.get('state') ?? '',
      code: 'good',
    });

    expect(outcome).toMatchObject({ outcome: 'expired', connectionId: made.id });
    expect(server.requests).toHaveLength(0);
  });

  test.each([
    ['declined', { error: 'access_denied' }, 'denied'],
    ['a fault of the CRM', { error: 'server_error' }, 'failed'],
    ['neither code nor error', {}, 'failed'],
    ['a code that is not good', { code: 'bad' }, 'failed'],
    ['another issuer', { code: 'good', iss: 'https://login.other.test' }, 'failed'],
  ])('%s leaves the connection without a token', async (_name, query, outcome) => {
    const made = await kit.connect();

    const result = await signIn(signIns, made, query);

    expect(result).toMatchObject({ outcome, connectionId: made.id });
    expect(result.message).not.toBe('');
    expect(await token(made)).toBeUndefined();
  });

  test('the issuer that was asked is accepted', async () => {
    const made = await kit.connect();

    const result = await signIn(signIns, made, { code: 'good', iss: server.origin });

    expect(result.outcome).toBe('connected');
  });

  test('a server that does not answer the code costs a new sign-in, and says so', async () => {
    const made = await kit.connect();
    server.behave('execute_then_drop');

    const result = await signIn(signIns, made);

    expect(result.outcome).toBe('failed');
    expect(result.message).toContain('begin the sign-in again');
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ['a document without a sign-in page', { document: sessionDocument() }, undefined, 'conflict'],
    ['a foreign host', {}, '//evil.test/', 'invalid_request'],
  ])('%s: no sign-in begins', async (_name, options, returnTo, code) => {
    const properties = { 'Instance URL': server.origin, User: 'ann', Password: SECRET };
    const made = await kit.connect('document' in options ? { ...options, properties } : {});

    await expect(start(made, returnTo)).rejects.toMatchObject({ code });
  });

  test('without a PUBLIC_URL no sign-in begins, and the message names the setting', async () => {
    const made = await kit.connect();
    const node = kit.node({ redirectUri: undefined });

    const started = node.startAuthorization(made.scope, made.id, { actor: 'key:1' });

    await expect(started).rejects.toThrow(/set PUBLIC_URL/);
  });

  test('a foreign organization neither begins, sees, confirms nor ends a sign-in', async () => {
    const made = await kit.connect();
    const { scope } = await kit.connect();
    const gone = { code: 'not_found' };

    await expect(
      signIns.startAuthorization(scope, made.id, { actor: 'key:2' }),
    ).rejects.toMatchObject(gone);
    await expect(signIns.describe(scope, made.id)).rejects.toMatchObject(gone);
    await expect(signIns.confirmAccount(scope, made.id, 'key:2')).rejects.toMatchObject(gone);
    await expect(signIns.signOut(scope, made.id, 'key:2')).rejects.toMatchObject(gone);
  });

  test('the account is asked for and shown, tokens never', async () => {
    const made = await kit.connect({ document: ACCOUNT_DOCUMENT });
    const before = await signIns.describe(made.scope, made.id);

    const outcome = await signIn(signIns, made);

    const after = await signIns.describe(made.scope, made.id);
    expect(before).toMatchObject({ state: 'needs_auth', needsPerson: true });
    expect(outcome.message).toBe('Signed in at the CRM as Ann.');
    expect(after).toMatchObject({ state: 'signed_in', accountId: 'acc-1', accountName: 'Ann' });
    expect(after.expiresAt).toBe((after.lastRefreshAt ?? 0) + 3_600_000);
    expect(JSON.stringify(after)).not.toMatch(/access-|refresh-/);
  });

  test('another account waits for a word, and the old sign-in goes on', async () => {
    const made = await kit.connect({ document: ACCOUNT_DOCUMENT });
    await signIn(signIns, made);
    server.account = { id: 'acc-2', name: 'Bob' };

    const outcome = await signIn(signIns, made);

    expect(outcome.outcome).toBe('wrong_account');
    expect(outcome.message).toMatch(/is of Bob, and before it was Ann/);
    expect(await token(made)).toBe('access-1');
    expect(await signIns.describe(made.scope, made.id)).toMatchObject({
      accountName: 'Ann',
      offer: { accountId: 'acc-2', accountName: 'Bob' },
    });
    await signIns.confirmAccount(made.scope, made.id, 'key:1');
    expect(await token(made)).toBe('access-2');
    const confirmed = await signIns.describe(made.scope, made.id);
    expect(confirmed).toMatchObject({ accountId: 'acc-2', accountName: 'Bob' });
    expect(confirmed.offer).toBeUndefined();
    await expect(signIns.confirmAccount(made.scope, made.id, 'key:1')).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  test('the same account again replaces the tokens and takes a waiting one back', async () => {
    const made = await kit.connect({ document: ACCOUNT_DOCUMENT });
    await signIn(signIns, made);
    server.account = { id: 'acc-2', name: 'Bob' };
    await signIn(signIns, made);
    server.account = { id: 'acc-1', name: 'Ann' };

    const outcome = await signIn(signIns, made);

    expect(outcome.outcome).toBe('connected');
    expect(await token(made)).toBe('access-3');
    expect((await signIns.describe(made.scope, made.id)).offer).toBeUndefined();
  });

  test('a sign-in of which nobody knows whose it is does not replace a known one', async () => {
    const made = await kit.connect({ document: ACCOUNT_DOCUMENT });
    await signIn(signIns, made);
    server.account = undefined;

    const outcome = await signIn(signIns, made);

    expect(outcome.outcome).toBe('unknown_account');
    expect(outcome.message).toContain('did not say whose');
    expect(await token(made)).toBe('access-1');
  });

  test('signing out forgets tokens, account and open sign-ins, and calls wait', async () => {
    const made = await kit.connect({ document: ACCOUNT_DOCUMENT });
    await signIn(signIns, made);
    const open = await start(made);

    await signIns.signOut(made.scope, made.id, 'key:1');

    expect(await stateOf(made)).toBe('needs_auth');
    expect(await token(made)).toBeUndefined();
    const known = await signIns.describe(made.scope, made.id);
    expect(known).toMatchObject({ state: 'needs_auth' });
    expect(known.accountId).toBeUndefined();
    const late = { state: open.query.get('state') ?? '', code: 'good' };
    expect((await signIns.finishAuthorization(late)).outcome).toBe('unknown_state');
    server.account = { id: 'acc-2', name: 'Bob' };
    expect((await signIn(signIns, made)).outcome).toBe('connected');
  });

  test('each deed is written down with who did it', async () => {
    const made = await kit.connect({ document: ACCOUNT_DOCUMENT });
    await signIn(signIns, made);
    await signIns.signOut(made.scope, made.id, 'key:7');

    const entries = await database.read
      .selectFrom('audit_entry')
      .select(['action', 'actor'])
      .where('object_id', '=', made.id)
      .orderBy('id')
      .execute();

    expect(entries.map(({ action, actor }) => `${actor} ${action}`)).toEqual([
      'test connection.created',
      'key:1 connection.sign_in_started',
      'key:1 connection.signed_in',
      'key:7 connection.signed_out',
    ]);
  });

  test('old sign-ins that nobody finished are removed, and offers that nobody took', async () => {
    const made = await kit.connect({ document: ACCOUNT_DOCUMENT });
    await signIn(signIns, made);
    server.account = { id: 'acc-2', name: 'Bob' };
    await signIn(signIns, made);
    clock.pass(25 * 60 * MINUTE_MS);
    const fresh = await start(made);

    await removeOldSignIns(database);

    const left = await database.read
      .selectFrom('authorization_request')
      .select('state_hash')
      .execute();
    expect(left).toEqual([{ state_hash: hashState(fresh.query.get('state') ?? '') }]);
    expect((await signIns.describe(made.scope, made.id)).offer).toBeUndefined();
  });
});
