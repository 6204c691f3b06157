import { beforeAll, describe, expect, test } from 'vitest';

import { describeDatabases } from '../../store/testing/databases.ts';
import { useProvisioning } from '../testing/provisioning-kit.ts';
import { textAt, valueAt } from '../testing/test-server.ts';

describeDatabases('put by external id', (databases) => {
  const kit = useProvisioning(databases);
  const { connectionBody, put } = kit;

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
      kit.crm.requests.length = 0;
      const again = await put(path, { ...names, crm_user_id: '11' });
      const asked = kit.crm.requests.length;
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
      const list = await kit.server.send(
        'GET',
        `/v1/connections/${textAt(made.body, 'connection_id')}/user-links`,
        { key: kit.office.key },
      );

      expect(moved.status).toBe(200);
      expect(list.body).toMatchObject({ items: [{ external_id: 'ada', extension_number: '502' }] });
      expect(valueAt(list.body, 'items', 'length')).toBe(1);
    });

    test('takes over one without an external id, and none that has another', async () => {
      const link = `/v1/connections/${kit.office.connectionId}/user-links/${kit.office.extensionId}`;
      const named = {
        connection_id: kit.office.connectionId,
        extension_id: kit.office.extensionId,
        crm_user_id: '11',
      };
      await kit.server.send('PUT', link, { key: kit.office.key, body: { crm_user_id: '11' } });
      const taken = await put('/v1/user-links/external/first', named);
      const second = await put('/v1/user-links/external/second', named);
      const renewed = await kit.server.send('PUT', link, {
        key: kit.office.key,
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
          put('/v1/user-links/external/race', body, {}, at % 2 === 0 ? kit.server : kit.other),
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
});
