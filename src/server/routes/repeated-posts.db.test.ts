import { describe, expect, test } from 'vitest';

import { fakeCrmProperties } from '../../runtime/testing/fake-crm-document.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { useProvisioning } from '../testing/provisioning-kit.ts';
import { valueAt } from '../testing/test-server.ts';

describeDatabases('put by external id', (databases) => {
  const kit = useProvisioning(databases);
  const { put } = kit;

  describe('POST with an Idempotency-Key', () => {
    test('makes a key once and shows it again', async () => {
      const request = {
        key: kit.office.key,
        body: { name: 'Repeated', scope: 'organization' },
        headers: { 'idempotency-key': '"k-1"' },
      };
      const first = await kit.server.send('POST', '/v1/keys', request);
      const again = await kit.other.send('POST', '/v1/keys', {
        ...request,
        headers: { 'idempotency-key': 'k-1' },
      });
      const reused = await kit.server.send('POST', '/v1/keys', {
        ...request,
        body: { name: 'Other', scope: 'organization' },
      });
      const listed = await kit.server.send('GET', '/v1/keys?limit=200', { key: kit.office.key });

      expect(first.status).toBe(201);
      expect(first.headers).not.toHaveProperty('idempotency-replayed');
      expect([again.status, again.headers['idempotency-replayed']]).toEqual([201, 'true']);
      expect(again.text).toBe(first.text);
      expect(reused.body).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
      expect(listed.text.split('"Repeated"')).toHaveLength(2);
    });

    test('repeats headers too, and makes many at once once', async () => {
      const request = {
        key: kit.office.key,
        body: {
          integration_id: kit.office.integrationId,
          name: 'Repeated',
          properties: fakeCrmProperties(kit.crm),
        },
        headers: { 'idempotency-key': 'k-2' },
      };
      const sent = await Promise.all(
        [kit.server, kit.other, kit.server, kit.other].map((to) =>
          to.send('POST', '/v1/connections', request),
        ),
      );
      const made = sent.filter(({ status }) => status === 201);
      const later = await kit.server.send('POST', '/v1/connections', request);

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
      const request = { key: kit.office.key, body: { number: '701' }, headers };
      await put('/v1/extensions/external/in-the-way', { number: '701' });
      const refused = await kit.server.send('POST', '/v1/extensions', request);
      await put('/v1/extensions/external/in-the-way', { number: '702' });
      const made = await kit.server.send('POST', '/v1/extensions', request);

      expect([refused.status, made.status]).toEqual([409, 201]);
    });

    test.each([
      ['an empty one', ''],
      ['one with blanks', 'a b'],
      ['one of 256 characters', 'x'.repeat(256)],
    ])('takes no key like %s', async (_name, key) => {
      const sent = await kit.server.send('POST', '/v1/extensions', {
        key: kit.office.key,
        body: { number: '801' },
        headers: { 'idempotency-key': key },
      });

      expect(sent.body).toMatchObject({ status: 400, code: 'invalid_request' });
    });

    test('of call events is not looked at: they have ids of their own', async () => {
      const headers = { 'idempotency-key': 'k-1' };
      const event = { call_id: 'c-1', kind: 'noted', event_id: 'e-1', subject: 'Hello' };
      const first = await kit.server.send('POST', '/v1/call-events', {
        key: kit.office.eventsKey,
        body: event,
        headers,
      });
      const second = await kit.server.send('POST', '/v1/call-events', {
        key: kit.office.eventsKey,
        body: { ...event, event_id: 'e-2' },
        headers,
      });

      expect(valueAt(first.body, 'results', 0, 'status')).toBe('accepted');
      expect(valueAt(second.body, 'results', 0, 'status')).toBe('accepted');
    });
  });
});
