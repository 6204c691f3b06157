import { describe, expect, test } from 'vitest';

import { fakeCrmDocument, fakeCrmProperties } from '../../runtime/testing/fake-crm-document.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { useProvisioning } from '../testing/provisioning-kit.ts';
import { textAt, valueAt } from '../testing/test-server.ts';

describeDatabases('put by external id', (databases) => {
  const kit = useProvisioning(databases);
  const { connectionBody, put } = kit;

  describe('a connection', () => {
    const path = '/v1/connections/external/secrets';

    test('keeps what the body does not say of its secrets, and nothing else', async () => {
      const made = await put(path, connectionBody({ name: 'Secrets' }));
      const properties = { Address: kit.crm.origin };
      const kept = await put(path, connectionBody({ name: 'Secrets', properties }));
      const emptied = { Address: kit.crm.origin, 'API token': '' };
      const taken = await put(path, connectionBody({ name: 'Secrets', properties: emptied }));

      expect(kept.body).toEqual(made.body);
      expect(kept.headers['etag']).toBe(made.headers['etag']);
      expect(made.text + kept.text + kit.server.log.join('')).not.toContain(kit.crm.token);
      // The document requires it.
      expect(taken.body).toMatchObject({ status: 400 });
    });

    test('with another secret is changed, and works again', async () => {
      await put(path, connectionBody({ name: 'Secrets' }));
      const found = await kit.server.send('GET', '/v1/connections?external_id=secrets', {
        key: kit.office.key,
      });
      const id = textAt(found.body, 'items', 0, 'id');
      const stop = (): Promise<unknown> =>
        kit.database.write((transaction) =>
          transaction
            .updateTable('connection')
            .set({ state: 'needs_auth', state_reason: 'refused' })
            .where('id', '=', id)
            .execute(),
        );
      await stop();
      const same = await put(path, connectionBody({ name: 'Secrets' }));
      const properties = { ...fakeCrmProperties(kit.crm), 'API token': 'another one' };
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
      const one = `/v1/connections/${kit.office.connectionId}`;
      const before = await kit.server.send('GET', one, { key: kit.office.key });
      const etag = String(before.headers['etag']);
      const same = await kit.server.send('GET', one, {
        key: kit.office.key,
        headers: { 'if-none-match': `W/${etag}` },
      });
      await kit.server.send('POST', `${one}/pause`, { key: kit.office.key });
      const after = await kit.server.send('GET', one, {
        key: kit.office.key,
        headers: { 'if-none-match': etag },
      });
      const changed = await kit.server.send('PATCH', one, {
        key: kit.office.key,
        body: { name: 'Fake CRM' },
        headers: { 'if-match': etag },
      });

      expect([same.status, same.text, same.headers['etag']]).toEqual([304, '', etag]);
      expect(after.body).toMatchObject({ state: 'paused' });
      expect(after.headers['etag']).not.toBe(etag);
      expect(changed.status).toBe(200);
    });
  });
});
