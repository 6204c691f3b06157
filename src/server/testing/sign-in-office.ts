import { afterAll, beforeAll, beforeEach, expect } from 'vitest';

import { startFakeCrm } from '../../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../../runtime/testing/fake-crm.ts';
import type { TestDatabases } from '../../store/testing/databases.ts';
import { signingDocument, startSigningCrm } from './signing-crm.ts';
import type { SigningCrm } from './signing-crm.ts';
import { setUpOffice, startTestServer, textAt } from './test-server.ts';
import type { Office, Sent, TestServer } from './test-server.ts';

const TUNING = { times: { pollEveryMs: 20 }, policy: { backoffBaseMs: 10, backoffCapMs: 20 } };

/** The steps of a placed call whose three methods went out once, with one attempt each. */
export const DELIVERED = [1, 2, 3].map(() => ({ state: 'delivered', attempts: [{ number: 1 }] }));
export const WAIT = { timeout: 10_000, interval: 20 };

/** An office with a connection that wants a person to sign in; anew for each test. */
export interface SignInOffice {
  readonly signing: SigningCrm;
  /** A CRM at another address, which knows the same token. */
  readonly otherCrm: FakeCrm;
  readonly server: TestServer;
  readonly office: Office;
  /** Of its connection. */
  readonly path: string;
  /** Goes on with another office. */
  readonly moveTo: (office: Office) => void;
  /** Sends with the key of the office. */
  readonly send: TestServer['send'];
  /** The connection as the API shows it. */
  readonly connection: () => Promise<unknown>;
  /** Starts a sign-in; the page of the CRM that it leads to. */
  readonly start: (query?: string) => Promise<URL>;
  /** What the browser sends after that page. */
  readonly comeBack: (page: URL, query?: string) => Promise<Sent>;
  readonly signIn: () => Promise<Sent>;
  /** Takes in a call of half a minute; its path. */
  readonly placeCall: (callId: string) => Promise<string>;
}

/** Declares hooks: one server and its CRMs for the tests around it, a fresh office for each. */
export function useSignInOffice(databases: TestDatabases): SignInOffice {
  let signing: SigningCrm;
  let otherCrm: FakeCrm;
  let server: TestServer;
  let office: Office;
  let path: string;

  beforeAll(async () => {
    signing = await startSigningCrm();
    otherCrm = await startFakeCrm({ token: signing.crm.token });
    const database = await databases.open();
    server = await startTestServer({ database, crm: signing.crm, otherCrm, tuning: TUNING });
  });
  afterAll(async () => {
    await server.close();
    await signing.close();
    await otherCrm.close();
  });
  beforeEach(async () => {
    signing.away = false;
    signing.account = { id: 'acc-1', name: 'Acme Ltd' };
    office = await setUpOffice(server, signing.crm, { document: signingDocument() });
    path = `/v1/connections/${office.connectionId}`;
    signing.asked.length = 0;
    signing.crm.calls.length = 0;
    signing.crm.requests.length = 0;
  });

  const send: TestServer['send'] = (method, where, options) =>
    server.send(method, where, { key: office.key, ...options });
  const connection = async (): Promise<unknown> => (await send('GET', path)).body;
  const start = async (query = ''): Promise<URL> => {
    const started = await send('POST', `${path}/sign-in${query}`);
    expect(started.status).toBe(200);
    return new URL(textAt(started.body, 'url'));
  };
  const comeBack = async (page: URL, query = 'code=good-code'): Promise<Sent> => {
    const state = encodeURIComponent(page.searchParams.get('state') ?? '');
    return await server.send('GET', `/v1/sign-in/callback?state=${state}&${query}`);
  };
  const signIn = async (): Promise<Sent> => await comeBack(await start());
  const placeCall = async (callId: string): Promise<string> => {
    const at = Date.now() - 60_000;
    const common = { call_id: callId, direction: 'inbound', extension: '101' };
    const numbers = { calling_number: '+442071838750', called_number: '+442079460000' };
    const body = [
      { ...common, ...numbers, event_id: `${callId}-1`, kind: 'ringing', at },
      { ...common, event_id: `${callId}-2`, kind: 'answered', at: at + 5_000 },
      { ...common, event_id: `${callId}-3`, kind: 'ended', at: at + 30_000, duration: 25 },
    ];
    const sent = await send('POST', '/v1/call-events', { key: office.eventsKey, body });
    expect(sent.status).toBe(202);
    return `/v1/calls/${textAt(sent.body, 'results', 0, 'call_id')}`;
  };

  return {
    get signing() {
      return signing;
    },
    get otherCrm() {
      return otherCrm;
    },
    get server() {
      return server;
    },
    get office() {
      return office;
    },
    get path() {
      return path;
    },
    moveTo: (next) => {
      office = next;
      path = `/v1/connections/${next.connectionId}`;
    },
    ...{ send, connection, start, comeBack, signIn, placeCall },
  };
}
