import { beforeEach, expect, test } from 'vitest';

import { deleteSuspension, insertHold } from '../../organizations/holds-repository.ts';
import type { Database } from '../../store/database.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import type { SignIns } from './sign-ins.ts';
import { credential, openSignInBench } from './testing/sign-in-bench.ts';
import { SIGNAL } from './testing/sign-in-kit.ts';
import type { TokenServer } from './testing/token-server.ts';

const HOUR_MS = 3_600_000;

describeDatabases('a sign-in that nobody uses', (databases) => {
  const { bench, clock, signedIn } = openSignInBench(databases);
  let database: Database;
  let server: TokenServer;
  let signIns: SignIns;

  beforeEach(() => {
    ({ database, server, signIns } = bench());
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
});
