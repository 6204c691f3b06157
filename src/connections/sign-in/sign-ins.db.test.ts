import { beforeEach, expect, test } from 'vitest';

import type { Database } from '../../store/database.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { changeState } from '../change-state.ts';
import type { SignIns } from './sign-ins.ts';
import { credential, openSignInBench, until } from './testing/sign-in-bench.ts';
import { createSignInKit, signIn, SIGNAL } from './testing/sign-in-kit.ts';
import type { SignInKit } from './testing/sign-in-kit.ts';
import type { TokenServer } from './testing/token-server.ts';

const HOUR_MS = 3_600_000;

describeDatabases('refreshing a sign-in', (databases) => {
  const { bench, clock, signedIn, present } = openSignInBench(databases);
  let database: Database;
  let server: TokenServer;
  let kit: SignInKit;
  let signIns: SignIns;

  beforeEach(() => {
    ({ database, server, kit, signIns } = bench());
  });

  test('200 callers in three processes who meet an expired token cause one refresh', async () => {
    const { connection } = await signedIn();
    const nodes = [signIns, kit.node(), kit.node()];
    clock.pass(HOUR_MS);

    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        (nodes[index % 3] ?? signIns).credentialFor(connection, SIGNAL),
      ),
    );

    expect(server.requests.map((request) => request.grantType)).toEqual(['refresh_token']);
    const tokens = answers.map((answer) => credential(answer).accessToken);
    expect(new Set(tokens)).toEqual(new Set(['access-2']));
  });

  test('200 callers in three processes whose token is refused cause one refresh', async () => {
    const { connection } = await signedIn();
    const nodes = [signIns, kit.node(), kit.node()];
    const used = credential(await signIns.credentialFor(connection, SIGNAL));

    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        (nodes[index % 3] ?? signIns).renew(connection, used, SIGNAL),
      ),
    );

    expect(server.requests).toHaveLength(1);
    const generations = answers.map((answer) => credential(answer).generation);
    expect(new Set(generations)).toEqual(new Set([used.generation + 1]));
  });

  test('a token is refreshed ahead of its end, once, and nobody waits for it', async () => {
    const { connection } = await signedIn();
    await signIns.credentialFor(connection, SIGNAL);
    expect(server.requests).toHaveLength(0);
    clock.pass(0.85 * HOUR_MS);
    server.behave('hold');

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => signIns.credentialFor(connection, SIGNAL)),
    );

    const tokens = answers.map((answer) => credential(answer).accessToken);
    expect(new Set(tokens)).toEqual(new Set(['access-1']));
    await until(() => server.requests.length === 1);
    // Of other processes, too.
    const other = await kit.node().credentialFor(connection, SIGNAL);
    expect(credential(other).accessToken).toBe('access-1');
    server.release();
    await present(connection, 'access-2');
    expect(server.requests).toHaveLength(1);
  });

  test('a token that is refused while it is refreshed ahead waits for that refresh', async () => {
    const { connection } = await signedIn();
    clock.pass(0.85 * HOUR_MS);
    server.behave('hold');
    const used = credential(await signIns.credentialFor(connection, SIGNAL));
    await until(() => server.requests.length === 1);

    const renewed = signIns.renew(connection, used, SIGNAL);
    server.release();

    expect(credential(await renewed).accessToken).toBe('access-2');
    expect(server.requests).toHaveLength(1);
  });

  test('a refused token is not given again because its refresh ahead came to nothing', async () => {
    const { connection } = await signedIn();
    clock.pass(0.85 * HOUR_MS);
    server.behave('hold');
    const used = credential(await signIns.credentialFor(connection, SIGNAL));
    await until(() => server.requests.length === 1);

    const renewed = signIns.renew(connection, used, SIGNAL);
    await server.close();

    expect((await renewed).status).toBe('unavailable');
  });

  test('a token that ends while it is refreshed ahead is waited for', async () => {
    const { connection } = await signedIn();
    clock.pass(0.85 * HOUR_MS);
    server.behave('hold');
    await signIns.credentialFor(connection, SIGNAL);
    await until(() => server.requests.length === 1);
    clock.pass(0.15 * HOUR_MS);

    const answer = signIns.credentialFor(connection, SIGNAL);
    server.release();

    expect(credential(await answer).accessToken).toBe('access-2');
    expect(server.requests).toHaveLength(1);
  });

  test('closing waits for a refresh ahead and stores what it gives', async () => {
    const { connection, rowOf } = await signedIn();
    const node = kit.node();
    clock.pass(0.85 * HOUR_MS);
    server.behave('hold');
    await node.credentialFor(connection, SIGNAL);
    await until(() => server.requests.length === 1);

    const closed = node.close();
    server.release();
    await closed;

    expect(await rowOf()).toMatchObject({ generation: 2, status: 'idle' });
  });

  test('a refresh ahead that the database cannot store is told, and harms nobody', async () => {
    const { connection } = await signedIn();
    const broken: Database = {
      ...database,
      write: () => Promise.reject(new Error('the disk is full')),
    };
    const other = createSignInKit({ database: broken, clock, server });
    const node = other.node();
    clock.pass(0.85 * HOUR_MS);

    const answer = await node.credentialFor(connection, SIGNAL);
    await node.close();

    expect(credential(answer).accessToken).toBe('access-1');
    expect(other.log).toMatchObject([
      { level: 'warn', message: 'a sign-in could not be renewed ahead of its end' },
    ]);
    await other.close();
  });

  test('who gave up before asking causes no request', async () => {
    const { connection } = await signedIn();
    clock.pass(HOUR_MS);

    const answer = await signIns.credentialFor(connection, AbortSignal.abort());
    await signIns.close();

    expect(answer.status).toBe('unavailable');
    expect(server.requests).toHaveLength(0);
  });

  test('the row says so before a token request leaves', async () => {
    const { connection, rowOf } = await signedIn();
    clock.pass(HOUR_MS);
    server.behave('hold');

    const asked = signIns.credentialFor(connection, SIGNAL);
    await until(() => server.requests.length === 1);

    expect(await rowOf()).toMatchObject({
      status: 'refreshing',
      generation: 1,
      node: expect.stringMatching(/^node-/),
    });
    server.release();
    await asked;
  });

  test('new tokens are stored before they are used, and the refresh token is replaced', async () => {
    const { connection, rowOf } = await signedIn();
    clock.pass(HOUR_MS);

    const first = credential(await signIns.credentialFor(connection, SIGNAL));

    expect(await rowOf()).toMatchObject({ generation: first.generation, status: 'idle' });
    clock.pass(HOUR_MS);
    await kit.node().credentialFor(connection, SIGNAL);
    expect(server.requests.map((request) => request.fields['refresh_token'])).toEqual([
      'refresh-1',
      'refresh-2',
    ]);
  });

  test('a server that sends no new refresh token means the old one to go on', async () => {
    const { connection } = await signedIn();
    server.rotates = false;
    for (let hours = 0; hours < 3; hours += 1) {
      clock.pass(HOUR_MS);
      credential(await signIns.credentialFor(connection, SIGNAL));
    }

    const sent = server.requests.map((request) => request.fields['refresh_token']);
    expect(sent).toEqual(['refresh-1', 'refresh-1', 'refresh-1']);
  });

  test('revoked at the CRM: the connection waits for a person, told once, and nothing is deleted', async () => {
    const { connection, open, rowOf, state } = await signedIn();
    clock.pass(HOUR_MS);
    server.revoke();

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => signIns.credentialFor(connection, SIGNAL)),
    );
    const later = await signIns.credentialFor(await open(), SIGNAL);

    expect(answers.every((answer) => answer.status === 'needs_auth')).toBe(true);
    expect(later).toMatchObject({
      status: 'needs_auth',
      message: expect.stringMatching(/no longer accepts the sign-in/),
    });
    expect(server.requests).toHaveLength(1);
    expect(await state()).toBe('needs_auth');
    expect((await rowOf()).sealed).not.toBeNull();
    expect(kit.log.filter(({ level }) => level === 'warn')).toMatchObject([
      { message: 'a connection waits for somebody to sign in at its CRM' },
    ]);
  });

  test('a connection that somebody sets going without a sign-in waits again', async () => {
    const made = await signedIn();
    clock.pass(HOUR_MS);
    server.revoke();
    await signIns.credentialFor(made.connection, SIGNAL);
    await database.write((transaction) =>
      changeState(transaction, made.scope, {
        connectionId: made.id,
        event: { kind: 'credentials_saved' },
        now: clock.now(),
      }),
    );
    expect(await made.state()).toBe('active');

    const answer = await signIns.credentialFor(await made.open(), SIGNAL);

    expect(answer.status).toBe('needs_auth');
    expect(await made.state()).toBe('needs_auth');
    expect(server.requests).toHaveLength(1);
  });

  test('since when somebody is signed in does not move with a refresh', async () => {
    const made = await signedIn();
    const before = await signIns.describe(made.scope, made.id);
    clock.pass(HOUR_MS);
    await signIns.credentialFor(made.connection, SIGNAL);

    const after = await signIns.describe(made.scope, made.id);

    expect(after.since).toBe(before.since);
    expect(after.lastRefreshAt).toBe((before.lastRefreshAt ?? 0) + HOUR_MS);
  });

  test('after somebody signs in again the connection works and its calls are woken', async () => {
    const made = await signedIn();
    clock.pass(HOUR_MS);
    server.revoke();
    await signIns.credentialFor(made.connection, SIGNAL);
    const wakes = kit.wakes();

    const outcome = await signIn(signIns, made);

    expect(outcome.outcome).toBe('connected');
    expect(await made.state()).toBe('active');
    expect(kit.wakes()).toBeGreaterThan(wakes);
    expect(credential(await signIns.credentialFor(await made.open(), SIGNAL)).accessToken).toBe(
      'access-2',
    );
  });

  test('without a refresh token the access token is used to its end, then a person is asked', async () => {
    server.refreshTokens = false;
    const { connection, state } = await signedIn();
    clock.pass(HOUR_MS - 1);
    expect((await signIns.credentialFor(connection, SIGNAL)).status).toBe('ready');
    clock.pass(1);

    const answer = await signIns.credentialFor(connection, SIGNAL);

    expect(answer).toMatchObject({
      status: 'needs_auth',
      message: expect.stringMatching(/gave no refresh token/),
    });
    expect(server.requests).toHaveLength(0);
    expect(await state()).toBe('needs_auth');
  });

  test('a token whose life is not told is used until it is refused', async () => {
    server.lifeSeconds = undefined;
    const { connection } = await signedIn();
    clock.pass(1_000 * HOUR_MS);

    const used = credential(await signIns.credentialFor(connection, SIGNAL));

    expect(used.accessToken).toBe('access-1');
    const renewed = await signIns.renew(connection, used, SIGNAL);
    expect(credential(renewed).accessToken).toBe('access-2');
  });

  test('somebody who gives up does not end what the others wait for', async () => {
    const { connection } = await signedIn();
    clock.pass(HOUR_MS);
    server.behave('hold');
    const impatient = new AbortController();
    const first = signIns.credentialFor(connection, impatient.signal);
    const second = signIns.credentialFor(connection, SIGNAL);
    await until(() => server.requests.length === 1);

    impatient.abort();

    expect(await first).toMatchObject({ status: 'unavailable' });
    server.release();
    expect(credential(await second).accessToken).toBe('access-2');
  });

  test('closing waits for the answer on the way and stores it', async () => {
    const { connection, rowOf } = await signedIn();
    const node = kit.node();
    clock.pass(HOUR_MS);
    server.behave('hold');
    const asked = node.credentialFor(connection, SIGNAL);
    await until(() => server.requests.length === 1);

    const closed = node.close();
    server.release();
    await closed;

    expect(await rowOf()).toMatchObject({ generation: 2, status: 'idle' });
    expect(credential(await asked).accessToken).toBe('access-2');
  });

  test('tokens are registered for scrubbing and forgotten some generations later', async () => {
    const { connection } = await signedIn();
    for (let hours = 0; hours < 6; hours += 1) {
      clock.pass(HOUR_MS);
      await signIns.credentialFor(connection, SIGNAL);
    }

    expect(kit.registered).toContain('access-7');
    expect(kit.registered).toContain('refresh-7');
    expect(kit.registered.filter((token) => token === 'access-3')).toEqual([]);
  });

  test('no token is anywhere in the database in readable form', async () => {
    const { connection } = await signedIn();
    clock.pass(HOUR_MS);
    await signIns.credentialFor(connection, SIGNAL);

    const rows = [
      ...(await database.read.selectFrom('sign_in').selectAll().execute()),
      ...(await database.read.selectFrom('authorization_request').selectAll().execute()),
      ...(await database.read.selectFrom('audit_entry').selectAll().execute()),
    ];

    const stored = rows.flatMap((row) =>
      Object.values(row).map((value) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value),
      ),
    );
    expect(stored.join('\n')).not.toMatch(/(?:access|refresh)-\d/);
  });
});
