import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { ENDPOINTS } from '../../contract/endpoints.ts';
import { startFakeCrm } from '../../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from '../testing/test-server.ts';
import type { Office, Sent, TestServer } from '../testing/test-server.ts';

const NUMBERS = { calling_number: '+442071838750', called_number: '+442079460000' };
const RINGING = { kind: 'ringing', direction: 'inbound', extension: '101', ...NUMBERS };

describeDatabases('a shared phone system', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let acme: Office;
  let globex: Office;
  let systemId: string;
  let key: string;

  beforeAll(async () => {
    crm = await startFakeCrm();
    server = await startTestServer({ database: await databases.open(), crm, working: false });
    acme = await setUpOffice(server, crm);
    globex = await setUpOffice(server, crm);
    await setDomain(acme, 'acme.example');
    await setDomain(globex, 'Globex.example');
    ({ systemId, key } = await createShared('Cloud'));
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });

  const asAdmin = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<Sent> =>
    server.send(method, path, { key: server.adminKey, ...(body === undefined ? {} : { body }) });

  async function createShared(name: string): Promise<{ systemId: string; key: string }> {
    const made = await asAdmin('POST', '/v1/shared-phone-systems', { name });
    const id = textAt(made.body, 'id');
    const created = await asAdmin('POST', `/v1/shared-phone-systems/${id}/keys`, { name: 'PBX' });
    return { systemId: id, key: textAt(created.body, 'key') };
  }
  async function setDomain(office: Office, domain: string | null, keyed = true): Promise<void> {
    await server.database.write((transaction) =>
      transaction
        .updateTable('organization')
        .set({ domain, domain_key: keyed && domain !== null ? domain.toLowerCase() : null })
        .where('id', '=', office.organizationId)
        .execute(),
    );
  }
  const report = (body: object, sender = key): Promise<Sent> =>
    server.send('POST', '/v1/call-events', { key: sender, body });
  const callsOf = async (office: Office, phoneCallId: string): Promise<unknown> => {
    const path = `/v1/calls?phone_call_id=${phoneCallId}`;
    return valueAt((await server.send('GET', path, { key: office.key })).body, 'items', 'length');
  };

  test('routes a batch of several domains, each event to its organization alone', async () => {
    const sent = await report([
      { ...RINGING, call_id: 'batch', domain: 'acme.example' },
      { ...RINGING, call_id: 'batch', domain: 'globex.example' },
      { ...RINGING, call_id: 'batch-acme', domain: 'ACME.EXAMPLE' },
      { ...RINGING, call_id: 'batch-nobody', domain: 'initech.example' },
      { ...RINGING, call_id: 'batch-none' },
    ]);

    expect(sent.status).toBe(202);
    expect(sent.body).toMatchObject({
      results: [
        { status: 'accepted' },
        { status: 'accepted' },
        { status: 'accepted' },
        { status: 'refused', code: 'unknown_domain' },
        { status: 'refused', code: 'missing_domain' },
      ],
    });
    const [first, second] = [0, 1].map((at) => valueAt(sent.body, 'results', at, 'call_id'));
    expect(first).not.toBe(second);
    expect([await callsOf(acme, 'batch'), await callsOf(globex, 'batch')]).toEqual([1, 1]);
    expect([await callsOf(acme, 'batch-acme'), await callsOf(globex, 'batch-acme')]).toEqual([
      1, 0,
    ]);
    for (const id of ['batch-nobody', 'batch-none']) {
      expect([await callsOf(acme, id), await callsOf(globex, id)]).toEqual([0, 0]);
    }
  });

  test('plans the steps of the connections of that organization', async () => {
    const sent = await report({ ...RINGING, call_id: 'planned', domain: 'acme.example' });
    const callId = textAt(sent.body, 'results', 0, 'call_id');
    const own = await server.send('GET', `/v1/calls/${callId}`, { key: acme.key });
    const foreign = await server.send('GET', `/v1/calls/${callId}`, { key: globex.key });

    expect(valueAt(own.body, 'steps', 0)).toMatchObject({ connection_id: acme.connectionId });
    expect(foreign.status).toBe(404);
  });

  test('keeps what nobody took for seven days, for the operator and nobody else', async () => {
    const before = Date.now();
    await report({ ...RINGING, call_id: 'lost', domain: 'nowhere.example' });
    const path = `/v1/shared-phone-systems/${systemId}/refused-events`;
    const listed = await asAdmin('GET', path);
    const denied = await server.send('GET', path, { key: acme.key });
    const theirs = await server.send('GET', '/v1/call-events/refused', { key: acme.key });
    const items = valueAt(listed.body, 'items');
    const lost = Array.isArray(items)
      ? items.find((item) => valueAt(item, 'body', 'call_id') === 'lost')
      : undefined;

    expect(lost).toMatchObject({
      phone_system_id: systemId,
      code: 'unknown_domain',
      message: 'no organization has the domain "nowhere.example"',
    });
    expect(Date.parse(textAt(lost, 'received_at'))).toBeGreaterThanOrEqual(before - 1_000);
    expect(denied.status).toBe(403);
    expect(theirs.text).not.toContain('nowhere.example');
  });

  test('keeps what has a wrong form too, whosever domain it names, for the operator alone', async () => {
    const bad = { ...RINGING, call_id: 'bad', kind: 'bogus', domain: 'acme.example' };
    const url = 'https://pbx.test/1.wav?signature=abcdef';
    await report([bad, { ...bad, call_id: 'signed', recording: { url } }]);
    const listed = await asAdmin('GET', `/v1/shared-phone-systems/${systemId}/refused-events`);
    const theirs = await server.send('GET', '/v1/call-events/refused', { key: acme.key });
    const stored = await server.database.read.selectFrom('refused_event').select('body').execute();

    expect(listed.body).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({
          phone_system_id: systemId,
          code: 'invalid_field',
          message: expect.stringContaining('kind'),
          body: bad,
        }),
      ]),
    });
    expect(theirs.text).not.toContain('bogus');
    expect(JSON.stringify(stored)).toContain('signed');
    expect(JSON.stringify(stored)).not.toContain('abcdef');
  });

  test('that is repeated after the domain was mended is taken in', async () => {
    const event = { ...RINGING, call_id: 'mended', domain: 'mended.example', event_id: 'e-1' };
    const refused = await report(event);
    await setDomain(globex, 'mended.example');
    const taken = await report(event);
    await setDomain(globex, 'Globex.example');

    expect(valueAt(refused.body, 'results', 0, 'status')).toBe('refused');
    expect(valueAt(taken.body, 'results', 0, 'status')).toBe('accepted');
    expect(await callsOf(globex, 'mended')).toBe(1);
  });

  test('decides by the case where two domains of former days differ in nothing else', async () => {
    const third = await setUpOffice(server, crm);
    await setDomain(third, 'ACME.example', false);
    const sent = await report([
      { ...RINGING, call_id: 'upper', domain: 'ACME.example' },
      { ...RINGING, call_id: 'lower', domain: 'acme.example' },
      { ...RINGING, call_id: 'neither', domain: 'Acme.Example' },
    ]);
    await setDomain(third, null);

    expect(sent.body).toMatchObject({
      results: [{ status: 'accepted' }, { status: 'accepted' }, { code: 'unknown_domain' }],
    });
    expect([await callsOf(third, 'upper'), await callsOf(acme, 'lower')]).toEqual([1, 1]);
  });

  test('takes the original webhook, routed by its domain', async () => {
    const path = `/hooks/ringotel/${systemId}`;
    const webhook = (domain: string): object => ({
      method: 'StartCallActivity',
      api_token: key,
      params: {
        call_id: 'hook',
        extension: '101',
        domain,
        activity_type: 'inbound',
        caller_number: '+442071838750',
        called_number: '+442079460000',
        call_start: 1_772_442_000_000,
      },
    });
    const sent = await server.send('POST', path, { body: webhook('globex.example') });
    const lost = await server.send('POST', path, { body: webhook('nowhere.example') });

    expect(valueAt(sent.body, 'results', 0, 'status')).toBe('accepted');
    expect(valueAt(lost.body, 'results', 0, 'code')).toBe('unknown_domain');
    expect([await callsOf(globex, 'hook'), await callsOf(acme, 'hook')]).toEqual([1, 0]);
  });

  describe('hands a recording over', () => {
    const push = (query: string, sender = key): Promise<Sent> =>
      server.send('PUT', `/v1/calls/recorded/recording${query}`, {
        key: sender,
        headers: { 'content-type': 'audio/wav' },
        body: Buffer.from('RIFF\u0024\u0000\u0000\u0000WAVEfmt '),
      });

    beforeAll(async () => {
      await report({ ...RINGING, call_id: 'recorded', domain: 'acme.example' });
    });

    test('to the organization that the query names', async () => {
      const sent = await push('?domain=Acme.EXAMPLE');
      const callId = textAt(sent.body, 'call_id');
      const own = await server.send('GET', `/v1/calls/${callId}`, { key: acme.key });

      expect([sent.status, own.status]).toEqual([202, 200]);
    });

    test.each([
      ['without a domain', '', 400],
      ['of a domain that nobody has', '?domain=nowhere.example', 404],
      ['of an organization that has no such call', '?domain=globex.example', 404],
    ])('not %s', async (_name, query, status) => {
      expect((await push(query)).status).toBe(status);
    });

    test('of its own calls only', async () => {
      const other = await createShared('Other cloud');
      const sent = await push('?domain=acme.example', other.key);

      expect(sent.status).toBe(404);
    });
  });

  const ROUTES = ENDPOINTS.filter(
    ({ scopes, name }) => scopes.length > 0 && !['sendCallEvents', 'putRecording'].includes(name),
  );
  test.each(ROUTES.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const))(
    'may do nothing else: %s',
    async (_name, endpoint) => {
      const path = endpoint.path.replaceAll(/\{\w+\}/gu, systemId);
      const query = 'number' in endpoint.query.shape ? '?number=%2B442071838750' : '';
      const sent = await server.send(endpoint.method, `${path}${query}`, {
        key,
        headers: { 'patchcord-organization': acme.organizationId },
        ...(endpoint.bodyKind === 'json' ? { body: {} } : {}),
      });

      expect(sent.body).toMatchObject({ status: 403, code: 'forbidden' });
    },
  );

  test('has keys of its own, which end when they are revoked', async () => {
    const own = await createShared('Revoked');
    const other = await createShared('Bystander');
    const path = `/v1/shared-phone-systems/${own.systemId}/keys`;
    const listed = await asAdmin('GET', path);
    const keyId = textAt(listed.body, 'items', 0, 'id');
    const wrong = await asAdmin(
      'DELETE',
      `/v1/shared-phone-systems/${other.systemId}/keys/${keyId}`,
    );
    const before = await report({ call_id: 'x', kind: 'noted', domain: 'x' }, own.key);
    const revoked = await asAdmin('DELETE', `${path}/${keyId}`);
    const after = await report({ call_id: 'x', kind: 'noted', domain: 'x' }, own.key);

    expect(valueAt(listed.body, 'items', 'length')).toBe(1);
    expect(listed.text).not.toContain(own.key);
    expect([wrong.status, before.status, revoked.status, after.status]).toEqual([
      404, 202, 204, 401,
    ]);
  });

  test('is no phone system of an organization, and none of those is shared', async () => {
    const asOwn = await server.send('GET', `/v1/phone-systems/${systemId}`, { key: acme.key });
    const asShared = await asAdmin('GET', `/v1/shared-phone-systems/${acme.phoneSystemId}`);
    const stolen = await server.send('POST', '/v1/keys', {
      key: acme.key,
      body: { name: 'x', scope: 'events', phone_system_id: systemId },
    });
    const lent = await asAdmin('POST', `/v1/shared-phone-systems/${acme.phoneSystemId}/keys`, {
      name: 'x',
    });
    const list = await server.send('GET', '/v1/phone-systems', { key: acme.key });

    expect([asOwn.status, asShared.status, stolen.status, lent.status]).toEqual([
      404, 404, 404, 404,
    ]);
    expect(list.text).not.toContain(systemId);
  });

  test('leaves the phone systems of organizations as they were', async () => {
    const own = await report({ ...RINGING, call_id: 'own' }, acme.eventsKey);
    const foreign = await report(
      { ...RINGING, call_id: 'own', domain: 'globex.example' },
      acme.eventsKey,
    );

    expect(valueAt(own.body, 'results', 0, 'status')).toBe('accepted');
    expect(valueAt(foreign.body, 'results', 0, 'code')).toBe('unknown_domain');
  });

  test('is made, changed and given keys by deeds that belong to no organization', async () => {
    const made = await server.send('PUT', '/v1/shared-phone-systems/external/deeds', {
      key: server.adminKey,
      body: { name: 'Deeds' },
    });
    await server.send('PUT', '/v1/shared-phone-systems/external/deeds', {
      key: server.adminKey,
      body: { name: 'Renamed' },
    });
    const id = textAt(made.body, 'id');
    const created = await asAdmin('POST', `/v1/shared-phone-systems/${id}/keys`, { name: 'Key' });
    const keyId = textAt(created.body, 'id');
    await asAdmin('DELETE', `/v1/shared-phone-systems/${id}/keys/${keyId}`);
    const rows = await server.database.read
      .selectFrom('audit_entry')
      .select(['action', 'organization_id'])
      .where('object_id', 'in', [id, keyId])
      .orderBy('id')
      .execute();

    const actions = ['phone_system.created', 'phone_system.updated', 'key.created', 'key.revoked'];
    expect(rows).toEqual(actions.map((action) => ({ action, organization_id: null })));
  });
});
