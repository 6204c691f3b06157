import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { deleteSuspension, insertHold } from '../../organizations/holds-repository.ts';
import type { Credential, CredentialAnswer } from '../../runtime/credential.ts';
import { AppError } from '../../errors/app-error.ts';
import type { Database } from '../../store/database.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { changeState } from '../change-state.ts';
import { findHealth } from '../connections-repository.ts';
import type { OpenConnection } from '../open-connection.ts';
import { findSignIn } from './sign-in-repository.ts';
import type { SignIns } from './sign-ins.ts';
import { createSignInKit, createTestClock, signIn, SIGNAL } from './testing/sign-in-kit.ts';
import type { SignInKit, TestClock } from './testing/sign-in-kit.ts';
import { startTokenServer } from './testing/token-server.ts';
import type { TokenServer } from './testing/token-server.ts';

const HOUR_MS = 3_600_000;

function credential(answer: CredentialAnswer): Credential {
  if (answer.status !== 'ready') throw new Error(`${answer.status}: ${answer.message}`);
  return answer.credential;
}

describeDatabases('refreshing a sign-in', (databases) => {
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
    server.release();
    await signIns.close();
    await kit.close();
    await server.close();
  });
  afterAll(() => database.close());

  async function signedIn() {
    const made = await kit.connect();
    const outcome = await signIn(signIns, made);
    expect(outcome.outcome).toBe('connected');
    server.requests.length = 0;
    const rowOf = async () => {
      const row = await findSignIn(database.read, made.scope, made.id);
      if (row === undefined) throw new Error('there is no sign-in');
      return row;
    };
    const state = async () => (await findHealth(database.read, made.scope, made.id))?.state;
    return { ...made, connection: await made.open(), rowOf, state };
  }

  /** Waits until this is the token that callers get. */
  async function present(connection: OpenConnection, token: string): Promise<void> {
    await until(async () => {
      const answer = await signIns.credentialFor(connection, SIGNAL);
      return credential(answer).accessToken === token;
    });
  }

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

  test('a lost answer is asked for again at once with the old refresh token', async () => {
    const { connection } = await signedIn();
    server.graceMs = 30_000;
    clock.pass(HOUR_MS);
    server.behave('execute_then_drop');

    const answer = await signIns.credentialFor(connection, SIGNAL);

    expect(credential(answer).accessToken).toBe('access-3');
    expect(server.requests.map((request) => request.fields['refresh_token'])).toEqual([
      'refresh-1',
      'refresh-1',
    ]);
  });

  test('what was lost twice is asked for once in a while, not twice again', async () => {
    const { connection } = await signedIn();
    clock.pass(HOUR_MS);
    server.behaveAlways('drop');
    await signIns.credentialFor(connection, SIGNAL);
    expect(server.requests).toHaveLength(2);
    clock.pass(2_000);

    const answer = await signIns.credentialFor(connection, SIGNAL);

    expect(answer.status).toBe('unavailable');
    expect(server.requests).toHaveLength(3);
  });

  test('a database that is away when new tokens come has them when it is back', async () => {
    const { connection, rowOf } = await signedIn();
    let writes = 0;
    const shaky: Database = {
      ...database,
      write: (job) => {
        writes += 1;
        const isAway = writes === 2 || writes === 3;
        return isAway
          ? Promise.reject(new AppError('database_unavailable', 'It did not answer.'))
          : database.write(job);
      },
    };
    const other = createSignInKit({ database: shaky, clock, server });
    clock.pass(HOUR_MS);

    const answer = await other.node().credentialFor(connection, SIGNAL);

    expect(credential(answer).accessToken).toBe('access-2');
    expect(await rowOf()).toMatchObject({ generation: 2, status: 'idle' });
    expect(server.requests).toHaveLength(1);
    expect(other.log.map(({ message }) => message)).toEqual([
      'new tokens cannot be stored; trying again',
      'new tokens cannot be stored; trying again',
    ]);
    await other.close();
  });

  test('who closes while an answer is lost leaves the second try to others', async () => {
    const { connection, rowOf } = await signedIn();
    const node = kit.node();
    clock.pass(HOUR_MS);
    server.behave('hold');
    const asked = node.credentialFor(connection, SIGNAL);
    await until(() => server.requests.length === 1);

    const closed = node.close();
    await server.close();
    await closed;

    expect((await asked).status).toBe('unavailable');
    expect(await rowOf()).toMatchObject({ status: 'refreshing', failures: 0, generation: 1 });
  });

  test('a lost answer of a server without grace asks for a person and keeps everything', async () => {
    const { connection, rowOf, state } = await signedIn();
    clock.pass(HOUR_MS);
    server.behave('execute_then_drop');

    const answer = await signIns.credentialFor(connection, SIGNAL);

    expect(answer).toMatchObject({
      status: 'needs_auth',
      message: expect.stringMatching(/answer with the new refresh token was lost.*invalid_grant/s),
    });
    expect(await state()).toBe('needs_auth');
    const row = await rowOf();
    expect(row.sealed).not.toBeNull();
    expect(row.generation).toBe(1);
  });

  test('a request that never left is not taken for a lost answer', async () => {
    const { connection, rowOf } = await signedIn();
    clock.pass(HOUR_MS);
    await server.close();

    const answer = await signIns.credentialFor(connection, SIGNAL);

    expect(answer).toMatchObject({ status: 'unavailable', retryAfterMs: 2_000 });
    expect(await rowOf()).toMatchObject({ answer_lost: 0, failures: 1 });
  });

  test.each(['unavailable', 'login_page', 'throttle'] as const)(
    'an ahead refresh that meets "%s" leaves the token in use until it really ends',
    async (habit) => {
      const { connection, rowOf, state } = await signedIn();
      clock.pass(0.85 * HOUR_MS);
      server.behaveAlways(habit);

      const early = await signIns.credentialFor(connection, SIGNAL);
      await until(async () => (await rowOf()).failures === 1);
      const again = await signIns.credentialFor(connection, SIGNAL);

      expect(credential(early).accessToken).toBe('access-1');
      expect(credential(again).accessToken).toBe('access-1');
      expect(server.requests).toHaveLength(1);
      expect(await state()).toBe('active');
      clock.pass(0.16 * HOUR_MS);
      expect(await signIns.credentialFor(connection, SIGNAL)).toMatchObject({
        status: 'unavailable',
      });
    },
  );

  test('a server that asks for a pause gets it', async () => {
    const { connection } = await signedIn();
    clock.pass(HOUR_MS);
    server.behave('throttle');

    const answer = await signIns.credentialFor(connection, SIGNAL);

    expect(answer).toMatchObject({ status: 'unavailable', retryAfterMs: 90_000 });
  });

  test('a server that is away for an hour is asked once per pause, and found when it is back', async () => {
    const { connection, state } = await signedIn();
    const nodes = [signIns, kit.node(), kit.node()];
    clock.pass(HOUR_MS);
    server.behaveAlways('unavailable');
    const answers = new Set<string>();

    for (let second = 0; second < 3_600; second += 10) {
      for (const node of nodes) {
        answers.add((await node.credentialFor(connection, SIGNAL)).status);
      }
      clock.pass(10_000);
    }

    expect(answers).toEqual(new Set(['unavailable']));
    // 2 s, 4 s … 2 min: about 34 probes in an hour, whoever asks.
    expect(server.requests.length).toBeGreaterThan(25);
    expect(server.requests.length).toBeLessThan(40);
    expect(await state()).toBe('active');
    expect(kit.log.filter(({ level }) => level === 'warn')).toHaveLength(1);
    server.behaveAlways(undefined);
    clock.pass(120_000);
    expect(credential(await signIns.credentialFor(connection, SIGNAL)).accessToken).toBe(
      'access-2',
    );
  });

  test('a token that the CRM refused while the server is away is not sent again', async () => {
    const { connection } = await signedIn();
    server.behaveAlways('unavailable');
    const used = credential(await signIns.credentialFor(connection, SIGNAL));

    const renewed = await signIns.renew(connection, used, SIGNAL);
    const later = await signIns.credentialFor(connection, SIGNAL);

    expect(renewed.status).toBe('unavailable');
    expect(later.status).toBe('unavailable');
  });

  test.each<[string, number, readonly 'drop'[]]>([
    ['took the lease', 1, []],
    ['made the lease longer for a second try', 2, ['drop']],
  ])('a process that was frozen after it %s sends nothing under its rest', async (...row) => {
    const [, write, habits] = row;
    const { connection } = await signedIn();
    let writes = 0;
    let waits = 0;
    const slow: Database = {
      ...database,
      write: async (job) => {
        const value = await database.write(job);
        writes += 1;
        if (writes === write) clock.pass(3_001);
        return value;
      },
    };
    const waiting: TestClock = {
      ...clock,
      sleep: (...given) => {
        waits += 1;
        return clock.sleep(...given);
      },
    };
    const other = createSignInKit({ database: slow, clock: waiting, server });
    clock.pass(HOUR_MS);
    server.behave(...habits);

    const asked = other.node().credentialFor(connection, SIGNAL);
    await until(() => waits > 3);

    expect(server.requests).toHaveLength(habits.length);
    clock.pass(15_000);
    expect(credential(await asked).accessToken).toBe('access-2');
    expect(server.requests).toHaveLength(habits.length + 1);
    await other.close();
  });

  describe('a process dies while it refreshes', () => {
    async function diesInTheMiddle() {
      const made = await signedIn();
      clock.pass(HOUR_MS);
      server.behave('hold');
      const dead = signIns.credentialFor(made.connection, SIGNAL);
      await until(() => server.requests.length === 1);
      clock.pass(15_000);
      return { ...made, dead };
    }

    test('another takes over when the lease is over, with the old refresh token', async () => {
      server.graceMs = 60_000;
      const { connection, dead } = await diesInTheMiddle();

      const answer = await kit.node().credentialFor(connection, SIGNAL);

      expect(credential(answer).accessToken).toBe('access-3');
      server.release();
      // What comes late is older than what is stored.
      expect(credential(await dead).accessToken).toBe('access-3');
    });

    test('nobody takes over before', async () => {
      server.graceMs = 60_000;
      const made = await signedIn();
      clock.pass(HOUR_MS);
      server.behave('hold');
      const first = signIns.credentialFor(made.connection, SIGNAL);
      await until(() => server.requests.length === 1);

      const second = kit.node().credentialFor(made.connection, SIGNAL);
      await Promise.race([second, new Promise((resolve) => setImmediate(resolve))]);

      expect(server.requests).toHaveLength(1);
      server.release();
      expect(credential(await second).accessToken).toBe('access-2');
      expect(credential(await first).accessToken).toBe('access-2');
      expect(server.requests).toHaveLength(1);
    });

    test('tokens that come late after all are the only good ones: the connection works again', async () => {
      const { connection, dead, state } = await diesInTheMiddle();
      const other = kit.node();
      expect(await other.credentialFor(connection, SIGNAL)).toMatchObject({
        status: 'needs_auth',
        message: expect.stringMatching(/lost/),
      });
      expect(await state()).toBe('needs_auth');

      server.release();

      const wakes = kit.wakes();
      expect(credential(await dead).accessToken).toBe('access-2');
      expect(await state()).toBe('active');
      expect(kit.wakes()).toBe(wakes + 1);
      expect(credential(await other.credentialFor(connection, SIGNAL)).accessToken).toBe(
        'access-2',
      );
    });
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

  /** Ten sign-ins have their turn at a time, those of the tests before among them. */
  async function keepAllAlive(): Promise<void> {
    for (let runs = 0; runs < 20; runs += 1) await signIns.keepAlive();
  }

  test('a sign-in that nobody uses is renewed once a day, so that its server does not forget it', async () => {
    const { connection, rowOf } = await signedIn();
    clock.pass(23 * HOUR_MS);
    await keepAllAlive();
    expect((await rowOf()).generation).toBe(1);
    // PostgreSQL's clock is measured now and then: a minute more than a day.
    clock.pass(HOUR_MS + 60_000);

    await keepAllAlive();

    expect((await rowOf()).generation).toBe(2);
    expect(server.requests).toHaveLength(1);
    expect(credential(await signIns.credentialFor(connection, SIGNAL)).accessToken).toBe(
      'access-2',
    );
  });

  test('an idle sign-in of a suspended organization is left alone until it works again', async () => {
    const { scope, rowOf } = await signedIn();
    const hold = {
      state: 'suspended',
      reason: null,
      actor: 'test',
      since: 1,
      removed_rows: 0,
    } as const;
    await database.write((transaction) => insertHold(transaction, scope, hold));
    clock.pass(25 * HOUR_MS);

    await keepAllAlive();
    expect(server.requests).toEqual([]);
    await database.write((transaction) => deleteSuspension(transaction, scope));
    await keepAllAlive();

    expect((await rowOf()).generation).toBe(2);
  });

  test('an idle sign-in whose token is good for days is renewed when it is due', async () => {
    server.lifeSeconds = 48 * 3_600;
    const { rowOf } = await signedIn();
    clock.pass(0.85 * 48 * HOUR_MS);

    await keepAllAlive();

    expect((await rowOf()).generation).toBe(2);
  });

  test('of many idle sign-ins each has its turn, whatever becomes of the others', async () => {
    const made = [];
    for (let index = 0; index < 12; index += 1) made.push(await signedIn());
    clock.pass(25 * HOUR_MS);
    server.behave('unavailable', 'drop', 'login_page');

    await keepAllAlive();
    clock.pass(2 * 60_000);
    await keepAllAlive();

    for (const each of made) expect((await each.rowOf()).generation).toBe(2);
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

/** Lets others work until a condition holds. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 1));
}
