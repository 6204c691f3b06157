import { request } from 'node:http';

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { startFakeCrm } from '../../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from '../testing/test-server.ts';
import type { Office, Sent, TestServer } from '../testing/test-server.ts';

const NUMBERS = { calling_number: '+442071838750', called_number: '+442079460000' };
const RINGING = { kind: 'ringing', direction: 'inbound', extension: '101', ...NUMBERS };

/** What happens before any CRM is asked: no worker runs here. */
describeDatabases('call events', (databases) => {
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

  const report = (body: object | string, headers = {}): Promise<Sent> =>
    server.send('POST', '/v1/call-events', { key: office.eventsKey, body, headers });
  const countCalls = async (): Promise<unknown> => {
    const list = await server.send('GET', '/v1/calls?limit=200', { key: office.key });
    return valueAt(list.body, 'items', 'length');
  };

  test('are answered with 202 and the id under which the ledger has them', async () => {
    const sent = await report({ ...RINGING, call_id: 'first' });
    const callId = textAt(sent.body, 'results', 0, 'call_id');
    const call = await server.send('GET', `/v1/calls/${callId}`, { key: office.key });

    expect(sent.status).toBe(202);
    expect(call.body).toMatchObject({
      state: 'open',
      phone_call_id: 'first',
      direction: 'inbound',
      events: [{ kind: 'ringing' }],
    });
    expect(valueAt(call.body, 'steps', 0)).toMatchObject({ method: 'FindContact', state: 'ready' });
  });

  test('of another domain or a wrong form are refused, logged without numbers, and listed for a week', async () => {
    const { database } = server;
    await database.write(async (transaction) => {
      await transaction
        .updateTable('organization')
        .set({ domain: 'acme.example' })
        .where('id', '=', office.organizationId)
        .execute();
    });
    const sent = await report([
      { ...RINGING, call_id: 'own', domain: 'acme.example' },
      { ...RINGING, call_id: 'foreign', domain: 'own.example' },
      { ...RINGING, call_id: 'wrong', direction: 'sideways' },
    ]);
    const listed = await server.send('GET', '/v1/call-events/refused', { key: office.key });
    const denied = await server.send('GET', '/v1/call-events/refused', { key: office.eventsKey });

    expect(sent.status).toBe(202);
    expect(sent.body).toMatchObject({
      results: [
        { status: 'accepted' },
        { status: 'refused', code: 'unknown_domain' },
        { status: 'refused', code: 'invalid_field' },
      ],
    });
    expect(listed.body).toMatchObject({
      items: [
        {
          phone_system_id: office.phoneSystemId,
          code: 'unknown_domain',
          body: { call_id: 'foreign' },
        },
        {
          phone_system_id: office.phoneSystemId,
          code: 'invalid_field',
          message: expect.stringContaining('direction'),
          body: { call_id: 'wrong' },
        },
      ],
    });
    expect(denied.status).toBe(403);
    const lines = server.log.filter((line) => line.includes('call event refused'));
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'warn', call_id: 'foreign', code: 'unknown_domain' },
      { level: 'warn', call_id: 'wrong', code: 'invalid_field' },
    ]);
    expect(lines.join('')).not.toContain('442071838750');
  });

  test('that come again are repeated, and the ledger stays as it is', async () => {
    const event = { ...RINGING, call_id: 'again', event_id: 'e-1' };
    const first = await report(event);
    const second = await report(event);
    const callId = textAt(first.body, 'results', 0, 'call_id');
    const call = await server.send('GET', `/v1/calls/${callId}`, { key: office.key });

    expect(second.body).toEqual({ results: [{ status: 'repeated', call_id: callId }] });
    expect(valueAt(call.body, 'events', 'length')).toBe(1);
  });

  const malformed: readonly [string, unknown, string][] = [
    ['a text', 'ringing', 'not_an_object'],
    ['null', null, 'not_an_object'],
    ['a list', [[]], 'not_an_object'],
    ['no call_id', { ...RINGING }, 'missing_field'],
    ['no kind', { call_id: 'x' }, 'missing_field'],
    ['an unknown kind', { call_id: 'x', kind: 'rang' }, 'invalid_field'],
    [
      'no direction at the ring',
      { call_id: 'x', kind: 'ringing', extension: '1', ...NUMBERS },
      'missing_field',
    ],
    [
      'no extension at the ring',
      { call_id: 'x', kind: 'ringing', direction: 'inbound', ...NUMBERS },
      'missing_field',
    ],
    [
      'no number of the other side',
      { call_id: 'x', kind: 'ringing', direction: 'inbound', extension: '1' },
      'missing_field',
    ],
    ['a call_id of 201 characters', { ...RINGING, call_id: 'x'.repeat(201) }, 'invalid_field'],
  ];
  test.each(malformed)(
    'with %s are refused one by one: 202, a code, no call',
    async (_name, event, code) => {
      const before = await countCalls();
      const sent = await report([event]);

      expect(sent.status).toBe(202);
      expect(sent.body).toMatchObject({ results: [{ status: 'refused', call_id: null, code }] });
      expect(await countCalls()).toBe(before);
    },
  );

  test('that are bad never refuse their neighbours', async () => {
    const sent = await report([
      { ...RINGING, call_id: 'neighbour-1' },
      { kind: 'ended' },
      { ...RINGING, call_id: 'neighbour-2' },
    ]);

    expect(valueAt(sent.body, 'results')).toMatchObject([
      { status: 'accepted' },
      { status: 'refused', code: 'missing_field' },
      { status: 'accepted' },
    ]);
  });

  test('with a moment that is none are taken, and say so', async () => {
    const sent = await report({ ...RINGING, call_id: 'no-moment', at: 'yesterday' });

    expect(sent.status).toBe(202);
    expect(sent.body).toMatchObject({
      results: [{ status: 'accepted', notes: [expect.stringContaining('`at` cannot be read')] }],
    });
  });

  test('with unknown members are taken, noted and kept', async () => {
    const sent = await report({ ...RINGING, call_id: 'unknown', mood: 'sunny', __proto: 1 });
    const callId = textAt(sent.body, 'results', 0, 'call_id');
    const call = await server.send('GET', `/v1/calls/${callId}`, { key: office.key });

    expect(valueAt(sent.body, 'results', 0, 'notes', 0)).toContain('`mood`');
    expect(valueAt(call.body, 'events', 0, 'body')).toMatchObject({ mood: 'sunny' });
  });

  test('keep every digit of an id that is written as a number', async () => {
    const event = JSON.stringify({ ...RINGING, call_id: 0 }).replace(':0', ':9007199254740993123');
    const sent = await report(event, { 'content-type': 'application/json' });
    const callId = textAt(sent.body, 'results', 0, 'call_id');
    const call = await server.send('GET', `/v1/calls/${callId}`, { key: office.key });

    expect(call.body).toMatchObject({ phone_call_id: '9007199254740993123' });
  });

  const refusals: readonly [string, object | string, Record<string, string>, number, string][] = [
    ['no event at all', [], {}, 400, 'invalid_request'],
    ['501 events', Array.from({ length: 501 }, () => RINGING), {}, 400, 'invalid_request'],
    [
      'a body that is not JSON',
      '{"call_id":',
      { 'content-type': 'application/json' },
      400,
      'invalid_request',
    ],
    [
      'another media type',
      'call_id=1',
      { 'content-type': 'text/plain' },
      415,
      'unsupported_media_type',
    ],
    [
      'more than 1 MiB',
      { ...RINGING, call_id: 'x', subject: 'x'.repeat(1024 * 1024) },
      {},
      413,
      'payload_too_large',
    ],
  ];
  test.each(refusals)(
    'with %s are refused as a whole',
    async (_name, body, headers, status, code) => {
      const before = await countCalls();
      const sent = await report(body, headers);

      expect(sent.body).toMatchObject({ status, code });
      expect(await countCalls()).toBe(before);
    },
  );

  test.each([
    ['no key', undefined, 401, 'unauthorized'],
    [
      'an invented key',
      'pc_ev_00000000_0000000000000000000000000000000000000000000',
      401,
      'unauthorized',
    ],
    ['the key of the organization', 'organization', 403, 'forbidden'],
    ['the key of the operator', 'admin', 403, 'forbidden'],
  ])('with %s are refused', async (_name, which, status, code) => {
    const keys = { organization: office.key, admin: server.adminKey };
    const key = which === 'organization' || which === 'admin' ? keys[which] : which;
    const sent = await server.send('POST', '/v1/call-events', {
      body: RINGING,
      ...(key === undefined ? {} : { key }),
    });

    expect(sent.body).toMatchObject({ status, code });
  });

  describe('by the original webhook', () => {
    const path = (): string => `/hooks/ringotel/${office.phoneSystemId}`;
    const params = {
      extension: '101',
      activity_type: 'inbound',
      caller_number: '+442071838750',
      called_number: '+442079460000',
      call_start: Date.UTC(2026, 2, 2, 9, 15),
    };

    test('are one call, from its start to its end', async () => {
      const body = (method: string, more: object) => ({
        method,
        api_token: office.eventsKey,
        params: { ...params, call_id: 'hook-1', ...more },
      });
      const started = await server.send('POST', path(), { body: body('StartCallActivity', {}) });
      const stopped = await server.send('POST', path(), {
        body: body('StopCallActivity', { call_duration: 63, call_cause: '16' }),
      });
      const callId = textAt(started.body, 'results', 0, 'call_id');
      const call = await server.send('GET', `/v1/calls/${callId}`, { key: office.key });

      expect(valueAt(stopped.body, 'results', 0, 'call_id')).toBe(callId);
      expect(call.body).toMatchObject({
        started_at: '2026-03-02T09:15:00.000Z',
        duration: 63,
        direction: 'inbound',
      });
      expect(call.text).not.toContain(office.eventsKey);
      expect(server.log.join('')).not.toContain(office.eventsKey);
    });

    test('are known by a Bearer header too', async () => {
      const body = { method: 'StartCallActivity', params: { ...params, call_id: 'hook-2' } };
      const sent = await server.send('POST', path(), { key: office.eventsKey, body });

      expect(valueAt(sent.body, 'results', 0, 'status')).toBe('accepted');
    });

    test.each([
      ['without a token', {}],
      ['with a wrong one', { api_token: 'wrong' }],
      ['with one that is no text', { api_token: { $ne: null } }],
    ])('are refused %s', async (_name, token) => {
      const body = { method: 'StartCallActivity', params: { ...params, call_id: 'no' }, ...token };
      const sent = await server.send('POST', path(), { body });

      expect(sent.body).toMatchObject({ status: 401, code: 'unauthorized' });
    });

    test('are refused one by one for an unknown method', async () => {
      const body = { method: 'DanceCallActivity', api_token: office.eventsKey, params };
      const sent = await server.send('POST', path(), { body });

      expect(sent.body).toMatchObject({ results: [{ status: 'refused' }] });
    });
  });

  describe('and their recordings', () => {
    test('are taken for the id of the phone system, once for equal bytes', async () => {
      await report({ ...RINGING, call_id: 'recorded' });
      const put = (): Promise<Sent> =>
        server.send('PUT', '/v1/calls/recorded/recording?filename=call.wav', {
          key: office.eventsKey,
          headers: { 'content-type': 'audio/wav' },
          body: Buffer.from('RIFF0000WAVEfmt '),
        });
      const first = await put();
      const second = await put();
      const call = await server.send('GET', `/v1/calls/${textAt(first.body, 'call_id')}`, {
        key: office.key,
      });
      const steps = valueAt(call.body, 'steps');

      expect(first.body).toMatchObject({
        size: 16,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/u),
      });
      expect(second.body).toEqual(first.body);
      expect(
        Array.isArray(steps) && steps.filter((step) => valueAt(step, 'method') === 'UploadFile'),
      ).toHaveLength(1);
    });

    test.each([
      ['an unknown call', '/v1/calls/nobody/recording', Buffer.from('RIFF'), 404, 'not_found'],
      ['no bytes', '/v1/calls/recorded/recording', Buffer.alloc(0), 400, 'invalid_request'],
    ])('are refused with %s', async (_name, url, body, status, code) => {
      const sent = await server.send('PUT', url, {
        key: office.eventsKey,
        headers: { 'content-type': 'audio/wav' },
        body,
      });

      expect(sent.body).toMatchObject({ status, code });
    });

    test('that break off leave nothing behind, and no alarm', async () => {
      await report({ ...RINGING, call_id: 'broken-off' });
      const origin = await server.app.listen({ port: 0, host: '127.0.0.1' });
      const sent = request(`${origin}/v1/calls/broken-off/recording`, {
        method: 'PUT',
        headers: {
          authorization: `Bearer ${office.eventsKey}`,
          'content-type': 'audio/wav',
          'content-length': '1000',
        },
      });
      sent.on('error', () => {});
      sent.write('RIFF', () => sent.destroy());

      await vi.waitFor(() => {
        expect(server.log.join('')).toContain('the client went away');
      });
      expect(server.log.join('')).not.toContain('"level":"error"');
    });

    test('are refused before they are read when they are too large', async () => {
      const sent = await server.send('PUT', '/v1/calls/recorded/recording', {
        key: office.eventsKey,
        headers: { 'content-type': 'audio/wav', 'content-length': String(257 * 1024 * 1024) },
        body: Buffer.from('RIFF'),
      });

      expect(sent.body).toMatchObject({ status: 413, code: 'payload_too_large' });
    });
  });
});
