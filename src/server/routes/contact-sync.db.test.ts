import { afterEach, expect, test } from 'vitest';

import { fakeCrmDocument } from '../../runtime/testing/fake-crm-document.ts';
import { startFakeCrm } from '../../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from '../testing/test-server.ts';
import type { Office, Sent, TestServer } from '../testing/test-server.ts';

const WITH_CONTACTS = fakeCrmDocument({
  methods: {
    Contacts: {
      request_method: 'GET',
      request_path: '/contacts',
      response_map: {
        contacts: [{ id: '$contact_id$', last_name: '$lastname$', phone: '$phone$' }],
      },
    },
  },
});
const TRIES = 1_000;

describeDatabases('the sync of contacts over the API', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;
  afterEach(async () => {
    await server.close();
    await crm.close();
  });

  const start = async (
    options: {
      readonly document?: string;
      readonly options?: object;
      readonly people?: number;
    } = {},
  ): Promise<void> => {
    crm = await startFakeCrm();
    for (let id = 1; id <= (options.people ?? 3); id += 1) add(String(id));
    const times = { pollEveryMs: 10 };
    server = await startTestServer({
      ...{ database: await databases.open(), crm, contacts: true, tuning: { syncTimes: times } },
    });
    office = await setUpOffice(server, crm, { document: WITH_CONTACTS, ...options });
  };
  const add = (id: string): void => {
    const phone = `+4420794600${id.padStart(2, '0')}`;
    crm.contacts.push({ id, first_name: '', last_name: `P${id}`, phone, email: '', company: '' });
  };
  const send = async (method: 'GET' | 'POST', path = '', body?: object): Promise<Sent> =>
    await server.send(method, `/v1/connections/${office.connectionId}/contacts/sync${path}`, {
      key: office.key,
      ...(body === undefined ? {} : { body }),
    });
  const until = async (what: (body: unknown) => boolean): Promise<unknown> => {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const { body } = await send('GET');
      if (what(body)) return body;
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    }
    throw new Error(`It never came: ${(await send('GET')).text}`);
  };
  const isIdle = (body: unknown): boolean => valueAt(body, 'state') === 'idle';
  const stateOf = async (): Promise<unknown> => {
    const path = `/v1/connections/${office.connectionId}`;
    return valueAt((await server.send('GET', path, { key: office.key })).body, 'state');
  };

  test('a new connection is read by itself, and says when it comes again', async () => {
    await start();

    const body = await until(isIdle);

    expect(body).toMatchObject({
      ...{ people: 3, companies: 0, message: 'The contacts are up to date.' },
      lists: [{ method: 'Contacts', pass: null, received: 3, added: 3, last_error: null }],
    });
    expect(Date.parse(textAt(body, 'next_run_at'))).toBeGreaterThan(Date.now() + 50 * 60_000);
  });

  test('deletions of more than a fifth wait for a word', async () => {
    await start({ people: 25 });
    await until(isIdle);
    crm.contacts.splice(0, 10);

    expect((await send('POST', '', { full: true })).status).toBe(202);
    const waiting = await until((body) => valueAt(body, 'lists', 0, 'waiting_deletions') === 10);

    expect(waiting).toMatchObject({ people: 25 });
    expect(textAt(waiting, 'message')).toContain(
      'The CRM no longer lists 10 contacts, or calls them deleted',
    );
    const accepted = await send('POST', '', { accept_deletions: true });
    expect(accepted.status).toBe(202);
    expect(accepted.body).toMatchObject({ people: 15, lists: [{ waiting_deletions: null }] });
  });

  test('credentials that the CRM refuses stop the connection, and new ones let it go on', async () => {
    await start();
    await until(isIdle);
    add('4');
    crm.behave('GET /contacts', 'unauthorized');

    await send('POST', '', { full: true });
    const failed = await until((body) => valueAt(body, 'lists', 0, 'last_error') !== null);

    expect(valueAt(failed, 'lists', 0, 'last_error')).toMatchObject({ code: 'unauthorized' });
    expect(await stateOf()).toBe('needs_auth');
    await until((body) => textAt(body, 'message').includes('`needs_auth`'));
    crm.behave('GET /contacts', undefined);
    const path = `/v1/connections/${office.connectionId}/resume`;
    await server.send('POST', path, { key: office.key });
    expect(await until((body) => isIdle(body) && valueAt(body, 'people') === 4)).toBeDefined();
    expect(await stateOf()).toBe('active');
  });

  test('a CRM that limits the rate slows the sync and not the connection', async () => {
    await start();
    await until(isIdle);
    crm.behave('GET /contacts', 'throttle', { times: 1 });

    await send('POST', '', {});
    const isThrottled = (body: unknown): boolean =>
      valueAt(body, 'lists', 0, 'last_error', 'code') === 'throttled';
    // Until then whoever has found it out holds the sync.
    await until((body) => isThrottled(body) && valueAt(body, 'state') === 'waiting');

    expect(await stateOf()).toBe('active');
    expect((await send('POST', '/cancel')).status).toBe(200);
    expect(valueAt(await until(isIdle), 'lists', 0, 'last_error', 'code')).toBe('cancelled');
  });

  test.each([
    ['by the option', { options: { contact_sync: false } }, 'The option `contact_sync` is off'],
    ['by the document', { document: fakeCrmDocument() }, 'neither `Contacts` nor `Organizations`'],
  ])('%s there is none', async (_how, options, words) => {
    await start(options);

    const { body } = await send('GET');
    const asked = await send('POST', '', {});

    expect(body).toMatchObject({ state: 'off', lists: [], next_run_at: null });
    expect(textAt(body, 'message')).toContain(words);
    expect(asked.status).toBe(409);
    expect(crm.requests.filter(({ path }) => path === '/contacts')).toEqual([]);
  });

  test('the sync of a foreign connection is not there', async () => {
    await start();
    const mine = office;
    office = await setUpOffice(server, crm, { document: WITH_CONTACTS });
    office = { ...office, connectionId: mine.connectionId };

    expect((await send('GET')).status).toBe(404);
    expect((await send('POST', '', { full: true })).status).toBe(404);
    expect((await send('POST', '/cancel')).status).toBe(404);
  });
});
