import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';

import type { Credential, CredentialAnswer } from '../../../runtime/credential.ts';
import type { Database } from '../../../store/database.ts';
import type { TestDatabases } from '../../../store/testing/databases.ts';
import { findHealth } from '../../connections-repository.ts';
import type { OpenConnection } from '../../open-connection.ts';
import { findSignIn } from '../sign-in-repository.ts';
import type { SignIns } from '../sign-ins.ts';
import { createSignInKit, createTestClock, signIn, SIGNAL } from './sign-in-kit.ts';
import type { SignInKit, TestClock } from './sign-in-kit.ts';
import { startTokenServer } from './token-server.ts';
import type { TokenServer } from './token-server.ts';

/** What one test has: a sign-in server of its own, and a process that signs in there. */
export interface SignInBench {
  readonly database: Database;
  readonly server: TokenServer;
  readonly kit: SignInKit;
  readonly signIns: SignIns;
}

/** The tools of a file of tests; `bench` is that of the test that runs. */
export function openSignInBench(databases: TestDatabases) {
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

  return {
    clock,
    bench: (): SignInBench => ({ database, server, kit, signIns }),
    signedIn,
    present,
  };
}

/** The credential of an answer that has one. */
export function credential(answer: CredentialAnswer): Credential {
  if (answer.status !== 'ready') throw new Error(`${answer.status}: ${answer.message}`);
  return answer.credential;
}

/** Lets others work until a condition holds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 1));
}
