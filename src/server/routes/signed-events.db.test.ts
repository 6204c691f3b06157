import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import { sign } from '../../calls/signatures/testing/sign.ts';
import { startFakeCrm } from '../../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from '../testing/test-server.ts';
import type { Office, Sent, TestServer } from '../testing/test-server.ts';

const RINGING = {
  ...{ kind: 'ringing', direction: 'inbound', extension: '101' },
  ...{ calling_number: '+442071838750', called_number: '+442079460000' },
};
const JSON_TYPE = { 'content-type': 'application/json' };

describeDatabases('signed call events', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;
  let secret: string;
  let secretId: string;
  let count = 0;

  beforeAll(async () => {
    crm = await startFakeCrm();
    server = await startTestServer({ database: await databases.open(), crm, working: false });
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });
  beforeEach(async () => {
    office = await setUpOffice(server, crm);
    const made = await createSecret();
    [secret, secretId] = [textAt(made.body, 'secret'), textAt(made.body, 'id')];
    count += 1;
  });

  const asOffice = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', rest: string, body?: object) =>
    server.send(method, `/v1/phone-systems/${office.phoneSystemId}${rest}`, {
      key: office.key,
      ...(body === undefined ? {} : { body }),
    });
  const createSecret = (body: object = {}) => asOffice('POST', '/signing-secrets', body);
  const mustSign = (required = true) => asOffice('PATCH', '', { signatures_required: required });
  const post = (body: string, headers: object, path = '/v1/call-events'): Promise<Sent> =>
    server.send('POST', path, {
      ...(path === '/v1/call-events' ? { key: office.eventsKey } : {}),
      body,
      headers: { ...JSON_TYPE, ...headers },
    });
  const signedPost = (
    events: unknown,
    by: { id?: string; secrets?: readonly string[]; late?: number } = {},
  ): Promise<Sent> => {
    const body = JSON.stringify(events);
    const { id = `m-${count}`, secrets = [secret], late = 0 } = by;
    return post(body, sign(body, { id, secrets, at: Date.now() - late }));
  };
  const callsOf = async (phoneCallId: string): Promise<unknown> => {
    const path = `/v1/calls?phone_call_id=${phoneCallId}`;
    return valueAt((await server.send('GET', path, { key: office.key })).body, 'items', 'length');
  };

  describe('of a phone system that may sign', () => {
    test('are taken signed and unsigned, and a wrong signature is refused', async () => {
      const plain = await post(JSON.stringify({ ...RINGING, call_id: 'plain' }), {});
      const signed = await signedPost({ ...RINGING, call_id: 'signed' });
      const forged = await signedPost(
        { ...RINGING, call_id: 'forged' },
        { id: 'forged', secrets: [`whsec_${Buffer.alloc(32).toString('base64')}`] },
      );

      expect([plain.status, signed.status]).toEqual([202, 202]);
      expect(forged.body).toMatchObject({ status: 401, code: 'invalid_signature' });
      expect([await callsOf('signed'), await callsOf('forged')]).toEqual([1, 0]);
      expect(server.log.join('')).not.toContain(secret);
    });

    test('are signed over the bytes: the same JSON written otherwise is refused', async () => {
      const event = { ...RINGING, call_id: 'bytes' };
      const headers = sign(JSON.stringify(event), { id: 'b', secrets: [secret], at: Date.now() });
      const sent = await post(JSON.stringify(event, null, 2), headers);

      expect(sent.body).toMatchObject({ status: 401, code: 'invalid_signature' });
    });
  });

  describe('of a phone system that must sign', () => {
    beforeEach(async () => {
      await mustSign();
    });

    test('are refused without a signature, and nothing of them is kept', async () => {
      const sent = await post(JSON.stringify({ ...RINGING, call_id: 'plain' }), {});
      const hook = await post(
        JSON.stringify({ method: 'StartCallActivity', api_token: office.eventsKey, params: {} }),
        {},
        `/hooks/ringotel/${office.phoneSystemId}`,
      );
      const refused = await server.send('GET', '/v1/call-events/refused', { key: office.key });

      expect(sent.body).toMatchObject({ status: 401, code: 'invalid_signature' });
      expect(hook.body).toMatchObject({ status: 401, code: 'invalid_signature' });
      expect(await callsOf('plain')).toBe(0);
      expect(refused.body).toMatchObject({ items: [] });
    });

    test('are refused after five minutes', async () => {
      const sent = await signedPost({ ...RINGING, call_id: 'late' }, { late: 301_000 });

      expect(sent.body).toMatchObject({
        code: 'invalid_signature',
        detail: expect.stringContaining('old'),
      });
    });

    test('come through the original webhook, too', async () => {
      const params = {
        ...{ call_id: 'hook', extension: '101', activity_type: 'inbound' },
        ...{ caller_number: '+442071838750', called_number: '+442079460000' },
      };
      const body = JSON.stringify({
        ...{ method: 'StartCallActivity', api_token: office.eventsKey, params },
      });
      const path = `/hooks/ringotel/${office.phoneSystemId}`;
      const by = { id: 'hook', secrets: [secret] };
      const first = await post(body, sign(body, { ...by, at: Date.now() }), path);
      const again = await post(body, sign(body, { ...by, at: Date.now() + 1_000 }), path);

      expect(first.body).toMatchObject({ results: [{ status: 'accepted' }] });
      expect(again.body).toMatchObject({ results: [{ status: 'repeated' }] });
      expect(await callsOf('hook')).toBe(1);
    });

    test('need the key as well', async () => {
      const body = JSON.stringify({ ...RINGING, call_id: 'keyless' });
      const sent = await server.send('POST', '/v1/call-events', {
        body,
        headers: { ...JSON_TYPE, ...sign(body, { id: 'k', secrets: [secret], at: Date.now() }) },
      });

      expect(sent.body).toMatchObject({ status: 401, code: 'unauthorized' });
    });
  });

  describe('of a message that comes again', () => {
    test('are repeated, each try with a timestamp of its own, and make no second call', async () => {
      const events = [
        { ...RINGING, call_id: 'again' },
        { call_id: 'again', kind: 'ended' },
      ];
      const first = await signedPost(events, { id: 'again' });
      const second = await signedPost(events, { id: 'again', late: 2_000 });

      const callId = textAt(first.body, 'results', 0, 'call_id');
      expect(second.body).toEqual({
        results: [0, 1].map(() => ({ status: 'repeated', call_id: callId })),
      });
      expect(await callsOf('again')).toBe(1);
    });

    test('are not taken as a new call, though their phone system has used its id often since', async () => {
      const old = { ...RINGING, call_id: 'used', at: Date.now() - 40 * 86_400_000 };
      const first = await signedPost(old, { id: 'used' });
      await server.database.write((transaction) =>
        transaction
          .deleteFrom('call_event')
          .where('call_id', '=', textAt(first.body, 'results', 0, 'call_id'))
          .execute(),
      );
      const again = await signedPost(old, { id: 'used' });

      expect(again.body).toMatchObject({ results: [{ status: 'repeated' }] });
      expect(await callsOf('used')).toBe(1);
    });

    test('are tried anew where they were refused, and only those', async () => {
      const events = [
        { ...RINGING, call_id: 'mended', domain: 'acme.example' },
        { ...RINGING, call_id: 'taken' },
      ];
      const setDomain = (domain: string): Promise<unknown> =>
        server.database.write((transaction) =>
          transaction
            .updateTable('organization')
            .set({ domain })
            .where('id', '=', office.organizationId)
            .execute(),
        );
      await setDomain('other.example');
      const first = await signedPost(events, { id: 'mended' });
      await setDomain('acme.example');
      const again = await signedPost(events, { id: 'mended' });

      expect(first.body).toMatchObject({
        results: [{ status: 'refused', code: 'unknown_domain' }, { status: 'accepted' }],
      });
      expect(again.body).toMatchObject({
        results: [{ status: 'accepted' }, { status: 'repeated' }],
      });
      const third = await signedPost(events, { id: 'mended' });
      expect(third.body).toMatchObject({
        results: [{ status: 'repeated' }, { status: 'repeated' }],
      });
    });

    test('with another body are refused', async () => {
      await signedPost({ ...RINGING, call_id: 'one' }, { id: 'same' });
      const other = await signedPost({ ...RINGING, call_id: 'two' }, { id: 'same' });

      expect(other.body).toMatchObject({ status: 422, code: 'message_id_reused' });
      expect(await callsOf('two')).toBe(0);
    });

    test('from another phone system are another message', async () => {
      const event = { ...RINGING, call_id: 'theirs' };
      await signedPost(event, { id: 'shared-id' });
      office = await setUpOffice(server, crm);
      const theirs = textAt((await createSecret()).body, 'secret');
      const sent = await signedPost(event, { id: 'shared-id', secrets: [theirs] });

      expect(sent.body).toMatchObject({ results: [{ status: 'accepted' }] });
    });

    test('at the same moment make one call', async () => {
      const event = { ...RINGING, call_id: 'twice' };
      const sent = await Promise.all([1, 2, 3].map(() => signedPost(event, { id: 'twice' })));
      const states = sent.map(({ body }) => textAt(body, 'results', 0, 'status'));

      expect(states.toSorted()).toEqual(['accepted', 'repeated', 'repeated']);
      expect(await callsOf('twice')).toBe(1);
    });
  });

  describe('while one secret takes the place of another', () => {
    test('are taken with both, then with the new one alone', async () => {
      const own = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;
      const made = await createSecret({ secret: own });
      await mustSign();
      const before = await signedPost({ ...RINGING, call_id: 'before' }, { id: 'before' });
      const after = await signedPost(
        { ...RINGING, call_id: 'after' },
        { id: 'after', secrets: [own] },
      );
      const third = await createSecret();
      const removed = await asOffice('DELETE', `/signing-secrets/${secretId}`);
      const old = await signedPost({ ...RINGING, call_id: 'old' }, { id: 'old' });
      const last = await asOffice('DELETE', `/signing-secrets/${textAt(made.body, 'id')}`);

      expect(textAt(made.body, 'secret')).toBe(own);
      expect([before.status, after.status]).toEqual([202, 202]);
      expect(third.body).toMatchObject({ status: 409, code: 'conflict' });
      expect(removed.status).toBe(204);
      expect(old.body).toMatchObject({ status: 401, code: 'invalid_signature' });
      expect(last.body).toMatchObject({ status: 409, code: 'conflict' });
    });

    test('show when each was used, and never what it is', async () => {
      await signedPost({ ...RINGING, call_id: 'seen' }, { id: 'seen' });
      await createSecret();

      // The note of the use is written beside the request.
      await vi.waitFor(async () => {
        const listed = await asOffice('GET', '/signing-secrets');
        expect(listed.body).toMatchObject({
          items: [{ id: secretId, last_used_at: expect.any(String) }, { last_used_at: null }],
        });
        expect(listed.text).not.toContain('whsec_');
      });
    });
  });

  test.each([
    ['too short', `whsec_${Buffer.alloc(23).toString('base64')}`],
    ['no signing secret', 'correct horse battery staple'],
  ])('have no secret that is %s, and the answer does not repeat it', async (_name, own) => {
    await asOffice('DELETE', `/signing-secrets/${secretId}`);
    const sent = await createSecret({ secret: own });

    expect(sent.body).toMatchObject({
      status: 400,
      code: 'invalid_request',
      errors: [{ in: 'body', path: '/secret' }],
    });
    expect(sent.text).not.toContain(own);
  });

  test('are not required of a phone system that cannot sign', async () => {
    await asOffice('DELETE', `/signing-secrets/${secretId}`);
    const sent = await mustSign();

    expect(sent.body).toMatchObject({ status: 409, code: 'conflict' });
  });

  test('of a shared phone system are judged by its own secrets', async () => {
    const as = { key: server.adminKey };
    const domain = `signed-${count}.example`;
    await server.database.write((transaction) =>
      transaction
        .updateTable('organization')
        .set({ domain, domain_key: domain })
        .where('id', '=', office.organizationId)
        .execute(),
    );
    const made = await server.send('PUT', '/v1/shared-phone-systems/external/signing', {
      ...as,
      body: { name: `Cloud ${databases.dialect}` },
    });
    const path = `/v1/shared-phone-systems/${textAt(made.body, 'id')}`;
    const created = await server.send('POST', `${path}/keys`, { ...as, body: { name: 'Cloud' } });
    const theirs = await server.send('POST', `${path}/signing-secrets`, { ...as, body: {} });
    await server.send('PATCH', path, { ...as, body: { signatures_required: true } });
    const body = JSON.stringify({ ...RINGING, call_id: 'cloud', domain });
    const send = (by: string, at: number): Promise<Sent> =>
      server.send('POST', '/v1/call-events', {
        key: textAt(created.body, 'key'),
        body,
        headers: { ...JSON_TYPE, ...sign(body, { id: 'cloud', secrets: [by], at }) },
      });
    const foreign = await send(secret, Date.now());
    const own = await send(textAt(theirs.body, 'secret'), Date.now());
    const again = await send(textAt(theirs.body, 'secret'), Date.now() - 1_000);
    const asTheirs = await server.send('GET', `${path}/signing-secrets`, { key: office.key });

    expect(foreign.body).toMatchObject({ status: 401, code: 'invalid_signature' });
    expect(own.body).toMatchObject({ results: [{ status: 'accepted' }] });
    expect(again.body).toMatchObject({ results: [{ status: 'repeated' }] });
    expect(await callsOf('cloud')).toBe(1);
    expect(asTheirs.status).toBe(403);
  });

  test('leave a line in the export, and nothing when the organization is deleted', async () => {
    await signedPost({ ...RINGING, call_id: 'gone' }, { id: 'gone' });
    const as = { key: server.adminKey };
    const path = `/v1/organizations/${office.organizationId}`;
    const exported = await server.send('GET', `${path}/export`, as);
    await server.send('POST', `${path}/suspend`, { ...as, body: {} });
    const { body } = await server.send('GET', path, as);
    await server.send('POST', `${path}/delete`, { ...as, body: { name: textAt(body, 'name') } });
    await vi.waitFor(
      async () => expect((await server.send('GET', `${path}/state`, as)).status).toBe(404),
      { timeout: 20_000, interval: 50 },
    );
    const left = async (table: 'signing_secret' | 'signed_message'): Promise<unknown> =>
      await server.database.read
        .selectFrom(table)
        .select('phone_system_id')
        .where('phone_system_id', '=', office.phoneSystemId)
        .execute();

    const lines = exported.text.split('\n').filter((line) => line.includes('"signing_secret"'));
    expect(lines.map((line) => Object.keys(JSON.parse(line)))).toEqual([
      ['record', 'id', 'phone_system_id', 'created_at', 'last_used_at'],
    ]);
    expect([await left('signing_secret'), await left('signed_message')]).toEqual([[], []]);
  });

  test('stay required when its provisioning script runs again', async () => {
    const put = () =>
      server.send('PUT', '/v1/phone-systems/external/signing', {
        key: office.key,
        body: { name: 'Signing' },
      });
    const id = textAt((await put()).body, 'id');
    const path = `/v1/phone-systems/${id}`;
    const as = { key: office.key };
    await server.send('POST', `${path}/signing-secrets`, { ...as, body: {} });
    await server.send('PATCH', path, { ...as, body: { signatures_required: true } });

    expect((await put()).body).toMatchObject({ signatures_required: true });
    const renamed = await server.send('PATCH', path, { ...as, body: { name: 'Renamed' } });
    expect(renamed.body).toMatchObject({ name: 'Renamed', signatures_required: true });
    const stale = await server.send('PATCH', path, {
      ...as,
      body: { signatures_required: false },
      headers: { 'if-match': '"0123456789abcdef"' },
    });
    expect(stale.status).toBe(412);
  });
});
