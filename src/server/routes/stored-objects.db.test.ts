import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { fakeCrmDocument, fakeCrmProperties } from '../../runtime/testing/fake-crm-document.ts';
import { startFakeCrm } from '../../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from '../testing/test-server.ts';
import type { Office, TestServer } from '../testing/test-server.ts';

describeDatabases('the objects of an organization', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;

  beforeAll(async () => {
    crm = await startFakeCrm();
    server = await startTestServer({ database: await databases.open(), crm, working: false });
    office = await setUpOffice(server, crm);
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });

  describe('organizations', () => {
    test('are read by the operator, and their own by their own key', async () => {
      const path = `/v1/organizations/${office.organizationId}`;
      const own = await server.send('GET', path, { key: office.key });
      const operator = await server.send('GET', path, { key: server.adminKey });

      expect(own.body).toMatchObject({ id: office.organizationId, country: 'GB', timezone: 'UTC' });
      expect(operator.body).toEqual(own.body);
    });

    test('take a domain once in whatever case, and are named by it in any', async () => {
      const key = server.adminKey;
      const send = (method: 'POST' | 'PUT', path: string, domain: string) => {
        const body = { name: domain, domain, country: 'GB', timezone: 'UTC' };
        return server.send(method, `/v1/organizations${path}`, { key, body });
      };
      const first = await send('POST', '', 'cased.example');
      const other = await send('POST', '', 'other.example');
      const refused = [
        await send('POST', '', 'CASED.example'),
        await send('PUT', '/external/cased-2', 'Cased.Example'),
      ];
      const made = await send('PUT', '/external/cased-3', 'third.example');
      refused.push(await send('PUT', '/external/cased-3', 'caseD.example'));
      const kept = await send('PUT', '/external/cased-3', 'THIRD.example');
      const shown = await server.send('GET', '/v1/extensions', {
        key,
        headers: { 'patchcord-organization': 'cASED.example' },
      });

      expect([first.status, other.status, made.status, kept.status]).toEqual([201, 201, 201, 200]);
      expect(refused.map(({ body }) => valueAt(body, 'code'))).toEqual([
        'conflict',
        'conflict',
        'conflict',
      ]);
      expect(kept.body).toMatchObject({ domain: 'THIRD.example' });
      expect(shown.status).toBe(200);
    });

    test('take a domain once', async () => {
      const body = { name: 'First', domain: 'acme' };
      const first = await server.send('POST', '/v1/organizations', { key: server.adminKey, body });
      const second = await server.send('POST', '/v1/organizations', { key: server.adminKey, body });

      expect(first.status).toBe(201);
      expect(second.body).toMatchObject({
        status: 409,
        code: 'conflict',
        detail: expect.stringContaining("domain 'acme'"),
      });
    });

    test.each([
      ['a country that is none', { name: 'x', country: 'gb' }],
      ['a country that has no numbers', { name: 'x', country: 'XX' }],
      ['a zone that is none', { name: 'x', timezone: 'Nowhere/Land' }],
      ['an empty name', { name: '  ' }],
    ])('are refused with %s', async (_name, body) => {
      const sent = await server.send('POST', '/v1/organizations', { key: server.adminKey, body });

      expect(sent.body).toMatchObject({ status: 400, code: 'invalid_request' });
    });

    test('are listed in pages, each once', async () => {
      for (const name of ['A', 'B', 'C']) {
        await server.send('POST', '/v1/organizations', { key: server.adminKey, body: { name } });
      }
      const ids: unknown[] = [];
      let cursor: unknown = '';
      while (typeof cursor === 'string') {
        const more: string = cursor === '' ? '' : `&cursor=${cursor}`;
        const path = `/v1/organizations?limit=2${more}`;
        const page = await server.send('GET', path, { key: server.adminKey });
        const items = valueAt(page.body, 'items');
        if (Array.isArray(items)) ids.push(...items.map((item) => valueAt(item, 'id')));
        cursor = valueAt(page.body, 'next_cursor');
      }

      expect(ids.length).toBeGreaterThanOrEqual(4);
      expect(new Set(ids).size).toBe(ids.length);
    });
  });

  describe('lists', () => {
    test.each([
      ['a cursor that no list gave out', '?cursor=%F0%9F%92%A5'],
      ['too many rows', '?limit=201'],
      ['a filter that does not exist', '?nmae=x'],
    ])('refuse %s', async (_name, query) => {
      const sent = await server.send('GET', `/v1/extensions${query}`, { key: office.key });

      expect(sent.body).toMatchObject({ status: 400, code: 'invalid_request' });
    });
  });

  describe('keys', () => {
    test('are shown once, listed without their secret, and end when revoked', async () => {
      const body = { name: 'Temporary', scope: 'organization' };
      const made = await server.send('POST', '/v1/keys', { key: office.key, body });
      const key = textAt(made.body, 'key');
      const before = await server.send('GET', '/v1/extensions', { key });
      const list = await server.send('GET', '/v1/keys', { key: office.key });
      const path = `/v1/keys/${textAt(made.body, 'id')}`;
      const revoked = await server.send('DELETE', path, { key: office.key });
      const after = await server.send('GET', '/v1/extensions', { key });

      expect(before.status).toBe(200);
      expect(list.text).toContain('Temporary');
      expect(list.text).not.toContain(key);
      expect(revoked.status).toBe(204);
      expect(after.body).toMatchObject({ status: 401, code: 'unauthorized' });
    });

    test.each([
      ['of the scope admin', { name: 'x', scope: 'admin' }, 400],
      [
        'that ended before they began',
        { name: 'x', scope: 'organization', expires_at: '2020-01-01T00:00:00Z' },
        400,
      ],
      ['for events without a phone system', { name: 'x', scope: 'events' }, 400],
      [
        'for a phone system that does not exist',
        { name: 'x', scope: 'events', phone_system_id: 'no' },
        404,
      ],
    ])('%s are not made', async (_name, body, status) => {
      const sent = await server.send('POST', '/v1/keys', { key: office.key, body });

      expect(sent.status).toBe(status);
    });

    test('of a phone system report events and nothing else', async () => {
      const sent = await server.send('GET', '/v1/connections', { key: office.eventsKey });

      expect(sent.body).toMatchObject({ status: 403, code: 'forbidden' });
    });
  });

  describe('extensions', () => {
    test('are one per number, and go with their links', async () => {
      const body = { number: '102', email: 'grace@example.com' };
      const made = await server.send('POST', '/v1/extensions', { key: office.key, body });
      const again = await server.send('POST', '/v1/extensions', { key: office.key, body });
      const id = textAt(made.body, 'id');
      const link = `/v1/connections/${office.connectionId}/user-links/${id}`;
      await server.send('PUT', link, { key: office.key, body: { crm_user_id: '2' } });
      const deleted = await server.send('DELETE', `/v1/extensions/${id}`, { key: office.key });
      const links = await server.send('GET', `/v1/connections/${office.connectionId}/user-links`, {
        key: office.key,
      });

      expect(again.body).toMatchObject({
        status: 409,
        detail: expect.stringContaining('an extension 102 already'),
      });
      expect(deleted.status).toBe(204);
      expect(links.text).not.toContain(id);
      expect(links.text).toContain(office.extensionId);
    });
  });

  describe('integrations', () => {
    test('are refused with every finding, with line and column', async () => {
      const document =
        '{\n  "id": "x",\n  "name": "X",\n  "class": "crm",\n  "API": {\n    "Users": {}\n  }\n}';
      const sent = await server.send('POST', '/v1/integrations', {
        key: office.key,
        body: { document },
      });

      expect(sent.status).toBe(422);
      expect(sent.body).toMatchObject({ code: 'document_invalid' });
      expect(valueAt(sent.body, 'findings', 0)).toMatchObject({
        severity: expect.any(String),
        line: expect.any(Number),
        column: expect.any(Number),
        message: expect.any(String),
      });
    });

    test('can be linted without being published', async () => {
      const body = { document: fakeCrmDocument({ id: 'linted-only' }) };
      const sent = await server.send('POST', '/v1/integrations/lint', { key: office.key, body });
      const list = await server.send('GET', '/v1/integrations', { key: office.key });

      expect(sent.body).toMatchObject({ ok: true });
      expect(list.text).not.toContain('linted-only');
    });

    test('get versions of the same id only', async () => {
      const path = `/v1/integrations/${office.integrationId}/versions`;
      const next = { document: fakeCrmDocument({ without: ['SearchContacts'] }) };
      const second = await server.send('POST', path, { key: office.key, body: next });
      const foreign = { document: fakeCrmDocument({ id: 'another' }) };
      const refused = await server.send('POST', path, { key: office.key, body: foreign });

      expect(second.body).toMatchObject({ version: 2, document: next.document });
      expect(refused.body).toMatchObject({ status: 409, code: 'conflict' });
    });
  });

  describe('connections', () => {
    const path = (): string => `/v1/connections/${office.connectionId}`;

    test('are read without their secrets, which never leave again', async () => {
      const one = await server.send('GET', path(), { key: office.key });
      const list = await server.send('GET', '/v1/connections', { key: office.key });

      expect(one.body).toMatchObject({
        properties: { Address: crm.origin },
        secrets_set: ['API token'],
        origins: [crm.origin],
        state: 'active',
      });
      expect(one.text + list.text + server.log.join('')).not.toContain(crm.token);
    });

    test('are changed only on the state that was read', async () => {
      const before = await server.send('GET', path(), { key: office.key });
      const etag = String(before.headers['etag']);
      const body = { name: 'Renamed' };
      const blind = await server.send('PATCH', path(), { key: office.key, body });
      const changed = await server.send('PATCH', path(), {
        key: office.key,
        body,
        headers: { 'if-match': etag },
      });
      const late = await server.send('PATCH', path(), {
        key: office.key,
        body,
        headers: { 'if-match': etag },
      });

      expect(blind.body).toMatchObject({ status: 428, code: 'precondition_required' });
      expect(changed.body).toMatchObject({ name: 'Renamed', properties: { Address: crm.origin } });
      expect(changed.headers['etag']).not.toBe(etag);
      expect(late.body).toMatchObject({ status: 412, code: 'precondition_failed' });
    });

    test.each([
      ['a property that the document lacks', { properties: { Adress: 'https://x.example' } }],
      ['an address on a private network', { properties: { Address: 'http://10.0.0.1' } }],
      ['an option that does not exist', { options: { log_misssed: true } }],
      ['a country that has no numbers', { options: { country: 'ZZ' } }],
      ['an option of another kind', { options: { concurrency: 'many' } }],
    ])('are not changed to %s', async (_name, body) => {
      const before = await server.send('GET', path(), { key: office.key });
      const headers = { 'if-match': String(before.headers['etag']) };
      const sent = await server.send('PATCH', path(), { key: office.key, body, headers });

      expect(sent.body).toMatchObject({ status: 400, code: 'invalid_request' });
    });

    test('have names of their own, as phone systems have', async () => {
      const body = {
        name: 'Renamed',
        integration_id: office.integrationId,
        properties: fakeCrmProperties(crm),
      };
      const second = await server.send('POST', '/v1/connections', { key: office.key, body });
      const system = await server.send('POST', '/v1/phone-systems', {
        key: office.key,
        body: { name: 'PBX' },
      });

      expect(second.body).toMatchObject({
        status: 409,
        detail: expect.stringContaining("a connection 'Renamed' already"),
      });
      expect(system.body).toMatchObject({
        status: 409,
        detail: expect.stringContaining("a phone system 'PBX' already"),
      });
    });

    test.each(['needs_auth', 'forbidden', 'broken'] as const)(
      'go on after a successful test when they were %s, and say before how to get there',
      async (state) => {
        const reason = 'The CRM said no';
        await server.database.write(async (transaction) => {
          await transaction
            .updateTable('connection')
            .set({ state, state_reason: reason, state_until: state === 'broken' ? 1 : null })
            .where('id', '=', office.connectionId)
            .execute();
        });

        const stopped = await server.send('GET', path(), { key: office.key });
        crm.behave('/users', 'unauthorized', { times: 1 });
        const failed = await server.send('POST', `${path()}/test`, { key: office.key });
        const still = await server.send('GET', path(), { key: office.key });
        const tested = await server.send('POST', `${path()}/test`, { key: office.key });
        const after = await server.send('GET', path(), { key: office.key });

        expect(textAt(stopped.body, 'state_reason')).toContain(reason);
        if (state !== 'broken') {
          expect(textAt(stopped.body, 'state_reason')).toContain('POST …/test');
        }
        expect([valueAt(failed.body, 'ok'), valueAt(still.body, 'state')]).toEqual([false, state]);
        expect(textAt(tested.body, 'message')).toContain('Calls are written again.');
        expect(after.body).toMatchObject({ state: 'active', state_reason: null });
      },
    );

    test('are not called well by an answer without anything that the document looks for', async () => {
      crm.behave('/users', (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });

      const tested = await server.send('POST', `${path()}/test`, { key: office.key });

      crm.behave('/users', undefined);
      expect(tested.body).toMatchObject({ ok: false, method: 'Users' });
      expect(textAt(tested.body, 'message')).toContain('without the list `users`');
    });

    test('are paused and resumed', async () => {
      const paused = await server.send('POST', `${path()}/pause`, { key: office.key });
      const resumed = await server.send('POST', `${path()}/resume`, { key: office.key });

      expect(paused.body).toMatchObject({ state: 'paused' });
      expect(resumed.body).toMatchObject({ state: 'active', state_reason: null });
    });
  });
});
