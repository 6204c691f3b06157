import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Crm } from './crm.ts';
import { createCrmServer } from './server.ts';

const TOKEN = 'demo-token';

/** What the API answers with, by route; a test reads only the members of its own. */
interface Body {
  readonly error: string;
  readonly contacts: readonly { readonly id: string }[];
  readonly more: boolean;
  readonly contact: { readonly id: string };
  readonly call: { readonly id: string };
  readonly calls: readonly unknown[];
}

describe('the demo CRM', () => {
  let folder: string;
  let server: ReturnType<typeof createCrmServer>;
  let origin: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'patchcord-demo-crm-'));
    server = createCrmServer(new Crm(folder), TOKEN);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A server that listens on TCP has an address with a port.
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  const ask = async (method: string, path: string, body?: unknown, token = TOKEN) => {
    const answer = await fetch(`${origin}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    // The tests compare what they read, so a wrong shape fails them.
    return { status: answer.status, body: (await answer.json()) as Body };
  };

  it('refuses a wrong token', async () => {
    const answer = await ask('GET', '/api/users', undefined, 'wrong');

    expect(answer).toEqual({ status: 401, body: { error: 'The token is missing or wrong.' } });
  });

  it.each([
    ['with a country code', '+442079460018', ['c-1']],
    ['as dialled inside the country', '02079460018', ['c-1']],
    ['of a mobile', '+447700900456', ['c-3']],
    ['of nobody', '+442079460099', []],
    ['without a digit', '*', []],
  ])('finds contacts by a number %s', async (_name, phone, ids) => {
    const answer = await ask('GET', `/api/contacts?phone=${encodeURIComponent(phone)}`);

    expect(answer.body.contacts.map((contact) => contact.id)).toEqual(ids);
  });

  it('gives the contacts page by page', async () => {
    const first = await ask('GET', '/api/contacts?page=1&per_page=3');
    const second = await ask('GET', '/api/contacts?page=2&per_page=3');

    expect([first.body.contacts.length, first.body.more]).toEqual([3, true]);
    expect([second.body.contacts.length, second.body.more]).toEqual([1, false]);
  });

  it('keeps what was created and changed over a restart', async () => {
    const created = await ask('POST', '/api/contacts', { contact: { last_name: 'Okoro' } });
    await ask('PUT', `/api/contacts/${created.body.contact.id}`, {
      contact: { first_name: 'Ada' },
    });

    const contacts = new Crm(folder).contacts;

    expect(contacts.at(-1)).toMatchObject({ first_name: 'Ada', last_name: 'Okoro' });
  });

  it('refuses a second call with the same key, and finds the first by it', async () => {
    const first = await ask('POST', '/api/calls', { call: { key: 'k-1', subject: 'Call' } });
    const second = await ask('POST', '/api/calls', { call: { key: 'k-1', subject: 'Call' } });
    const found = await ask('GET', '/api/calls?key=k-1');

    expect([first.status, second.status]).toEqual([201, 409]);
    expect(found.body.calls).toEqual([first.body.call]);
  });

  it('attaches a recording byte for byte', async () => {
    const { body } = await ask('POST', '/api/calls', { call: { key: 'k-1' } });
    const bytes = Uint8Array.from({ length: 300 }, (_, index) => index % 256);
    const form = new FormData();
    form.set('recording', new File([bytes], 'call.wav', { type: 'audio/wav' }));

    const upload = await fetch(`${origin}/api/calls/${body.call.id}/recording`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
      body: form,
    });
    const played = await fetch(`${origin}/recordings/${body.call.id}`);

    expect(upload.status).toBe(201);
    expect(played.headers.get('content-type')).toBe('audio/wav');
    expect(new Uint8Array(await played.arrayBuffer())).toEqual(bytes);
  });

  it.each([
    ['a call that is not there', 'PATCH', '/api/calls/99', { call: {} }, 404],
    ['a path that is not there', 'GET', '/api/nothing', undefined, 404],
    ['a body without the record', 'POST', '/api/calls', { other: {} }, 400],
    ['a body that is no object', 'POST', '/api/calls', 7, 400],
  ])('refuses %s', async (_name, method, path, body, status) => {
    const answer = await ask(method, path, body);

    expect(answer.status).toBe(status);
  });

  it('shows calls and contacts on its page, and text from outside as text', async () => {
    await ask('POST', '/api/calls', {
      call: { key: 'k-1', subject: '<script>alert(1)</script>', contact_id: 'c-1' },
    });

    const page = await (await fetch(origin)).text();

    expect(page).toContain('Alice Smith');
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toContain('<script>alert');
  });
});
