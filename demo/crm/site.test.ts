import { connect } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runCrm, TOKEN, type RunningCrm } from './testing/running-crm.ts';

let running: RunningCrm;

beforeEach(async () => {
  running = await runCrm();
});
afterEach(() => running.close());

const visit = (path: string) =>
  fetch(`${running.origin}${path}`, { headers: { accept: 'text/html' } });
const text = async (path: string): Promise<string> => (await visit(path)).text();

describe('a page', () => {
  it.each([
    ['/', 'Today'],
    ['/contacts', 'Contacts'],
    ['/contacts?q=castelroc', 'Contacts'],
    ['/contacts/c-1', 'Alice Smith'],
    ['/companies', 'Companies'],
    ['/companies/o-1', 'Harbour Bakery'],
    ['/calls', 'Calls'],
    ['/calls?kind=missed&user=u-201', 'Calls of Nadia Rahman'],
    ['/users', 'Users'],
    ['/requests', 'Requests of the API'],
    ['/settings', 'Settings'],
    ['/api', 'API'],
  ])(
    '%s has one heading, nothing from elsewhere, and no script of its own in it',
    async (path, heading) => {
      const answer = await visit(path);
      const page = await answer.text();

      expect(answer.status).toBe(200);
      expect(page.match(/<h1>([^<]*)<\/h1>/g)).toEqual([`<h1>${heading}</h1>`]);
      expect(page.match(/<script[^>]*>/g)).toEqual(['<script src="/live.js" defer>']);
      expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
      expect(page).not.toContain(' style=');
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    },
  );

  it.each(['/contacts/c-999', '/companies/o-999', '/calls/1', '/nothing', '/calls/1/2'])(
    'of %s is not there, and says so',
    async (path) => {
      const answer = await visit(path);

      expect([answer.status, (await answer.text()).includes('Nothing here')]).toEqual([404, true]);
    },
  );

  it('shows text from outside as text', async () => {
    const call = { subject: '<script>alert(1)</script>', note: '"><img>', contact_id: 'c-1' };
    const { body } = await running.ask('POST', '/api/calls', { body: { call } });
    const id: unknown = Reflect.get(Object(Reflect.get(Object(body), 'call')), 'id');

    for (const path of ['/', '/calls', `/calls/${String(id)}`, '/contacts/c-1', '/requests']) {
      const page = await text(path);
      expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
      expect(page).not.toContain('<script>alert');
      expect(page).not.toContain('"><img>');
    }
  });

  it('is not shown under a name that somebody else lets point here', async () => {
    const { port } = new URL(running.origin);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.write('GET / HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n'),
      );
      socket.setEncoding('utf8').on('data', resolve);
    });

    expect(answer).toMatch(/^HTTP\/1\.1 421 /);
  });

  it('tells its script when something has changed', async () => {
    const before = await text('/changes');
    const same = await text('/changes');
    running.crm.createCall({ subject: 'Call' });
    const after = await text('/changes');

    expect(same).toBe(before);
    expect(after).not.toBe(before);
    expect(await text('/')).toContain(`data-state="${after}"`);
  });
});

describe('the page of a contact', () => {
  it('has its calls with players, and leads to its company and to its calls', async () => {
    const page = await text('/contacts/c-1');

    expect(page).toContain('href="/companies/o-1"');
    expect(page).toMatch(/href="\/calls\/10\d\d"/);
    expect(page).toMatch(/<audio[^>]*src="\/recordings\/10\d\d"/);
    expect(page).toContain('href="tel:+442079460018"');
  });
});

describe('a recording', () => {
  const recorded = (): string =>
    running.crm.calls.find((call) => call.recording !== null)?.id ?? '';
  const listen = (range?: string) =>
    fetch(`${running.origin}/recordings/${recorded()}`, {
      headers: range === undefined ? {} : { range },
    });

  it('of the first records is sound of the size that it says', async () => {
    const answer = await listen();
    const bytes = Buffer.from(await answer.arrayBuffer());

    expect(answer.headers.get('content-type')).toBe('audio/wav');
    expect(answer.headers.get('accept-ranges')).toBe('bytes');
    expect(bytes.subarray(0, 4).toString()).toBe('RIFF');
    expect(bytes.byteLength).toBe(running.crm.call(recorded())?.recording?.size);
  });

  it.each([
    ['bytes=0-3', 206, 0, 4],
    ['bytes=10-', 206, 10, undefined],
    ['bytes=-5', 206, -5, undefined],
    ['bytes=0-99999999', 206, 0, undefined],
    ['bytes=0-1,4-5', 200, 0, undefined],
    ['lines=1-2', 200, 0, undefined],
  ])('gives the part %s', async (range, status, start, end) => {
    const whole = Buffer.from(await (await listen()).arrayBuffer());
    const answer = await listen(range);

    expect(answer.status).toBe(status);
    expect(Buffer.from(await answer.arrayBuffer()).equals(whole.subarray(start, end))).toBe(true);
  });

  it('has nothing behind its end', async () => {
    const answer = await listen('bytes=99999999-');

    expect(answer.status).toBe(416);
    expect(answer.headers.get('content-range')).toMatch(/^bytes \*\/\d+$/);
  });

  it('that is no sound is a download', async () => {
    const call = running.crm.calls[0];
    if (call !== undefined) {
      running.crm.attachRecording(call, 'a"b.html', 'text/html', Buffer.from('<script>'));
    }
    const answer = await visit(`/recordings/${call?.id ?? ''}`);

    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="a_b.html"');
  });
});

describe('the log of requests', () => {
  it('shows what was sent and answered, and no secret', async () => {
    await running.ask('GET', '/api/contacts?search=turner');
    await running.ask('GET', '/api/users?access_token=query-secret');
    await running.ask('GET', '/api/contacts?phone=%2B44+20&q=a%26b');
    await running.ask('GET', '/api/me', { headers: { authorization: 'Bearer header-secret' } });
    const sign_in = { email: 'tom@demo.example', password: 'body-secret' };
    await running.ask('POST', '/api/session', { body: { sign_in }, headers: {} });

    const page = await text('/requests');

    expect(page).toContain('/api/contacts?search=turner');
    expect(page).toContain('turnersonsroofing.example');
    expect(page).toContain('access_token=[hidden]');
    // As it was sent: a plus of a query would be a space.
    expect(page).toContain('/api/contacts?phone=%2B44+20&amp;q=a%26b');
    expect(page).not.toMatch(/query-secret|header-secret|body-secret/);
    expect(page).not.toContain(TOKEN);
  });

  it('remembers the last hundred', async () => {
    for (let index = 0; index < 102; index += 1) {
      await running.ask('GET', `/api/contacts?search=n${index}`);
    }

    const page = await text('/requests');

    expect(page).toContain('search=n101<');
    expect(page).toContain('search=n2<');
    expect(page).not.toContain('search=n1<');
  });
});

it('begins anew when that is pressed', async () => {
  const contacts = running.crm.contacts;
  const before = running.crm.createCall({}).id;
  await running.ask('DELETE', '/api/contacts/c-1');
  await running.ask('POST', '/api/calls/1001/recording', {
    body: { recording: { data: 'UklGRg==' } },
  });
  running.habits.set('html_error', { times: null, percent: 100, only: '' });
  const pressed = await fetch(`${running.origin}/settings/reset`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: running.origin },
  });

  expect(pressed.status).toBe(303);
  expect(running.crm.contacts).toEqual(contacts);
  expect(running.habits.on).toEqual({});
  expect(Number(running.crm.createCall({}).id)).toBeGreaterThan(Number(before));
});
