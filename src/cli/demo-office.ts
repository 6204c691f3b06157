import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import * as z from 'zod';

import { createKey, revokeKey } from '../access/keys.ts';
import { AppError } from '../errors/app-error.ts';
import { ADMIN } from '../organizations/scope.ts';
import type { OpenServer } from '../server/open-server.ts';
import type { DemoCrm } from './demo-crm.ts';
import { packageDirectory } from './package-version.ts';

/** What the demo has set up, as its file keeps it. */
export const DemoOffice = z.object({
  connection_id: z.string(),
  organization_id: z.string(),
  events_key: z.string(),
  /** Reads the ledger for the demo call; a demo of an earlier version has none yet. */
  office_key: z.string().optional(),
});
export type DemoOffice = z.infer<typeof DemoOffice>;

export interface DemoTools {
  readonly ids: Parameters<typeof createKey>[0]['ids'];
  readonly randomBytes: (size: number) => Uint8Array;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH';
type Send = (method: Method, path: string, body?: object, headers?: Headers) => Promise<Sent>;
type Headers = Readonly<Record<string, string>>;

interface Sent {
  readonly status: number;
  readonly body: unknown;
  readonly etag: string | undefined;
}

/** The demo CRM has a user with each of these addresses; the demo call rings the first. */
const EXTENSIONS = [
  { number: '201', name: 'Nadia Rahman', email: 'nadia@demo.example' },
  { number: '202', name: 'Tom Okafor', email: 'tom@demo.example' },
  { number: '203', name: 'Lena Fischer', email: 'lena@demo.example' },
  { number: '204', name: 'Priya Nair', email: 'priya@demo.example' },
  { number: '205', name: 'Marek Dvorak', email: 'marek@demo.example' },
];
/** The documents of the demo: the first one is connected, the others show other ways to sign in. */
const DOCUMENTS = [
  { id: 'demo-crm', file: 'demo/integration.json' },
  { id: 'demo-crm-basic', file: 'demo/integration-basic.json' },
  { id: 'demo-crm-oauth2', file: 'demo/integration-oauth2.json' },
];
const Published = z.object({ id: z.string(), version: z.number() });
const Key = z.object({ key: z.string() });
const Created = z.object({ id: z.string() });
const Suggestions = z.object({
  items: z.array(
    z.object({
      extension_id: z.string(),
      crm_user_id: z.string(),
      crm_user_name: z.string().nullable(),
    }),
  ),
});
const ACTOR = 'demo';

/**
 * Sets the demo's office up through the API itself: organization, phone system, extensions,
 * integrations, connection, user links. One that stands already learns the CRM's address and the
 * documents as they are now.
 */
export async function setUpOffice(
  server: OpenServer,
  crm: DemoCrm,
  known: DemoOffice | undefined,
  tools: DemoTools,
): Promise<DemoOffice> {
  const deps = { ...tools, database: server.database };
  const { key, row } = await createKey(deps, ADMIN, {
    name: 'Set-up of the demo',
    scope: 'admin',
    actor: ACTOR,
  });
  const send = sender(server, key);
  try {
    const isThere = known !== undefined && (await moveConnection(send, crm, known));
    const office = isThere ? known : await buildOffice(send, crm);
    if (office.office_key !== undefined) return office;
    const of = inOrganization(send, office.organization_id);
    const made = await of('POST', '/v1/keys', { name: 'Demo calls', scope: 'organization' });
    return { ...office, office_key: Key.parse(expectOk(made)).key };
  } finally {
    await revokeKey(deps, ADMIN, { named: row.id, actor: ACTOR });
  }
}

async function moveConnection(send: Send, crm: DemoCrm, known: DemoOffice): Promise<boolean> {
  const of = inOrganization(send, known.organization_id);
  const path = `/v1/connections/${known.connection_id}`;
  const { status, etag } = await of('GET', path);
  if (status !== 200 || etag === undefined) return false;
  const { version } = await publishDocuments(of);
  const change = { properties: propertiesOf(crm), integration_version: version };
  const changed = await of('PATCH', path, change, { 'if-match': etag });
  return changed.status === 200;
}

async function buildOffice(send: Send, crm: DemoCrm): Promise<DemoOffice> {
  const organization = await created(
    send('POST', '/v1/organizations', {
      name: 'Demo office',
      country: 'GB',
      timezone: 'Europe/London',
    }),
  );
  const of = inOrganization(send, organization.id);
  const phoneSystem = await created(of('POST', '/v1/phone-systems', { name: 'Demo phones' }));
  const events = await of('POST', '/v1/keys', {
    name: 'Demo phones',
    scope: 'events',
    phone_system_id: phoneSystem.id,
  });
  for (const extension of EXTENSIONS) await created(of('POST', '/v1/extensions', extension));
  const integration = await publishDocuments(of);
  const connection = await created(
    of('POST', '/v1/connections', {
      integration_id: integration.id,
      properties: propertiesOf(crm),
      options: { unknown_callers: 'create_contact' },
    }),
  );
  await linkUsers(of, connection.id);
  return {
    organization_id: organization.id,
    connection_id: connection.id,
    events_key: Key.parse(expectOk(events)).key,
  };
}

/** Publishes the documents that differ from what is published; gives the one that is connected. */
async function publishDocuments(send: Send): Promise<z.infer<typeof Published>> {
  const published: z.infer<typeof Published>[] = [];
  for (const { id, file } of DOCUMENTS) {
    const document = readFileSync(join(packageDirectory(), file), 'utf8');
    const answer = await send('PUT', `/v1/integrations/document/${id}`, { document });
    published.push(Published.parse(expectOk(answer)));
  }
  const [first] = published;
  if (first === undefined) throw new AppError('internal', 'The demo has no document.');
  return first;
}

/** Links every extension with the CRM user that the API suggests. */
async function linkUsers(send: Send, connectionId: string): Promise<void> {
  const path = `/v1/connections/${connectionId}`;
  const { items } = Suggestions.parse(expectOk(await send('GET', `${path}/user-link-suggestions`)));
  for (const { extension_id, crm_user_id, crm_user_name } of items) {
    const body = { crm_user_id, ...(crm_user_name === null ? {} : { crm_user_name }) };
    expectOk(await send('PUT', `${path}/user-links/${extension_id}`, body));
  }
}

/** The values of the form of the demo's document. */
export function propertiesOf(crm: DemoCrm): Readonly<Record<string, string>> {
  return { 'CRM address': crm.origin, 'API token': crm.token };
}

function sender({ composed: { app } }: OpenServer, key: string): Send {
  return async (method, url, body, headers = {}) => {
    const answer = await app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${key}`, ...headers },
      ...(body === undefined ? {} : { payload: body }),
    });
    const { etag } = answer.headers;
    return {
      status: answer.statusCode,
      body: answer.body === '' ? undefined : answer.json(),
      etag: typeof etag === 'string' ? etag : undefined,
    };
  };
}

function inOrganization(send: Send, organizationId: string): Send {
  return (method, path, body, headers = {}) =>
    send(method, path, body, { ...headers, 'patchcord-organization': organizationId });
}

async function created(answer: Promise<Sent>): Promise<{ id: string }> {
  return Created.parse(expectOk(await answer));
}

function expectOk({ status, body }: Sent): unknown {
  if (status < 300) return body;
  throw new AppError('internal', `The demo cannot be set up: ${JSON.stringify(body)}`);
}
