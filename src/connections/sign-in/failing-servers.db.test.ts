import { beforeEach, describe, expect, test } from 'vitest';

import { AppError } from '../../errors/app-error.ts';
import type { Database } from '../../store/database.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import type { SignIns } from './sign-ins.ts';
import { credential, openSignInBench, until } from './testing/sign-in-bench.ts';
import { createSignInKit, SIGNAL } from './testing/sign-in-kit.ts';
import type { SignInKit, TestClock } from './testing/sign-in-kit.ts';
import type { TokenServer } from './testing/token-server.ts';

const HOUR_MS = 3_600_000;

describeDatabases('a sign-in whose server fails', (databases) => {
  const { bench, clock, signedIn } = openSignInBench(databases);
  let database: Database;
  let server: TokenServer;
  let kit: SignInKit;
  let signIns: SignIns;

  beforeEach(() => {
    ({ database, server, kit, signIns } = bench());
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
});
