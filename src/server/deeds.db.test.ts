import { afterAll, beforeAll, expect, test } from 'vitest';

import { ENDPOINTS } from '../contract/endpoints.ts';
import type { Endpoint } from '../contract/endpoint.ts';
import { fakeCrmDocument, fakeCrmProperties } from '../runtime/testing/fake-crm-document.ts';
import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from './testing/test-server.ts';
import type { Office, TestServer } from './testing/test-server.ts';

interface DeedCase {
  readonly endpoint: string;
  readonly action: string;
  /** Member of `Ids` that the deed is done to; without one, the id in the answer. */
  readonly on?: Exclude<keyof Ids, 'properties'>;
  /** Member of the answer with that id, where it is not `id`. */
  readonly answers?: string;
  readonly body?: (ids: Ids) => object;
  readonly admin?: true;
}

type Ids = Awaited<ReturnType<typeof idsOf>>;

const CASES: readonly DeedCase[] = [
  {
    endpoint: 'createOrganization',
    action: 'organization.created',
    body: () => ({ name: 'Second', country: 'GB' }),
    admin: true,
  },
  {
    endpoint: 'putOrganization',
    action: 'organization.created',
    body: () => ({ name: 'Third' }),
    admin: true,
  },
  {
    endpoint: 'suspendOrganization',
    action: 'organization.suspended',
    on: 'organization_id',
    body: () => ({}),
    admin: true,
  },
  {
    endpoint: 'createPhoneSystem',
    action: 'phone_system.created',
    body: () => ({ name: 'Second' }),
  },
  {
    endpoint: 'updatePhoneSystem',
    action: 'phone_system.updated',
    on: 'phone_system_id',
    body: () => ({ name: 'Renamed' }),
  },
  {
    endpoint: 'createSigningSecret',
    action: 'signing_secret.created',
    on: 'phone_system_id',
    body: () => ({}),
  },
  {
    endpoint: 'deleteSigningSecret',
    action: 'signing_secret.deleted',
    on: 'phone_system_id',
  },
  { endpoint: 'putPhoneSystem', action: 'phone_system.created', body: () => ({ name: 'Third' }) },
  { endpoint: 'putExtension', action: 'extension.created', body: () => ({ number: '103' }) },
  {
    endpoint: 'createExtension',
    action: 'extension.created',
    body: () => ({ number: '102' }),
  },
  { endpoint: 'deleteExtension', action: 'extension.deleted', on: 'extension_id' },
  {
    endpoint: 'createKey',
    action: 'key.created',
    body: () => ({ name: 'Second', scope: 'organization' }),
  },
  { endpoint: 'revokeKey', action: 'key.revoked', on: 'key_id' },
  {
    endpoint: 'createIntegration',
    action: 'integration.created',
    body: () => ({ document: fakeCrmDocument().replace(/"id": ?"[^"]+"/u, '"id":"second"') }),
  },
  {
    endpoint: 'createIntegrationVersion',
    action: 'integration.version_created',
    on: 'integration_id',
    body: () => ({ document: fakeCrmDocument({ without: ['SearchContacts'] }) }),
  },
  {
    endpoint: 'createConnection',
    action: 'connection.created',
    body: ({ integration_id, properties }) => ({ integration_id, properties, name: 'Second' }),
  },
  {
    endpoint: 'putIntegration',
    action: 'integration.created',
    body: ({ document_id }) => ({ document: fakeCrmDocument({ id: document_id }) }),
  },
  {
    endpoint: 'putConnection',
    action: 'connection.created',
    body: ({ integration_id, properties }) => ({ integration_id, properties, name: 'Third' }),
  },
  {
    endpoint: 'putExternalUserLink',
    action: 'user_link.put',
    on: 'extension_id',
    body: ({ connection_id, extension_id }) => ({ connection_id, extension_id, crm_user_id: '12' }),
  },
  {
    endpoint: 'updateConnection',
    action: 'connection.updated',
    on: 'connection_id',
    body: () => ({ name: 'Renamed' }),
  },
  { endpoint: 'pauseConnection', action: 'connection.paused', on: 'connection_id' },
  { endpoint: 'resumeConnection', action: 'connection.resumed', on: 'connection_id' },
  {
    endpoint: 'putUserLink',
    action: 'user_link.put',
    on: 'extension_id',
    body: () => ({ crm_user_id: '12' }),
  },
  { endpoint: 'deleteUserLink', action: 'user_link.deleted', on: 'extension_id' },
  { endpoint: 'replayCall', action: 'step.replayed', on: 'step_id' },
  { endpoint: 'replayMany', action: 'step.replayed', on: 'step_id', body: () => ({}) },
  { endpoint: 'replayStep', action: 'step.replayed', on: 'step_id' },
  {
    endpoint: 'settleStep',
    action: 'step.settled',
    on: 'step_id',
    body: () => ({ outcome: 'absent' }),
  },
  {
    endpoint: 'discardStep',
    action: 'step.discarded',
    on: 'step_id',
    body: () => ({ reason: 'A wrong number' }),
  },
  {
    endpoint: 'createContact',
    action: 'contact.created',
    on: 'connection_id',
    body: () => ({ values: { lastname: 'Lovelace' } }),
  },
  {
    endpoint: 'updateContact',
    action: 'contact.updated',
    on: 'connection_id',
    body: () => ({ values: { lastname: 'Hopper' } }),
  },
  { endpoint: 'deleteContact', action: 'contact.deleted', on: 'connection_id' },
  {
    endpoint: 'startContactSync',
    action: 'contact_sync.asked',
    on: 'connection_id',
    body: () => ({ full: true }),
  },
  { endpoint: 'cancelContactSync', action: 'contact_sync.cancelled', on: 'connection_id' },
  {
    endpoint: 'erasePerson',
    action: 'person.erased',
    answers: 'erasure_id',
    body: () => ({ number: '+442071838750', confirm: true }),
  },
  { endpoint: 'readmitPerson', action: 'person.readmitted', on: 'erasure_id' },
];

const METHODS = {
  Contacts: {
    request_method: 'GET',
    request_path: '/contacts',
    response_map: { contacts: [{ id: '$contact_id$', last_name: '$lastname$' }] },
  },
  DeleteContact: { request_method: 'DELETE', request_path: '/contacts/$contact_id$' },
};

/** What comes from phone systems stands in the ledger; the others change nothing of ours. */
const NO_DEED: ReadonlySet<string> = new Set([
  'sendCallEvents',
  'receiveWebhook',
  'putRecording',
  'testConnection',
  'lintIntegration',
  // Of a connection with OAuth2: see routes/sign-in.db.test.ts.
  'startSignIn',
  'confirmAccount',
  'forgetSignIn',
  // They belong to no organization: see routes/shared-phone-systems.db.test.ts.
  'createSharedPhoneSystem',
  'putSharedPhoneSystem',
  'createSharedKey',
  'revokeSharedKey',
  'updateSharedPhoneSystem',
  'createSharedSigningSecret',
  'deleteSharedSigningSecret',
  // Only of a suspended organization: see organization-life.db.test.ts.
  'resumeOrganization',
  'deleteOrganization',
]);

describeDatabases('the audit', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;

  beforeAll(async () => {
    crm = await startFakeCrm();
    const database = await databases.open();
    server = await startTestServer({ database, crm, working: false, contacts: true });
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });

  test('has a case for every route that changes something', () => {
    const changing = ENDPOINTS.filter(({ method }) => method !== 'GET').map(({ name }) => name);

    expect(new Set([...CASES.map(({ endpoint }) => endpoint), ...NO_DEED])).toEqual(
      new Set(changing),
    );
  });

  test.each(CASES.map((one) => [one.endpoint, one] as const))(
    '%s leaves who did it, and to what',
    async (_name, { endpoint: name, action, on, answers = 'id', body, admin }) => {
      const office = await setUpOffice(server, crm, {
        document: fakeCrmDocument({ methods: METHODS }),
      });
      const ids = await idsOf(server, office, crm);
      const key = admin === true ? server.adminKey : office.key;
      const endpoint = endpointOf(name);

      const sent = await server.send(endpoint.method, pathOf(endpoint, ids), {
        key,
        headers: endpoint.etag === 'required' ? { 'if-match': '*' } : {},
        ...(body === undefined ? {} : { body: body(ids) }),
      });

      // The link is there already, without an external id: it is taken over.
      const made = endpoint.creates === true && name !== 'putExternalUserLink';
      expect([sent.status, sent.text]).toEqual([made ? 201 : endpoint.status, sent.text]);
      const target = on === undefined ? textAt(sent.body, answers) : ids[on];
      const deeds = await server.database.read
        .selectFrom('audit_entry')
        .select(['actor', 'organization_id'])
        .where('action', '=', action)
        .where('object_id', '=', target)
        .orderBy('id', 'desc')
        .execute();
      expect(deeds[0]).toEqual({
        actor: `key:${await keyIdOf(server, key)}`,
        organization_id: admin === true ? target : office.organizationId,
      });
    },
  );
});

function endpointOf(name: string): Endpoint {
  const found = ENDPOINTS.find((endpoint) => endpoint.name === name);
  if (found === undefined) throw new Error(`No endpoint is called ${name}`);
  return found;
}

function pathOf(endpoint: Endpoint, ids: Ids): string {
  const values = new Map<string, unknown>(Object.entries(ids));
  return endpoint.path.replaceAll(/\{(\w+)\}/gu, (_match, name: string) =>
    String(values.get(name)),
  );
}

/** One id of each kind that belongs to the office; its call has a parked step. */
async function idsOf(server: TestServer, office: Office, crm: FakeCrm) {
  const reported = await server.send('POST', '/v1/call-events', {
    key: office.eventsKey,
    body: RINGING,
  });
  const call_id = textAt(reported.body, 'results', 0, 'call_id');
  const call = await server.send('GET', `/v1/calls/${call_id}`, { key: office.key });
  const step_id = textAt(call.body, 'steps', 0, 'id');
  const { database } = server;
  await database.write(async (transaction) => {
    await transaction
      .updateTable('step')
      .set({ state: 'parked', reason: 'refused' })
      .where('id', '=', step_id)
      .execute();
  });
  const keys = await server.send('GET', '/v1/keys', { key: office.key });
  const events = [0, 1].find((at) => valueAt(keys.body, 'items', at, 'scope') === 'events');
  const secret = await server.send(
    'POST',
    `/v1/phone-systems/${office.phoneSystemId}/signing-secrets`,
    { key: office.key, body: {} },
  );
  const made = await server.send('POST', `/v1/connections/${office.connectionId}/contacts`, {
    key: office.key,
    body: { values: { lastname: 'Hopper' } },
  });
  const erasure = await server.send('POST', '/v1/contacts/erase', {
    key: office.key,
    body: { number: '+442079460999', confirm: true, keep_out: true },
  });
  return {
    erasure_id: textAt(erasure.body, 'erasure_id'),
    contact_id: textAt(made.body, 'contact_id'),
    phone_system_id: office.phoneSystemId,
    signing_secret_id: textAt(secret.body, 'id'),
    organization_id: office.organizationId,
    external_id: `external-${call_id}`,
    document_id: 'by-id',
    call_id,
    step_id,
    key_id: textAt(keys.body, 'items', events ?? 0, 'id'),
    extension_id: office.extensionId,
    integration_id: office.integrationId,
    connection_id: office.connectionId,
    properties: fakeCrmProperties(crm),
  };
}

async function keyIdOf({ database }: TestServer, key: string): Promise<string> {
  const rows = await database.read.selectFrom('api_key').select(['id', 'prefix']).execute();
  return rows.find(({ prefix }) => key.startsWith(prefix))?.id ?? '';
}

const RINGING = {
  call_id: 'c-1',
  kind: 'ringing',
  direction: 'inbound',
  extension: '101',
  calling_number: '+442071838750',
};
