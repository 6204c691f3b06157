import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { ENDPOINTS } from '../contract/endpoints.ts';
import type { Endpoint } from '../contract/endpoint.ts';
import { fakeCrmDocument, fakeCrmProperties } from '../runtime/testing/fake-crm-document.ts';
import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from './testing/test-server.ts';
import type { Office, Sent, TestServer } from './testing/test-server.ts';

/** A body that would be taken, so that nothing but the id can be the reason of a refusal. */
const BODIES: Readonly<Record<string, object>> = {
  createContact: { values: { lastname: 'Hopper' } },
  updateContact: { values: { lastname: 'Hopper' } },
  createIntegrationVersion: { document: fakeCrmDocument({ without: ['SearchContacts'] }) },
  updateConnection: { name: 'Stolen' },
  updatePhoneSystem: { name: 'Stolen' },
  startContactSync: { full: true },
  createSigningSecret: {},
  updateSharedPhoneSystem: { name: 'Stolen' },
  createSharedSigningSecret: {},
  putUserLink: { crm_user_id: '666' },
  settleStep: { outcome: 'absent' },
  discardStep: { reason: 'Stolen' },
};

/** Routes without a key in the header: one has its own in the body, the other a signature. */
const ELSEWHERE: ReadonlySet<string> = new Set(['receiveWebhook', 'openRecordingLink']);

const BY_ID = ENDPOINTS.filter(
  ({ name, params }) => Object.keys(params.shape).length > 0 && !ELSEWHERE.has(name),
);
/** Routes that no key of an organization may call, whatever the id. */
const OPERATED = BY_ID.filter(({ scopes }) => scopes.length === 1 && scopes[0] === 'admin');
/** Ids that the caller chooses: another organization may choose the same. */
const CHOSEN = BY_ID.filter(({ creates, scopes }) => creates && scopes.includes('organization'));
const WITH_IDS = BY_ID.filter(
  (endpoint) => !OPERATED.includes(endpoint) && !CHOSEN.includes(endpoint),
);
const LISTS = ENDPOINTS.filter(
  ({ method, params, within, query }) =>
    method === 'GET' &&
    within === 'organization' &&
    Object.keys(params.shape).length === 0 &&
    'cursor' in query.shape,
);

describeDatabases('a foreign organization', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let owner: Office;
  let stranger: Office;
  let ids: Readonly<Record<string, string>>;

  beforeAll(async () => {
    crm = await startFakeCrm();
    server = await startTestServer({ database: await databases.open(), crm, working: false });
    owner = await setUpOffice(server, crm);
    stranger = await setUpOffice(server, crm);
    ids = await idsOf(server, owner);
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });

  const call = async (
    endpoint: Endpoint,
    of: Readonly<Record<string, string>>,
    key: string,
  ): Promise<Sent> => {
    const path = endpoint.path.replaceAll(/\{(\w+)\}/gu, (_match, name: string) => of[name] ?? '');
    const body = BODIES[endpoint.name];
    return await server.send(endpoint.method, path, {
      key,
      headers: {
        'if-match': '"1"',
        ...(endpoint.bodyKind === 'stream' ? { 'content-type': 'audio/wav' } : {}),
      },
      ...(endpoint.bodyKind === 'stream' ? { body: Buffer.from('RIFF') } : {}),
      ...(body === undefined ? {} : { body }),
    });
  };

  test.each(WITH_IDS.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const))(
    '%s answers an id of another organization as one that does not exist',
    async (_name, endpoint) => {
      const missing = Object.fromEntries(Object.keys(ids).map((name) => [name, 'nothing-like-it']));
      const foreign = await call(endpoint, ids, stranger.key);
      const unknown = await call(endpoint, missing, stranger.key);

      expect(foreign.status).toBe(404);
      expect(foreign.type).toContain('application/problem+json');
      expect(withoutId(foreign)).toEqual(withoutId(unknown));
    },
  );

  test.each(OPERATED.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const))(
    '%s is for operators: no key of an organization gets further',
    async (_name, endpoint) => {
      const own = await call(endpoint, ids, owner.key);
      const foreign = await call(endpoint, ids, stranger.key);

      expect([own.status, foreign.status]).toEqual([403, 403]);
    },
  );

  test.each(CHOSEN.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const))(
    '%s makes an object of its own under an id that another organization has chosen',
    async (_name, endpoint) => {
      const chosen = { external_id: 'chosen', document_id: 'fake-crm' };
      const send = async (office: Office): Promise<Sent> => {
        const bodies = bodiesOf(office);
        const path = endpoint.path.replaceAll(/\{(\w+)\}/gu, (_match, name: string) =>
          String(valueAt(chosen, name)),
        );
        return await server.send('PUT', path, {
          key: office.key,
          body: bodies[endpoint.name] ?? {},
        });
      };
      const first = await send(owner);
      const theirs = await send(stranger);
      const again = await send(owner);

      // 200 where an object of the same document or extension was there before.
      expect([200, 201]).toContain(first.status);
      expect(theirs.status).toBe(first.status);
      expect(again.status).toBe(200);
      expect(idOf(theirs)).not.toEqual(idOf(first));
      expect(again.body).toEqual(first.body);
    },
  );

  test.each(WITH_IDS.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const))(
    '%s needs a body above only if this file has one',
    (_name, endpoint) => {
      expect(Object.hasOwn(BODIES, endpoint.name)).toBe(endpoint.bodyKind === 'json');
    },
  );

  test.each(LISTS.map((endpoint) => [endpoint.path, endpoint] as const))(
    'GET %s shows nothing of others',
    async (_name, endpoint) => {
      const sent = await server.send('GET', endpoint.path, { key: stranger.key });

      expect(sent.status).toBe(200);
      for (const id of Object.values(ids)) expect(sent.text).not.toContain(id);
    },
  );

  test('changed nothing by all of this', async () => {
    const connection = await server.send('GET', `/v1/connections/${owner.connectionId}`, {
      key: owner.key,
    });
    const seen = await server.send('GET', `/v1/calls/${ids['call_id'] ?? ''}`, { key: owner.key });

    expect(connection.body).toMatchObject({ revision: 1, state: 'active' });
    expect(seen.text).not.toContain('Stolen');
    expect(valueAt(seen.body, 'recordings')).toMatchObject([{ id: ids['recording_id'] }]);
  });

  describe('cannot name ids of others in a body or a query:', () => {
    test.each([
      [
        'a connection to an integration',
        '/v1/connections',
        () => ({ integration_id: owner.integrationId }),
      ],
      [
        'a key for a phone system',
        '/v1/keys',
        () => ({ name: 'x', scope: 'events', phone_system_id: owner.phoneSystemId }),
      ],
    ])('%s', async (_name, path, body) => {
      const sent = await server.send('POST', path, { key: stranger.key, body: body() });

      expect(sent.body).toMatchObject({ status: 404, code: 'not_found' });
    });

    test('a link of an extension', async () => {
      const path = `/v1/connections/${stranger.connectionId}/user-links/${owner.extensionId}`;
      const sent = await server.send('PUT', path, {
        key: stranger.key,
        body: { crm_user_id: '1' },
      });

      expect(sent.status).toBe(404);
    });

    test.each([
      [
        'a connection put to an integration',
        '/v1/connections/external/stolen',
        () => ({ integration_id: owner.integrationId, name: 'Stolen' }),
      ],
      [
        'a link put to a connection',
        '/v1/user-links/external/stolen',
        () => ({
          connection_id: owner.connectionId,
          extension_id: stranger.extensionId,
          crm_user_id: '1',
        }),
      ],
      [
        'a link put to an extension',
        '/v1/user-links/external/stolen',
        () => ({
          connection_id: stranger.connectionId,
          extension_id: owner.extensionId,
          crm_user_id: '1',
        }),
      ],
    ])('%s', async (_name, path, body) => {
      const sent = await server.send('PUT', path, { key: stranger.key, body: body() });

      expect(sent.body).toMatchObject({ status: 404, code: 'not_found' });
    });

    test('calls of a connection', async () => {
      const path = `/v1/calls?connection_id=${owner.connectionId}`;
      const sent = await server.send('GET', path, { key: stranger.key });

      expect(sent.body).toEqual({ items: [], next_cursor: null });
    });
  });

  test('has calls of its own under the same id of its phone system', async () => {
    const sent = await server.send('POST', '/v1/call-events', {
      key: stranger.eventsKey,
      body: RINGING,
    });
    const list = await server.send('GET', '/v1/calls', { key: owner.key });

    expect(valueAt(sent.body, 'results', 0, 'status')).toBe('accepted');
    expect(valueAt(list.body, 'items', 'length')).toBe(1);
  });

  test('cannot report through the webhook of another phone system', async () => {
    const body = { method: 'StartCallActivity', api_token: stranger.eventsKey, params: {} };
    const foreign = await server.send('POST', `/hooks/ringotel/${owner.phoneSystemId}`, { body });
    const unknown = await server.send('POST', '/hooks/ringotel/nothing-like-it', { body });

    expect(foreign.status).toBe(401);
    expect(withoutId(foreign)).toEqual(withoutId(unknown));
  });
});

const RINGING = {
  event_id: 'e-1',
  call_id: 'c-1',
  kind: 'ringing',
  direction: 'inbound',
  extension: '101',
  calling_number: '+442071838750',
  called_number: '+442079460000',
};

/** What each put by a chosen id is sent, with nothing in it that another organization has. */
function bodiesOf(office: Office): Readonly<Record<string, object>> {
  return {
    putIntegration: { document: fakeCrmDocument() },
    putConnection: {
      integration_id: office.integrationId,
      name: 'Chosen',
      properties: fakeCrmProperties({ origin: 'https://crm.example.com', token: 'chosen' }),
    },
    putExternalUserLink: {
      connection_id: office.connectionId,
      extension_id: office.extensionId,
      crm_user_id: '11',
    },
    putExtension: { number: '777' },
    putPhoneSystem: { name: 'Chosen' },
  };
}

/** What tells two objects apart. */
function idOf({ body }: Sent): unknown {
  return valueAt(body, 'id') ?? valueAt(body, 'connection_id');
}

/** One id of each kind that belongs to the office. */
async function idsOf(
  server: TestServer,
  office: Office,
): Promise<Readonly<Record<string, string>>> {
  const sent = await server.send('POST', '/v1/call-events', {
    key: office.eventsKey,
    body: RINGING,
  });
  const callId = textAt(sent.body, 'results', 0, 'call_id');
  const seen = await server.send('GET', `/v1/calls/${callId}`, { key: office.key });
  const keys = await server.send('GET', '/v1/keys', { key: office.key });
  const recording = await server.send('PUT', `/v1/calls/${callId}/recording`, {
    key: office.eventsKey,
    headers: { 'content-type': 'audio/wav' },
    body: Buffer.from('RIFF0000WAVEfmt '),
  });
  const secret = await server.send(
    'POST',
    `/v1/phone-systems/${office.phoneSystemId}/signing-secrets`,
    { key: office.key, body: {} },
  );
  const erasure = await server.send('POST', '/v1/contacts/erase', {
    key: office.key,
    body: { number: '+442079460999', confirm: true },
  });
  return {
    contact_id: 'contact-of-the-owner',
    erasure_id: textAt(erasure.body, 'erasure_id'),
    signing_secret_id: textAt(secret.body, 'id'),
    organization_id: office.organizationId,
    phone_system_id: office.phoneSystemId,
    extension_id: office.extensionId,
    integration_id: office.integrationId,
    connection_id: office.connectionId,
    key_id: textAt(keys.body, 'items', 0, 'id'),
    call_id: callId,
    step_id: textAt(seen.body, 'steps', 0, 'id'),
    recording_id: textAt(recording.body, 'recording_id'),
  };
}

/** The body and headers of an answer without what is different in each. */
function withoutId({ status, body, headers }: Sent): unknown {
  const { request_id: _id, ...rest } = Object(body) as Record<string, unknown>;
  return { status, rest, cache: headers['cache-control'] };
}
