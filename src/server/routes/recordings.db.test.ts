import { createHash, randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startFakeCrm } from '../../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../../runtime/testing/fake-crm.ts';
import { aWave } from '../../recordings/testing/spool-cases.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from '../testing/test-server.ts';
import type { Office, TestServer } from '../testing/test-server.ts';

const ORIGIN = 'https://patchcord.test';
const RINGING = {
  kind: 'ringing',
  direction: 'inbound',
  extension: '101',
  calling_number: '+442071838750',
  called_number: '+442079460000',
};
/** Three chunks of the spool, and a bit. */
const WAV = Buffer.concat([aWave(0), randomBytes(3 * 1024 * 1024 + 123)]);

describeDatabases('recordings over HTTP', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;
  let stranger: Office;
  let page: string;
  let link: string;
  let recordingId: string;

  beforeAll(async () => {
    crm = await startFakeCrm();
    const database = await databases.open();
    server = await startTestServer({ database, crm, working: false, publicUrl: ORIGIN });
    office = await setUpOffice(server, crm);
    stranger = await setUpOffice(server, crm);
    await report('c-1');
    const sent = await put('c-1', WAV, '?filename=Gespr%C3%A4ch%20%22heute%22%0D%0A.wav');
    recordingId = textAt(sent.body, 'recording_id');
    page = `/v1/calls/${textAt(sent.body, 'call_id')}/recordings/${recordingId}`;
    const seen = await server.send('GET', page, { key: office.key });
    link = textAt(seen.body, 'content_url').slice(ORIGIN.length);
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });

  const report = (callId: string) =>
    server.send('POST', '/v1/call-events', {
      key: office.eventsKey,
      body: { ...RINGING, call_id: callId },
    });
  const put = (callId: string, body: Buffer, query = '', type = 'audio/wav') =>
    server.send('PUT', `/v1/calls/${callId}/recording${query}`, {
      key: office.eventsKey,
      headers: { 'content-type': type },
      body,
    });
  const get = async (url: string, headers: Record<string, string> = {}, method = 'GET') => {
    const answer = await server.app.inject({
      method: method === 'HEAD' ? 'HEAD' : 'GET',
      url,
      headers,
    });
    return { status: answer.statusCode, headers: answer.headers, bytes: answer.rawPayload };
  };
  const withKey = () => ({ authorization: `Bearer ${office.key}` });

  test('are listed with their call, with size, type, length and links', async () => {
    const [call = ''] = /^\/v1\/calls\/[^/]+/.exec(page) ?? [];
    const seen = await server.send('GET', call, { key: office.key });
    const list = await server.send('GET', `${call}/recordings`, { key: office.key });
    const one = await server.send('GET', page, { key: office.key });

    expect(valueAt(seen.body, 'recordings')).toEqual([one.body]);
    expect(list.body).toEqual({ items: [one.body] });
    expect(one.body).toMatchObject({
      state: 'stored',
      reason: null,
      filename: 'Gespräch "heute".wav',
      media_type: 'audio/wav',
      size: WAV.length,
      sha256: createHash('sha256').update(WAV).digest('hex'),
      seconds: Math.round((WAV.length - 44) / 16_000),
      content_url: `${ORIGIN}${link}`,
      call_url: `${ORIGIN}${page}`,
    });
  });

  test.each([
    ['by their link', () => link, () => ({})],
    ['with a key', () => `${page}/content`, withKey],
  ])('can be heard %s', async (_name, url, headers) => {
    const whole = await get(url(), headers());
    const part = await get(url(), { ...headers(), range: `bytes=1048570-${1_048_576 + 9}` });
    const head = await get(url(), headers(), 'HEAD');

    expect(whole.status).toBe(200);
    expect(whole.bytes.equals(WAV)).toBe(true);
    expect(part.status).toBe(206);
    expect(part.bytes.equals(WAV.subarray(1_048_570, 1_048_586))).toBe(true);
    expect(part.headers).toMatchObject({
      'content-range': `bytes 1048570-1048585/${WAV.length}`,
      'content-length': '16',
    });
    expect(head.status).toBe(200);
    expect(head.bytes).toHaveLength(0);
    for (const { headers: told } of [whole, head]) {
      expect(told).toMatchObject({
        'content-length': String(WAV.length),
        'content-type': 'audio/wav',
        'content-disposition': `inline; filename="Gespr_ch _heute_.wav"; filename*=UTF-8''Gespr%C3%A4ch%20%22heute%22.wav`,
        'accept-ranges': 'bytes',
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'content-security-policy': expect.stringContaining('sandbox'),
        etag: `"${createHash('sha256').update(WAV).digest('hex')}"`,
      });
    }
  });

  test('are not sent again to who has them, nor in parts of another version', async () => {
    const { etag = '' } = (await get(link, {}, 'HEAD')).headers;
    const known = await get(link, { 'if-none-match': String(etag) });
    const same = await get(link, { range: 'bytes=0-3', 'if-range': String(etag) });
    const other = await get(link, { range: 'bytes=0-3', 'if-range': '"other"' });

    expect(known.status).toBe(304);
    expect(known.bytes).toHaveLength(0);
    expect([same.status, same.bytes.length]).toEqual([206, 4]);
    expect([other.status, other.bytes.length]).toEqual([200, WAV.length]);
  });

  test.each([
    ['behind the end', () => `bytes=${WAV.length}-`, 416],
    ['the last no bytes', () => 'bytes=-0', 416],
    ['a thousand ranges', () => `bytes=${'0-0,'.repeat(1_000)}1-1`, 200],
    ['the wrong way round', () => 'bytes=9-1', 200],
    ['no range', () => 'bytes=abc', 200],
  ])('asked for by a range %s: no harm', async (_name, range, status) => {
    const answer = await get(link, { range: range() });

    expect(answer.status).toBe(status);
    expect(answer.bytes.length).toBe(status === 416 ? 0 : WAV.length);
    if (status === 416) expect(answer.headers['content-range']).toBe(`bytes */${WAV.length}`);
  });

  describe('by a link', () => {
    test.each<[string, (link: string) => string]>([
      ['of another recording', (url) => url.replace(recordingId, recordingId.replace(/.$/, 'z'))],
      ['that lasts longer', (url) => url.replace(/expires=(\d)/, 'expires=9')],
      ['with another signature', (url) => `${url.slice(0, -3)}AAA`],
      ['with half a signature', (url) => url.slice(0, -20)],
      ['to a path outside', (url) => url.replace(recordingId, '..%2F..%2Fmaster.key')],
      ['with NUL', (url) => url.replace(recordingId, `${recordingId}%00`)],
    ])(
      '%s lead nowhere, and say no more than for one that does not exist',
      async (_name, change) => {
        const answer = await get(change(link));
        const unknown = await get(change(link).replace(recordingId, 'nobody'));

        expect(answer.status).toBe(404);
        expect(answer.headers['content-type']).toContain('application/problem+json');
        expect(String(answer.bytes)).not.toContain('organization of the key');
        expect({ ...JSON.parse(String(answer.bytes)), request_id: '' }).toEqual({
          ...JSON.parse(String(unknown.bytes)),
          request_id: '',
        });
      },
    );

    test.each([
      ['no signature', (url: string) => url.replace(/&signature=.*/, '')],
      ['no end', (url: string) => url.replace(/expires=\d+&/, '')],
      ['an end that is no number', (url: string) => url.replace(/expires=\d+/, 'expires=never')],
      ['two ends', (url: string) => `${url}&expires=9999999999`],
      ['more than it has', (url: string) => `${url}&download=1`],
    ])('with %s are refused', async (_name, change) => {
      expect((await get(change(link))).status).toBe(400);
    });

    test('may be embedded into the pages of a CRM; with a key not', async () => {
      const byLink = await get(link, {}, 'HEAD');
      const byKey = await get(`${page}/content`, withKey(), 'HEAD');

      expect(byLink.headers['cross-origin-resource-policy']).toBe('cross-origin');
      expect(byKey.headers['cross-origin-resource-policy']).toBe('same-origin');
    });

    test('do not stand in the log', () => {
      const signature = /signature=pcr-([\w-]+)/.exec(link)?.[1] ?? '';

      expect(signature).toHaveLength(43);
      expect(server.log.join('')).not.toContain(signature);
    });

    test('lead nowhere while their organization is suspended', async () => {
      const hold = { state: 'suspended', reason: null, actor: 'test', since: 0, removed_rows: 0 };
      await server.database.write(async (transaction) => {
        await transaction
          .insertInto('organization_hold')
          .values({ ...hold, state: 'suspended', organization_id: office.organizationId })
          .execute();
      });

      const answer = await get(link);
      await server.database.write(async (transaction) => {
        await transaction.deleteFrom('organization_hold').execute();
      });

      expect(answer.status).toBe(403);
    });
  });

  test.each([
    ['no key', () => ({}), 401],
    ["a phone system's key", () => ({ authorization: `Bearer ${office.eventsKey}` }), 403],
    ["a stranger's key", () => ({ authorization: `Bearer ${stranger.key}` }), 404],
  ])('are not shown to %s', async (_name, headers, status) => {
    for (const url of [page, `${page}/content`, page.replace(/\/[^/]+$/, '')]) {
      expect((await get(url, headers())).status).toBe(status);
    }
  });

  test('are not shown under another call', async () => {
    await report('c-2');
    const list = await server.send('GET', '/v1/calls?phone_call_id=c-2', { key: office.key });
    const other = textAt(list.body, 'items', 0, 'id');

    const answer = await get(`/v1/calls/${other}/recordings/${recordingId}/content`, withKey());

    expect(answer.status).toBe(404);
  });

  test('of no known kind are files to be saved, whatever type they claim', async () => {
    await report('c-3');
    const sent = await put('c-3', Buffer.alloc(50, 0xd5), '?filename=x.html', 'text/html');
    const url = `/v1/calls/${textAt(sent.body, 'call_id')}/recordings/${textAt(sent.body, 'recording_id')}/content`;

    const answer = await get(url, withKey());

    expect(answer.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="x.html"',
    });
  });

  test('that are a web page are refused at the door', async () => {
    const sent = await put('c-1', Buffer.from('<html>Sign in</html>'));

    expect(sent.body).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(textAt(sent.body, 'detail')).toContain('no recording');
  });

  test('that are only announced, or removed, have no bytes and say so', async () => {
    await report('c-4');
    await server.send('POST', '/v1/call-events', {
      key: office.eventsKey,
      body: { call_id: 'c-4', kind: 'recorded', recording: { url: 'https://pbx.test/4.wav' } },
    });
    const calls = await server.send('GET', '/v1/calls?phone_call_id=c-4', { key: office.key });
    const path = `/v1/calls/${textAt(calls.body, 'items', 0, 'id')}/recordings`;
    const list = await server.send('GET', path, { key: office.key });
    const id = textAt(list.body, 'items', 0, 'id');

    const answer = await get(`${path}/${id}/content`, withKey());

    expect(list.body).toMatchObject({ items: [{ content_url: null, size: null }] });
    expect(answer.status).toBe(410);
    expect(String(answer.bytes)).toContain('has not come yet');
  });
});
