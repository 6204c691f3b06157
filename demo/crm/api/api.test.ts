import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Crm } from '../crm.ts';
import { runCrm, TOKEN, type RunningCrm } from '../testing/running-crm.ts';

let running: RunningCrm;
let now: number;

beforeEach(async () => {
  now = Date.parse('2026-03-02T12:00:00.000Z');
  running = await runCrm({ now: () => now });
});
afterEach(() => running.close());

const ids = (body: unknown, list: string): readonly unknown[] => {
  const records: unknown = Reflect.get(Object(body), list);
  return Array.isArray(records)
    ? records.map((record: unknown) => Reflect.get(Object(record), 'id'))
    : [];
};
const read = (body: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((value, name) => Reflect.get(Object(value), name), body);

describe('a sign-in', () => {
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

  it.each([
    ['the token', `Bearer ${TOKEN}`, 'Bearer'],
    ['the token, whatever the case of the word', `bearer ${TOKEN}`, 'Bearer'],
    ["a user's password", basic('nadia@demo.example:demo'), 'Basic'],
  ])('by %s is taken', async (_name, authorization, kind) => {
    const { status, body } = await running.ask('GET', '/api/me', { headers: { authorization } });

    expect([status, read(body, 'sign_in')]).toEqual([200, kind]);
  });

  it.each([
    ['a wrong token', 'Bearer wrong'],
    ['a wrong password', basic('nadia@demo.example:wrong')],
    ['an unknown user', basic('nobody@demo.example:demo')],
    ['a word that is none', 'Token x'],
    ['nothing', ''],
  ])('by %s is refused', async (_name, authorization) => {
    const { status, headers } = await running.ask('GET', '/api/me', { headers: { authorization } });

    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toContain('Bearer');
  });

  it('makes a session, which ends after an hour', async () => {
    const sign_in = { email: 'tom@demo.example', password: 'demo' };
    const opened = await running.ask('POST', '/api/session', { body: { sign_in }, headers: {} });
    const headers = { 'x-session': String(read(opened.body, 'session', 'token')) };
    const me = await running.ask('GET', '/api/me', { headers });
    now += 3_600_000;
    const later = await running.ask('GET', '/api/me', { headers });

    expect([opened.status, read(me.body, 'user', 'id'), later.status]).toEqual([201, 'u-202', 401]);
  });
});

describe('contacts', () => {
  it.each([
    ['a number with a country code', 'phone=%2B442079460018', ['c-1']],
    ['a number as dialled inside the country', 'phone=02079460018', ['c-1']],
    ['a mobile number', 'phone=%2B447700900456', ['c-3']],
    ['a number that two people share', 'phone=%2B441314960734', ['c-3', 'c-11']],
    ['the number of nobody', 'phone=%2B442079460099', []],
    ['a number without a digit', 'phone=*', []],
    ['an e-mail address', 'email=Dev.Patel@patelopticians.example', ['c-4']],
    ['beginnings of words, without accents', 'search=lef%20ant', ['c-24']],
    ['a piece of a number', 'search=171%203920014', ['c-17']],
    ['a company', 'company_id=o-3', ['c-3', 'c-11', 'c-12']],
  ])('are found by %s', async (_name, query, expected) => {
    const { body } = await running.ask('GET', `/api/contacts?${query}`);

    expect(ids(body, 'contacts')).toEqual(expected);
  });

  it.each([['page=2'], ['cursor']])('come page by page, by %s', async (way) => {
    const first = await running.ask('GET', '/api/contacts?per_page=40');
    const next = way === 'cursor' ? `cursor=${String(read(first.body, 'next_cursor'))}` : way;
    const second = await running.ask('GET', `/api/contacts?per_page=40&${next}`);

    expect([ids(first.body, 'contacts').length, read(first.body, 'more')]).toEqual([40, true]);
    expect([ids(second.body, 'contacts').length, read(second.body, 'more')]).toEqual([20, false]);
    expect(read(second.body, 'next_cursor')).toBeNull();
    expect(ids(second.body, 'contacts')[0]).toBe('c-41');
  });

  it('changed since a moment are told apart, the deleted too', async () => {
    const since = '2026-03-02T12:00:01.000Z';
    now += 1_000;
    await running.ask('PUT', '/api/contacts/c-2', { body: { contact: { job_title: 'Chair' } } });
    const gone = await running.ask('DELETE', '/api/contacts/c-5');
    const changes = await running.ask('GET', `/api/contacts?since=${since}`);
    const all = await running.ask('GET', '/api/contacts?per_page=200');

    expect(gone.status).toBe(204);
    expect(ids(changes.body, 'contacts')).toEqual(['c-2', 'c-5']);
    expect(read(changes.body, 'contacts', '1', 'deleted')).toBe(true);
    expect(ids(all.body, 'contacts')).not.toContain('c-5');
  });

  it('are kept over a restart, with the company that came with them', async () => {
    const contact = { last_name: 'Okoro', company: 'Okoro Tea' };
    const created = await running.ask('POST', '/api/contacts', { body: { contact } });
    const id = String(read(created.body, 'contact', 'id'));
    await running.ask('PUT', `/api/contacts/${id}`, {
      body: { contact: { first_name: 'Ada', last_name: null, id: 'c-1' } },
    });

    const again = new Crm(running.folder);

    expect(again.contact(id)).toMatchObject({
      first_name: 'Ada',
      last_name: '',
      company: 'Okoro Tea',
    });
    expect(again.companies.at(-1)).toMatchObject({
      name: 'Okoro Tea',
      id: again.contact(id)?.company_id,
    });
  });

  it('join the company of the same name', async () => {
    const contact = { last_name: 'Okoro', company: 'harbour bakery' };
    const { body } = await running.ask('POST', '/api/contacts', { body: { contact } });

    expect(read(body, 'contact', 'company_id')).toBe('o-1');
  });
});

describe('companies', () => {
  it('are listed, found and made', async () => {
    const all = await running.ask('GET', '/api/companies');
    const found = await running.ask('GET', '/api/companies?search=stu');
    const made = await running.ask('POST', '/api/companies', {
      body: { company: { name: 'New' } },
    });
    const nameless = await running.ask('POST', '/api/companies', { body: { company: {} } });

    expect(read(all.body, 'total')).toBe(15);
    expect(ids(found.body, 'companies')).toEqual(['o-3']);
    expect([made.status, nameless.status]).toEqual([201, 422]);
  });
});

describe('calls', () => {
  const call = { key: 'k-1', subject: 'Call', contact_id: 'c-1', user_id: 'u-201' };

  it('have one key each: a second one is refused and names the first', async () => {
    const first = await running.ask('POST', '/api/calls', { body: { call } });
    const second = await running.ask('POST', '/api/calls', { body: { call } });
    const found = await running.ask('GET', '/api/calls?key=k-1');
    const id = read(first.body, 'call', 'id');

    expect([first.status, second.status]).toEqual([201, 409]);
    expect(read(second.body, 'existing', 'id')).toBe(id);
    expect(ids(found.body, 'calls')).toEqual([id]);
  });

  it('are answered, assigned and ended', async () => {
    const { body } = await running.ask('POST', '/api/calls', { body: { call } });
    const path = `/api/calls/${String(read(body, 'call', 'id'))}`;
    const answered = await running.ask('POST', `${path}/answer`, { body: { user_id: 'u-202' } });
    await running.ask('POST', `${path}/assign`, { body: { contact_id: 'c-9' } });
    const ended = await running.ask('POST', `${path}/end`, {
      body: { status: 'answered', duration: 61 },
    });

    expect(read(answered.body, 'call', 'status')).toBe('in call');
    expect(read(ended.body, 'call')).toMatchObject({
      status: 'answered',
      contact_id: 'c-9',
      user_id: 'u-202',
      duration: 61,
      answered_at: '2026-03-02T12:00:00.000Z',
    });
  });

  it.each([
    ['a contact', { contact_id: 'c-999' }],
    ['a user', { user_id: 'u-999' }],
  ])('may not name %s that is not there', async (_name, fields) => {
    const made = await running.ask('POST', '/api/calls', { body: { call: fields } });
    const changed = await running.ask('PATCH', '/api/calls/1001', { body: { call: fields } });

    expect([made.status, changed.status]).toEqual([422, 422]);
  });

  it.each(['multipart', 'Base64'])('take a recording byte for byte, as %s', async (way) => {
    const bytes = Uint8Array.from({ length: 300 }, (_, index) => index % 256);
    const form = new FormData();
    form.set('recording', new File([bytes], 'call.wav', { type: 'audio/wav' }));
    const data = Buffer.from(bytes).toString('base64');
    const json = JSON.stringify({ recording: { filename: 'call.wav', type: 'audio/wav', data } });
    const upload = await fetch(`${running.origin}/api/calls/1001/recording`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(way === 'Base64' ? { 'content-type': 'application/json' } : {}),
      },
      body: way === 'Base64' ? json : form,
    });
    const played = await fetch(`${running.origin}/recordings/1001`);

    expect(upload.status).toBe(201);
    expect(played.headers.get('content-type')).toBe('audio/wav');
    expect(new Uint8Array(await played.arrayBuffer())).toEqual(bytes);
  });

  it.each(['/recordings/1001', '/api/calls/1001/recording'])(
    'give a recording that is no sound as a download, never as a page: %s',
    async (path) => {
      const headers = { authorization: `Bearer ${TOKEN}` };
      const form = new FormData();
      form.set('recording', new File(['<script>1</script>'], 'a.html', { type: 'text/html' }));
      const call = `${running.origin}/api/calls/1001/recording`;
      await fetch(call, { method: 'POST', headers, body: form });

      const given = await fetch(`${running.origin}${path}`, { headers });

      expect(given.headers.get('content-type')).toBe('application/octet-stream');
      expect(given.headers.get('content-disposition')).toBe('attachment; filename="a.html"');
      expect(given.headers.get('x-content-type-options')).toBe('nosniff');
    },
  );
});

it.each([
  ['a call that is not there', 'PATCH', '/api/calls/99', { call: {} }, 404],
  ['a path that is not there', 'GET', '/api/nothing', undefined, 404],
  ['an id that is no text', 'GET', '/api/calls/%E0', undefined, 400],
  ['a body without the record', 'POST', '/api/calls', { other: {} }, 400],
  ['a body that is no object', 'POST', '/api/calls', 7, 400],
  ['a filter that it does not know', 'GET', '/api/contacts?telephone=1', undefined, 400],
  ['a page that is none', 'GET', '/api/contacts?page=0', undefined, 400],
  ['a cursor that it did not give', 'GET', '/api/contacts?cursor=abc', undefined, 400],
  ['a moment that is none', 'GET', '/api/contacts?since=yesterday', undefined, 400],
  [
    'a recording that is no Base64',
    'POST',
    '/api/calls/1001/recording',
    { recording: { data: '*' } },
    400,
  ],
])('the API refuses %s and says why', async (_name, method, path, body, status) => {
  const answer = await running.ask(method, path, body === undefined ? {} : { body });

  expect(answer.status).toBe(status);
  expect(read(answer.body, 'error')).toMatch(/\.$/);
});
