import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { fakeCrmDocument, fakeCrmProperties } from '../../runtime/testing/fake-crm-document.ts';
import { startFakeCrm } from '../../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../../runtime/testing/fake-crm.ts';
import { openDatabase } from '../../store/database.ts';
import type { Database } from '../../store/database.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { systemClock } from '../../time/clock.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from '../testing/test-server.ts';
import type { Office, Sent, TestServer } from '../testing/test-server.ts';

/** Provisioning as a script does it: by ids of its own, again and again. */
describeDatabases('put by external id', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  /** Another server on the same database: on PostgreSQL with connections of its own. */
  let other: TestServer;
  let database: Database;
  let second: Database;
  let office: Office;

  beforeAll(async () => {
    crm = await startFakeCrm();
    const settings = await databases.settings();
    const open = (): Promise<Database> =>
      openDatabase(settings, { clock: systemClock, onFatal: () => {} });
    database = await open();
    second = settings.kind === 'postgres' ? await open() : database;
    server = await startTestServer({ database, crm, working: false });
    other = await startTestServer({ database: second, crm, working: false });
    office = await setUpOffice(server, crm);
  });
  afterAll(async () => {
    await server.close();
    await other.close();
    await second.close();
    await database.close();
    await crm.close();
  });

  let counter = 1_000;
  /** A number that nothing else here has. */
  const next = (): number => (counter += 1);
  const put = (path: string, body: object, headers = {}, to = server): Promise<Sent> => {
    const operated = path.startsWith('/v1/organizations') || path.startsWith('/v1/shared');
    const key = operated ? server.adminKey : office.key;
    return to.send('PUT', path, { key, body, headers });
  };
  const countDeeds = async (): Promise<number> => {
    const rows = await database.read.selectFrom('audit_entry').select('id').execute();
    return rows.length;
  };
  const connectionBody = (change: object = {}): object => ({
    document_id: 'fake-crm',
    name: 'By script',
    properties: fakeCrmProperties(crm),
    options: { log_internal: true, texts: { inbound: 'From $party_number$' } },
    ...change,
  });

  /** Each kind: a path for an id, a body, another body, and what both show. */
  const KINDS: readonly (readonly [string, (id: string) => string, () => object, () => object])[] =
    [
      [
        'an organization',
        (id) => `/v1/organizations/external/${id}`,
        () => ({ name: 'Acme', domain: `acme-${next()}`, country: 'GB', timezone: 'UTC' }),
        () => ({ name: 'Acme Ltd' }),
      ],
      [
        'a phone system',
        (id) => `/v1/phone-systems/external/${id}`,
        () => ({ name: `PBX ${next()}` }),
        () => ({ name: `PBX ${next()}` }),
      ],
      [
        'a shared phone system',
        (id) => `/v1/shared-phone-systems/external/${id}`,
        () => ({ name: `Cloud ${next()}` }),
        () => ({ name: `Cloud ${next()}` }),
      ],
      [
        'an extension',
        (id) => `/v1/extensions/external/${id}`,
        () => ({ number: String(next()), name: 'Ada', email: 'ada@crm.test' }),
        () => ({ number: String(next()) }),
      ],
      [
        'a connection',
        (id) => `/v1/connections/external/${id}`,
        () => connectionBody({ name: `CRM ${next()}` }),
        () => connectionBody({ name: `CRM ${next()}`, options: {} }),
      ],
    ];

  describe.each(KINDS)('%s', (_name, pathOf, bodyOf, otherOf) => {
    test('is made, then found as it is, then changed', async () => {
      const path = pathOf('walk');
      const body = bodyOf();
      const made = await put(path, body);
      const deeds = await countDeeds();
      const again = await put(path, body);
      const silent = await countDeeds();
      const changed = await put(path, otherOf());

      expect([made.status, again.status, changed.status]).toEqual([201, 200, 200]);
      expect(made.body).toMatchObject({ external_id: 'walk' });
      expect(again.body).toEqual(made.body);
      expect(again.headers['etag']).toBe(made.headers['etag']);
      expect(silent).toBe(deeds);
      expect(valueAt(changed.body, 'id')).toBe(valueAt(made.body, 'id'));
      expect(changed.headers['etag']).not.toBe(made.headers['etag']);
      expect(await countDeeds()).toBe(deeds + 1);
    });

    test('is one row when many put it at once', async () => {
      const body = bodyOf();
      const sent = await Promise.all(
        Array.from({ length: 8 }, (_, at) =>
          put(pathOf('race'), body, {}, at % 2 === 0 ? server : other),
        ),
      );

      expect(sent.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(sent.filter(({ status }) => status === 200)).toHaveLength(7);
      expect(new Set(sent.map((one) => valueAt(one.body, 'id'))).size).toBe(1);
    });

    test('is another one in another case', async () => {
      const lower = await put(pathOf('case'), bodyOf());
      const upper = await put(pathOf('CASE'), otherOf());

      expect([lower.status, upper.status]).toEqual([201, 201]);
      expect(valueAt(upper.body, 'id')).not.toBe(valueAt(lower.body, 'id'));
    });

    test('is changed on the state that was read, and only made where that is wanted', async () => {
      const path = pathOf('etag');
      const absent = await put(path, bodyOf(), { 'if-match': '*' });
      const made = await put(path, bodyOf(), { 'if-none-match': '*' });
      const there = await put(path, otherOf(), { 'if-none-match': '*' });
      const etag = String(made.headers['etag']);
      const changed = await put(path, otherOf(), { 'if-match': etag });
      const late = await put(path, bodyOf(), { 'if-match': etag });

      expect([absent.status, made.status, there.status]).toEqual([412, 201, 412]);
      expect([changed.status, late.status]).toEqual([200, 412]);
      expect(late.body).toMatchObject({ code: 'precondition_failed' });
    });

    test('is found in its list by the external id', async () => {
      const made = await put(pathOf('list'), bodyOf());
      const list = pathOf('').replace('/external/', '');
      const key = list.includes('organizations') || list.includes('shared');
      const found = await server.send('GET', `${list}?external_id=list`, {
        key: key ? server.adminKey : office.key,
      });
      const none = await server.send('GET', `${list}?external_id=LIST`, {
        key: key ? server.adminKey : office.key,
      });

      // The list of organizations alone says more of each than the object itself.
      const told = pathOf('').startsWith('/v1/organizations/external') ? { state: 'active' } : {};
      expect(found.body).toEqual({
        items: [Object.assign({}, made.body, told)],
        next_cursor: null,
      });
      expect(none.body).toEqual({ items: [], next_cursor: null });
    });

    test.each([
      ['201 characters', 'x'.repeat(201)],
      ['a control character', 'a%0Ab'],
    ])('takes no id with %s', async (_kind, id) => {
      const sent = await put(pathOf(id), bodyOf());

      expect(sent.body).toMatchObject({ status: 400, code: 'invalid_request' });
    });

    test('takes 200 characters of any script, and a slash', async () => {
      const id = `a/b ${'語'.repeat(196)}`;
      const made = await put(pathOf(encodeURIComponent(id)), bodyOf());

      expect([made.status, valueAt(made.body, 'external_id')]).toEqual([201, id]);
    });
  });

  describe('a connection', () => {
    const path = '/v1/connections/external/secrets';

    test('keeps what the body does not say of its secrets, and nothing else', async () => {
      const made = await put(path, connectionBody({ name: 'Secrets' }));
      const properties = { Address: crm.origin };
      const kept = await put(path, connectionBody({ name: 'Secrets', properties }));
      const emptied = { Address: crm.origin, 'API token': '' };
      const taken = await put(path, connectionBody({ name: 'Secrets', properties: emptied }));

      expect(kept.body).toEqual(made.body);
      expect(kept.headers['etag']).toBe(made.headers['etag']);
      expect(made.text + kept.text + server.log.join('')).not.toContain(crm.token);
      // The document requires it.
      expect(taken.body).toMatchObject({ status: 400 });
    });

    test('with another secret is changed, and works again', async () => {
      await put(path, connectionBody({ name: 'Secrets' }));
      const found = await server.send('GET', '/v1/connections?external_id=secrets', {
        key: office.key,
      });
      const id = textAt(found.body, 'items', 0, 'id');
      const stop = (): Promise<unknown> =>
        database.write((transaction) =>
          transaction
            .updateTable('connection')
            .set({ state: 'needs_auth', state_reason: 'refused' })
            .where('id', '=', id)
            .execute(),
        );
      await stop();
      const same = await put(path, connectionBody({ name: 'Secrets' }));
      const properties = { ...fakeCrmProperties(crm), 'API token': 'another one' };
      const changed = await put(path, connectionBody({ name: 'Secrets', properties }));

      expect(same.body).toMatchObject({ state: 'needs_auth' });
      expect(changed.body).toMatchObject({ state: 'active' });
      expect(valueAt(changed.body, 'revision')).toBe(Number(valueAt(same.body, 'revision')) + 1);
    });

    test('sends no stored secret to another address', async () => {
      await put(path, connectionBody({ name: 'Secrets' }));
      const properties = { Address: 'https://elsewhere.example' };
      const moved = await put(path, connectionBody({ name: 'Secrets', properties }));
      const brought = { ...properties, 'API token': 'for that address' };
      const allowed = await put(path, connectionBody({ name: 'Secrets', properties: brought }));

      expect(moved.body).toMatchObject({ status: 409, code: 'origins_changed' });
      expect(allowed.body).toMatchObject({ origins: ['https://elsewhere.example'] });
    });

    test('keeps its integration, and its version until it is moved', async () => {
      const document = fakeCrmDocument({ id: 'versions' });
      const body = connectionBody({ document_id: 'versions', name: 'Versions' });
      const at = '/v1/connections/external/versions';
      await put('/v1/integrations/document/versions', { document });
      const made = await put(at, body);
      const newer = fakeCrmDocument({ id: 'versions', without: ['SearchContacts'] });
      await put('/v1/integrations/document/versions', { document: newer });
      const stayed = await put(at, body);
      const moved = await put(at, { ...body, integration_version: 2 });
      const other = await put(at, connectionBody({ name: 'Versions' }));
      const unknown = await put(at, { ...body, document_id: 'nothing-like-it' });

      expect(stayed.body).toEqual(made.body);
      expect(moved.body).toMatchObject({ integration_version: 2, revision: 2 });
      expect(other.body).toMatchObject({ status: 409, code: 'conflict' });
      expect(unknown.status).toBe(409);
    });

    test.each([
      ['without an integration', { document_id: undefined }, 400],
      ['with two integrations', { integration_id: 'x' }, 400],
      ['with an integration that does not exist', { document_id: 'nothing-like-it' }, 404],
      ['with an option that does not exist', { options: { log_misssed: true } }, 400],
      ['with the name of another one', { name: 'Fake CRM' }, 409],
    ])('%s is not made', async (_name, change, status) => {
      const sent = await put(
        '/v1/connections/external/never',
        connectionBody({ name: 'Never', ...change }),
      );

      expect(sent.status).toBe(status);
    });

    test.each([
      ['document_id', { document_id: 'nothing-like-it' }, "document 'nothing-like-it'"],
      ['integration_version', { integration_version: 99 }, 'of version 99'],
    ])('with an unknown %s says that this is missing', async (member, change, words) => {
      const sent = await put('/v1/connections/external/never', connectionBody(change));

      expect(sent).toMatchObject({
        status: 404,
        body: {
          detail: expect.stringContaining(words),
          errors: [{ in: 'body', path: `/${member}` }],
        },
      });
    });

    test('has an ETag that tells its state, and a change asks for the revision only', async () => {
      const one = `/v1/connections/${office.connectionId}`;
      const before = await server.send('GET', one, { key: office.key });
      const etag = String(before.headers['etag']);
      const same = await server.send('GET', one, {
        key: office.key,
        headers: { 'if-none-match': `W/${etag}` },
      });
      await server.send('POST', `${one}/pause`, { key: office.key });
      const after = await server.send('GET', one, {
        key: office.key,
        headers: { 'if-none-match': etag },
      });
      const changed = await server.send('PATCH', one, {
        key: office.key,
        body: { name: 'Fake CRM' },
        headers: { 'if-match': etag },
      });

      expect([same.status, same.text, same.headers['etag']]).toEqual([304, '', etag]);
      expect(after.body).toMatchObject({ state: 'paused' });
      expect(after.headers['etag']).not.toBe(etag);
      expect(changed.status).toBe(200);
    });
  });

  describe('a user link', () => {
    const path = '/v1/user-links/external/ada';
    const names = { connection_external_id: 'crm-1', extension_external_id: 'person-1' };

    beforeAll(async () => {
      await put('/v1/connections/external/crm-1', connectionBody({ name: 'Linked' }));
      await put('/v1/extensions/external/person-1', { number: '501' });
      await put('/v1/extensions/external/person-2', { number: '502' });
    });

    test('is made by external ids, found as it is without asking the CRM, and changed', async () => {
      const made = await put(path, { ...names, crm_user_id: '11' });
      crm.requests.length = 0;
      const again = await put(path, { ...names, crm_user_id: '11' });
      const asked = crm.requests.length;
      const changed = await put(path, { ...names, crm_user_id: '12', crm_user_name: 'Bob' });

      expect([made.status, again.status, changed.status]).toEqual([201, 200, 200]);
      expect(again.body).toEqual(made.body);
      expect(again.headers['etag']).toBe(made.headers['etag']);
      expect(asked).toBe(0);
      expect(changed.body).toMatchObject({
        external_id: 'ada',
        extension_number: '501',
        crm_user_id: '12',
        crm_user_name: 'Bob',
      });
    });

    test('moves to another extension and leaves the one it had', async () => {
      const made = await put(path, { ...names, crm_user_id: '11' });
      const moved = await put(path, {
        connection_external_id: 'crm-1',
        extension_number: '502',
        crm_user_id: '11',
      });
      const list = await server.send(
        'GET',
        `/v1/connections/${textAt(made.body, 'connection_id')}/user-links`,
        { key: office.key },
      );

      expect(moved.status).toBe(200);
      expect(list.body).toMatchObject({ items: [{ external_id: 'ada', extension_number: '502' }] });
      expect(valueAt(list.body, 'items', 'length')).toBe(1);
    });

    test('takes over one without an external id, and none that has another', async () => {
      const link = `/v1/connections/${office.connectionId}/user-links/${office.extensionId}`;
      const named = {
        connection_id: office.connectionId,
        extension_id: office.extensionId,
        crm_user_id: '11',
      };
      await server.send('PUT', link, { key: office.key, body: { crm_user_id: '11' } });
      const taken = await put('/v1/user-links/external/first', named);
      const second = await put('/v1/user-links/external/second', named);
      const renewed = await server.send('PUT', link, {
        key: office.key,
        body: { crm_user_id: '12' },
      });

      expect([taken.status, second.status]).toEqual([200, 409]);
      expect(renewed.body).toMatchObject({ external_id: 'first', crm_user_id: '12' });
    });

    test('is one row when many put it at once', async () => {
      await put('/v1/extensions/external/person-3', { number: '503' });
      const body = { ...names, extension_external_id: 'person-3', crm_user_id: '11' };
      const sent = await Promise.all(
        Array.from({ length: 8 }, (_, at) =>
          put('/v1/user-links/external/race', body, {}, at % 2 === 0 ? server : other),
        ),
      );

      expect(sent.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(sent.filter(({ status }) => status === 200)).toHaveLength(7);
    });

    test.each([
      ['no connection', { extension_number: '501' }, 400],
      ['two extensions', { ...names, extension_number: '501' }, 400],
    ])('is not made with %s', async (_name, named, status) => {
      const sent = await put('/v1/user-links/external/never', { ...named, crm_user_id: '1' });

      expect(sent.status).toBe(status);
    });

    const { connection_external_id, extension_external_id } = names;
    const unknown = '01981c2e-7c3a-7b54-8f0e-5d2f6f1f9a10';
    test.each([
      ['connection_external_id', { ...names, connection_external_id: 'CRM-1' }],
      ['connection_id', { extension_external_id, connection_id: unknown }],
      ['extension_external_id', { ...names, extension_external_id: 'nobody' }],
      ['extension_number', { connection_external_id, extension_number: '999' }],
      ['extension_id', { connection_external_id, extension_id: unknown }],
    ])('with an unknown %s says which name is missing', async (member, named) => {
      const sent = await put('/v1/user-links/external/never', { ...named, crm_user_id: '1' });

      expect(sent).toMatchObject({
        status: 404,
        body: {
          detail: expect.stringContaining(`\`${member}\``),
          errors: [{ in: 'body', path: `/${member}` }],
        },
      });
    });
  });

  test('an extension of the same number without an external id is taken over', async () => {
    const made = await server.send('POST', '/v1/extensions', {
      key: office.key,
      body: { number: '601', name: 'Old' },
    });
    const taken = await put('/v1/extensions/external/taken', { number: '601', name: 'New' });
    const refused = await put('/v1/extensions/external/second', { number: '601' });

    expect(taken.body).toMatchObject({ id: valueAt(made.body, 'id'), name: 'New' });
    expect(refused.body).toMatchObject({ status: 409, code: 'conflict' });
  });

  test('an organization is named by its external id in the header', async () => {
    const made = await put('/v1/organizations/external/named', { name: 'Named' });
    const headers = { 'patchcord-organization': 'external:named' };
    const sent = await server.send('POST', '/v1/extensions', {
      key: server.adminKey,
      headers,
      body: { number: '1', external_id: 'e' },
    });
    const listed = await server.send('GET', '/v1/extensions', {
      key: server.adminKey,
      headers: { 'patchcord-organization': textAt(made.body, 'id') },
    });

    expect(sent.status).toBe(201);
    expect(listed.body).toMatchObject({ items: [sent.body] });
  });

  describe('integrations', () => {
    const path = '/v1/integrations/document/put';
    const first = fakeCrmDocument({ id: 'put' });
    const second = fakeCrmDocument({ id: 'put', without: ['SearchContacts'] });

    test('are published, found as they are, and published again', async () => {
      const made = await put(path, { document: first });
      const again = await put(path, { document: first });
      const newer = await put(path, { document: second });

      expect([made.status, again.status, newer.status]).toEqual([201, 200, 200]);
      expect(again.headers['etag']).toBe(made.headers['etag']);
      expect([made, again, newer].map(({ body }) => valueAt(body, 'version'))).toEqual([1, 1, 2]);
    });

    test('are published on the version that was read', async () => {
      const now = await put(path, { document: second });
      const one = `/v1/integrations/${textAt(now.body, 'id')}`;
      const read = await server.send('GET', one, { key: office.key });
      const etag = String(read.headers['etag']);
      const same = await server.send('GET', one, {
        key: office.key,
        headers: { 'if-none-match': etag },
      });
      const publish = (document: string, headers: Record<string, string>): Promise<Sent> =>
        server.send('POST', `${one}/versions`, { key: office.key, body: { document }, headers });
      const published = await publish(first, { 'if-match': etag });
      const late = await publish(second, { 'if-match': etag });
      const blind = await put(path, { document: first }, { 'if-none-match': '*' });

      expect(same.status).toBe(304);
      expect([published.status, late.status, blind.status]).toEqual([201, 412, 412]);
    });

    test('are refused under another id', async () => {
      const sent = await put('/v1/integrations/document/other', { document: first });

      expect(sent.body).toMatchObject({ status: 409, code: 'conflict' });
    });
  });

  describe('POST with an Idempotency-Key', () => {
    test('makes a key once and shows it again', async () => {
      const request = {
        key: office.key,
        body: { name: 'Repeated', scope: 'organization' },
        headers: { 'idempotency-key': '"k-1"' },
      };
      const first = await server.send('POST', '/v1/keys', request);
      const again = await other.send('POST', '/v1/keys', {
        ...request,
        headers: { 'idempotency-key': 'k-1' },
      });
      const reused = await server.send('POST', '/v1/keys', {
        ...request,
        body: { name: 'Other', scope: 'organization' },
      });
      const listed = await server.send('GET', '/v1/keys?limit=200', { key: office.key });

      expect(first.status).toBe(201);
      expect(first.headers).not.toHaveProperty('idempotency-replayed');
      expect([again.status, again.headers['idempotency-replayed']]).toEqual([201, 'true']);
      expect(again.text).toBe(first.text);
      expect(reused.body).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
      expect(listed.text.split('"Repeated"')).toHaveLength(2);
    });

    test('repeats headers too, and makes many at once once', async () => {
      const request = {
        key: office.key,
        body: {
          integration_id: office.integrationId,
          name: 'Repeated',
          properties: fakeCrmProperties(crm),
        },
        headers: { 'idempotency-key': 'k-2' },
      };
      const sent = await Promise.all(
        [server, other, server, other].map((to) => to.send('POST', '/v1/connections', request)),
      );
      const made = sent.filter(({ status }) => status === 201);
      const later = await server.send('POST', '/v1/connections', request);

      expect(new Set(made.map(({ text }) => text)).size).toBe(1);
      for (const { status, headers, body } of sent) {
        if (status === 201) continue;
        expect(body).toMatchObject({ status: 409, code: 'idempotency_key_in_use' });
        expect(headers['retry-after']).toBe('5');
      }
      expect(later.headers['etag']).toBe(made[0]?.headers['etag']);
      expect(later.headers['idempotency-replayed']).toBe('true');
    });

    test('that was refused runs anew', async () => {
      const headers = { 'idempotency-key': 'k-3' };
      const request = { key: office.key, body: { number: '701' }, headers };
      await put('/v1/extensions/external/in-the-way', { number: '701' });
      const refused = await server.send('POST', '/v1/extensions', request);
      await put('/v1/extensions/external/in-the-way', { number: '702' });
      const made = await server.send('POST', '/v1/extensions', request);

      expect([refused.status, made.status]).toEqual([409, 201]);
    });

    test.each([
      ['an empty one', ''],
      ['one with blanks', 'a b'],
      ['one of 256 characters', 'x'.repeat(256)],
    ])('takes no key like %s', async (_name, key) => {
      const sent = await server.send('POST', '/v1/extensions', {
        key: office.key,
        body: { number: '801' },
        headers: { 'idempotency-key': key },
      });

      expect(sent.body).toMatchObject({ status: 400, code: 'invalid_request' });
    });

    test('of call events is not looked at: they have ids of their own', async () => {
      const headers = { 'idempotency-key': 'k-1' };
      const event = { call_id: 'c-1', kind: 'noted', event_id: 'e-1', subject: 'Hello' };
      const first = await server.send('POST', '/v1/call-events', {
        key: office.eventsKey,
        body: event,
        headers,
      });
      const second = await server.send('POST', '/v1/call-events', {
        key: office.eventsKey,
        body: { ...event, event_id: 'e-2' },
        headers,
      });

      expect(valueAt(first.body, 'results', 0, 'status')).toBe('accepted');
      expect(valueAt(second.body, 'results', 0, 'status')).toBe('accepted');
    });
  });
});
