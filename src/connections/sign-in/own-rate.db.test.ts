import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import type { Database } from '../../store/database.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { createAdmission } from '../admission.ts';
import type { OpenConnection } from '../open-connection.ts';
import type { SignIns } from './sign-ins.ts';
import { ACCOUNT_DOCUMENT, oauthDocument, sessionDocument } from './testing/documents.ts';
import { createSignInKit, createTestClock, SECRET, signIn, SIGNAL } from './testing/sign-in-kit.ts';
import type { SignInKit, TestClock } from './testing/sign-in-kit.ts';
import { startTokenServer } from './testing/token-server.ts';
import type { TokenServer } from './testing/token-server.ts';

const HOUR_MS = 3_600_000;
const LOGIN = { User: 'ann', Password: SECRET };
const CLIENT = { 'Client ID': 'client-1', 'Client secret': SECRET };

describeDatabases('a sign-in at a CRM with a limit', (databases) => {
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

  const limitOf = (per_seconds: number) => ({ limits: { requests: 1, per_seconds } });
  const connect = (document: string, properties: Readonly<Record<string, string>> = LOGIN) =>
    kit.connect({ document, properties: { 'Instance URL': server.origin, ...properties } });

  /** Milliseconds to the slot after those that are taken. */
  async function untilFree(connection: OpenConnection): Promise<number> {
    const admission = createAdmission({ database, clock });
    const entered = await admission.enter(connection, { ms: 0, signal: SIGNAL });
    return entered.status === 'refused' ? entered.waitMs : 0;
  }

  test('takes a slot of it for a login', async () => {
    const connection = await (await connect(sessionDocument(limitOf(10)))).open();

    await signIns.credentialFor(connection, SIGNAL);
    const waitMs = await untilFree(connection);
    await signIns.credentialFor(connection, SIGNAL);

    expect(server.requests).toHaveLength(1);
    expect(waitMs).toBeGreaterThan(9_000);
    expect(await untilFree(connection)).toBe(waitMs);
  });

  test('takes one for a token of the CRM itself, and none for one from elsewhere', async () => {
    const alone = { flow: 'client_credentials', flow_type: undefined };
    const own = oauthDocument(alone, { top: limitOf(10) });
    const elsewhere = oauthDocument(alone, {
      top: { ...limitOf(10), resource_url: 'https://api.crm.example', hosts: undefined },
    });
    const ours = await (await connect(own, CLIENT)).open();
    const theirs = await (await connect(elsewhere, CLIENT)).open();

    const answers = [
      await signIns.credentialFor(ours, SIGNAL),
      await signIns.credentialFor(theirs, SIGNAL),
    ];

    expect(answers.map(({ status }) => status)).toEqual(['ready', 'ready']);
    expect(await untilFree(ours)).toBeGreaterThan(9_000);
    expect(await untilFree(theirs)).toBe(0);
  });

  test('sends nothing where no slot comes in time, and says when there will be one', async () => {
    const connection = await (await connect(sessionDocument(limitOf(100)))).open();
    await untilFree(connection);

    const answer = await signIns.credentialFor(connection, SIGNAL);

    expect(server.requests).toEqual([]);
    expect(answer).toMatchObject({
      status: 'unavailable',
      message: expect.stringContaining('1 request per 100 seconds'),
      retryAfterMs: expect.any(Number),
    });
  });

  test('takes one for the code of a person and one for whose account it is', async () => {
    const document = JSON.stringify({ ...JSON.parse(ACCOUNT_DOCUMENT), ...limitOf(4) });
    const made = await connect(document, CLIENT);

    const { outcome } = await signIn(signIns, made);

    expect(outcome).toBe('connected');
    expect(await untilFree(await made.open())).toBeGreaterThan(7_000);
  });

  test('takes one for each request, where the refresh token has ended', async () => {
    const document = oauthDocument(
      { flow: 'password', flow_type: undefined, username: '$User$', password: '$Password$' },
      {
        top: limitOf(4),
        properties: [{ label: 'User' }, { label: 'Password', type: 'secret' }],
      },
    );
    const made = await connect(document, { ...LOGIN, 'Client ID': 'c', 'Client secret': 'other' });
    const connection = await made.open();
    await signIns.credentialFor(connection, SIGNAL);
    clock.pass(HOUR_MS);
    server.requests.length = 0;
    server.revoke();

    const answer = await signIns.credentialFor(connection, SIGNAL);

    expect(server.requests.map(({ grantType }) => grantType)).toEqual([
      'refresh_token',
      'password',
    ]);
    expect(answer.status).toBe('ready');
    expect(await untilFree(connection)).toBeGreaterThan(7_000);
  });

  test('does not begin where its caller may not ask, but takes the token that there is', async () => {
    const connection = await (await connect(sessionDocument())).open();
    const asked: string[] = [];
    const away = async (origin: string) => {
      asked.push(origin);
      return 'The CRM is away.';
    };

    const refused = await signIns.credentialFor(connection, SIGNAL, away);
    const before = server.requests.length;
    await signIns.credentialFor(connection, SIGNAL, async () => undefined);
    const taken = await signIns.credentialFor(connection, SIGNAL, away);

    expect(refused).toEqual({ status: 'unavailable', message: 'The CRM is away.' });
    expect([before, server.requests.length]).toEqual([0, 1]);
    expect(taken.status).toBe('ready');
    expect(asked).toEqual([server.origin]);
  });
});
