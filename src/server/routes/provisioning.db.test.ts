import { describe, expect, test } from 'vitest';

import { fakeCrmDocument } from '../../runtime/testing/fake-crm-document.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { useProvisioning } from '../testing/provisioning-kit.ts';
import { textAt, valueAt } from '../testing/test-server.ts';
import type { Sent } from '../testing/test-server.ts';

describeDatabases('put by external id', (databases) => {
  const kit = useProvisioning(databases);
  const { connectionBody, countDeeds, put } = kit;

  let counter = 1_000;
  /** A number that nothing else here has. */
  const next = (): number => (counter += 1);

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
          put(pathOf('race'), body, {}, at % 2 === 0 ? kit.server : kit.other),
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
      const found = await kit.server.send('GET', `${list}?external_id=list`, {
        key: key ? kit.server.adminKey : kit.office.key,
      });
      const none = await kit.server.send('GET', `${list}?external_id=LIST`, {
        key: key ? kit.server.adminKey : kit.office.key,
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

  test('an extension of the same number without an external id is taken over', async () => {
    const made = await kit.server.send('POST', '/v1/extensions', {
      key: kit.office.key,
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
    const sent = await kit.server.send('POST', '/v1/extensions', {
      key: kit.server.adminKey,
      headers,
      body: { number: '1', external_id: 'e' },
    });
    const listed = await kit.server.send('GET', '/v1/extensions', {
      key: kit.server.adminKey,
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
      const read = await kit.server.send('GET', one, { key: kit.office.key });
      const etag = String(read.headers['etag']);
      const same = await kit.server.send('GET', one, {
        key: kit.office.key,
        headers: { 'if-none-match': etag },
      });
      const publish = (document: string, headers: Record<string, string>): Promise<Sent> =>
        kit.server.send('POST', `${one}/versions`, {
          key: kit.office.key,
          body: { document },
          headers,
        });
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
});
