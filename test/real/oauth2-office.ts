import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as z from 'zod';

import { freePort } from '../../scripts/test/free-port.ts';
import { startFakeCrm, type FakeCrm } from '../../src/runtime/testing/fake-crm.ts';
import { fakeCrmDocument } from '../../src/runtime/testing/fake-crm-document.ts';
import type { ApiClient } from './api-client.ts';
import { startAuthorizationServer, type AuthorizationServer } from './authorization-server.ts';
import { CLIENT } from './authorization-server-orders.ts';
import { walkThroughSignIn, type Arrival } from './browser-walk.ts';
import { openOffice, type Office } from './office.ts';
import { runCommand, startPatchcord, type PatchcordServer } from './patchcord-server.ts';
import { createPostgresDatabase, type PostgresDatabase } from './postgres-database.ts';

/** Several processes on one database, a CRM that asks an authorization server, and one office. */
export interface OAuth2Office {
  readonly nodes: readonly PatchcordServer[];
  readonly crm: FakeCrm;
  readonly authorization: AuthorizationServer;
  readonly office: Office;
  readonly adminKey: string;
  /** Starts a sign-in and walks through it as a person. */
  signIn(person?: { readonly login: string; readonly declines?: boolean }): Promise<Arrival>;
  close(): Promise<void>;
}

const Started = z.object({ url: z.string() });

/** The office whose connection somebody has signed in, over so many Patchcord processes. */
export async function openOAuth2Office(processes: number): Promise<OAuth2Office> {
  const closing: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const each of closing.splice(0).toReversed()) await each();
  };
  try {
    const ports = await freePorts(processes);
    const first = `http://127.0.0.1:${ports[0] ?? 0}`;
    const authorization = await startAuthorizationServer([`${first}/v1/sign-in/callback`]);
    closing.push(() => authorization.stop());
    const crm = await startFakeCrm({ accepts: (token) => authorization.isActive(token) });
    closing.push(() => crm.close());
    const database = await createPostgresDatabase();
    closing.push(() => database.drop());
    const place = placeOf({ database, first, allowed: `${crm.host},${authorization.host}` });
    closing.push(() => {
      rmSync(place.dataDir, { recursive: true, force: true });
      return Promise.resolve();
    });
    const created = await runCommand(place, [
      ...['key', 'create', '--scope', 'admin', '--name', 'Operator'],
    ]);
    const adminKey = z.object({ key: z.string() }).parse(created).key;
    const nodes: PatchcordServer[] = [];
    for (const port of ports) {
      const server = await startPatchcord({ ...place, port });
      closing.push(() => server.stop());
      nodes.push(server);
    }
    const office = await openOffice(first, adminKey, {
      document: document(),
      properties: {
        Address: crm.origin,
        'Sign-in server': authorization.origin,
        'Client ID': CLIENT.client_id,
        'Client secret': CLIENT.client_secret,
      },
      email: 'bob@crm.test',
      connection: { concurrency: 32 },
      signIn: async (administrator, connectionId) => {
        await signInAs(administrator, connectionId, { login: 'ann' });
      },
    });
    return {
      nodes,
      crm,
      authorization,
      office,
      adminKey,
      signIn: (person = { login: 'ann' }) =>
        signInAs(office.administrator, office.connectionId, person),
      close,
    };
  } catch (err) {
    await close();
    throw err;
  }
}

async function signInAs(
  administrator: ApiClient,
  connectionId: string,
  person: { readonly login: string; readonly declines?: boolean },
): Promise<Arrival> {
  const path = `/v1/connections/${connectionId}/sign-in`;
  const { url } = Started.parse(await administrator.post(path));
  return walkThroughSignIn(url, person);
}

async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

function placeOf(of: {
  readonly database: PostgresDatabase;
  readonly first: string;
  readonly allowed: string;
}) {
  return {
    dataDir: mkdtempSync(join(tmpdir(), 'patchcord-oauth2-')),
    crm: of.allowed,
    environment: {
      DATABASE_URL: of.database.url,
      MASTER_KEY: randomBytes(32).toString('base64'),
      PUBLIC_URL: of.first,
    },
  };
}

/** The document of the fake CRM with a sign-in in place of its token. */
function document(): string {
  const whole = z.looseObject({}).parse(JSON.parse(fakeCrmDocument({ id: 'fake-oauth2-crm' })));
  return JSON.stringify({
    ...whole,
    auth: undefined,
    properties: [
      { label: 'Address', type: 'url' },
      { label: 'Sign-in server', type: 'url' },
      { label: 'Client ID' },
      { label: 'Client secret', type: 'secret' },
    ],
    OAuth2: {
      client_id: '$Client ID$',
      client_secret: '$Client secret$',
      flow_type: '0',
      authorization_endpoint: '$Sign-in server$/auth',
      authorization_parameters: { default: 'scope=openid' },
      token_endpoint: '$Sign-in server$/token',
      token_parameters: { content_type: 'application/x-www-form-urlencoded;charset=utf-8' },
      request_auth: 'Bearer',
    },
  });
}
