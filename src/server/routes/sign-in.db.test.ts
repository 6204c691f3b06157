import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import { fakeCrmDocument } from '../../runtime/testing/fake-crm-document.ts';
import { startFakeCrm } from '../../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { signingDocument, startSigningCrm } from '../testing/signing-crm.ts';
import type { SigningCrm } from '../testing/signing-crm.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from '../testing/test-server.ts';
import type { Office, Sent, TestServer } from '../testing/test-server.ts';

const TUNING = { times: { pollEveryMs: 20 }, policy: { backoffBaseMs: 10, backoffCapMs: 20 } };
const ALICE = {
  id: '7',
  first_name: 'Alice',
  last_name: 'Smith',
  phone: '+442071838750',
  email: 'alice@crm.test',
  company: '',
};
/** Find, create, stop: each once, with one attempt. */
const DELIVERED = [1, 2, 3].map(() => ({ state: 'delivered', attempts: [{ number: 1 }] }));
const WAIT = { timeout: 10_000, interval: 20 };

describeDatabases('signing a connection in', (databases) => {
  let signing: SigningCrm;
  let otherCrm: FakeCrm;
  let server: TestServer;
  let office: Office;
  let path: string;

  beforeAll(async () => {
    signing = await startSigningCrm();
    otherCrm = await startFakeCrm({ token: signing.crm.token });
    const database = await databases.open();
    server = await startTestServer({ database, crm: signing.crm, otherCrm, tuning: TUNING });
  });
  afterAll(async () => {
    await server.close();
    await signing.close();
    await otherCrm.close();
  });
  beforeEach(async () => {
    signing.away = false;
    signing.account = { id: 'acc-1', name: 'Acme Ltd' };
    office = await setUpOffice(server, signing.crm, { document: signingDocument() });
    path = `/v1/connections/${office.connectionId}`;
    signing.asked.length = 0;
    signing.crm.calls.length = 0;
    signing.crm.requests.length = 0;
  });

  const send: TestServer['send'] = (method, where, options) =>
    server.send(method, where, { key: office.key, ...options });
  const connection = async (): Promise<unknown> => (await send('GET', path)).body;
  const start = async (query = ''): Promise<URL> => {
    const started = await send('POST', `${path}/sign-in${query}`);
    expect(started.status).toBe(200);
    return new URL(textAt(started.body, 'url'));
  };
  const comeBack = async (page: URL, query = 'code=good-code'): Promise<Sent> => {
    const state = encodeURIComponent(page.searchParams.get('state') ?? '');
    return await server.send('GET', `/v1/sign-in/callback?state=${state}&${query}`);
  };
  const signIn = async (): Promise<Sent> => await comeBack(await start());
  const placeCall = async (callId: string): Promise<string> => {
    const at = Date.now() - 60_000;
    const common = { call_id: callId, direction: 'inbound', extension: '101' };
    const numbers = { calling_number: '+442071838750', called_number: '+442079460000' };
    const body = [
      { ...common, ...numbers, event_id: `${callId}-1`, kind: 'ringing', at },
      { ...common, event_id: `${callId}-2`, kind: 'answered', at: at + 5_000 },
      { ...common, event_id: `${callId}-3`, kind: 'ended', at: at + 30_000, duration: 25 },
    ];
    const sent = await send('POST', '/v1/call-events', { key: office.eventsKey, body });
    expect(sent.status).toBe(202);
    return `/v1/calls/${textAt(sent.body, 'results', 0, 'call_id')}`;
  };

  describe('a new connection', () => {
    test('waits for a person, and says where to sign in', async () => {
      expect(await connection()).toMatchObject({
        state: 'needs_auth',
        state_reason: expect.stringMatching(
          /^Nobody has signed in.*POST …\/sign-in gives the page/,
        ),
        sign_in: { by: 'person', state: 'needs_auth', account: null, since: null },
      });
      const tested = await send('POST', `${path}/test`);
      expect(tested.body).toMatchObject({
        ok: false,
        account: null,
        message: expect.stringContaining('POST …/sign-in'),
        exchanges: [],
      });
    });

    test.each(['crm-users', 'user-link-suggestions'])(
      'has no %s before that, and says where to sign in',
      async (list) => {
        const answer = await send('GET', `${path}/${list}`);

        expect(answer.body).toMatchObject({
          status: 409,
          code: 'conflict',
          detail: expect.stringMatching(/^Nobody has signed in.*POST …\/sign-in gives the page/),
        });
      },
    );

    test('leads to the page of the CRM, with a state and a challenge of its own', async () => {
      const [first, second] = [await start(), await start()];

      expect(`${first.origin}${first.pathname}`).toBe(`${signing.crm.origin}/authorize`);
      expect(Object.fromEntries(first.searchParams)).toMatchObject({
        response_type: 'code',
        client_id: 'patchcord-test',
        redirect_uri: 'http://127.0.0.1:8080/v1/sign-in/callback',
        code_challenge_method: 'S256',
        scope: 'api offline_access',
      });
      for (const name of ['state', 'code_challenge']) {
        expect(first.searchParams.get(name)).toMatch(/^[\w-]{43}$/u);
        expect(first.searchParams.get(name)).not.toBe(second.searchParams.get(name));
      }
    });
  });

  describe('a person who comes back', () => {
    test('reads that it is connected, and the connection works', async () => {
      const page = await signIn();

      expect(page.status).toBe(200);
      expect(page.type).toBe('text/html; charset=utf-8');
      expect(page.text).toContain('<h1>Signing CRM is connected</h1>');
      expect(page.headers).toMatchObject({
        'content-security-policy': expect.stringContaining(
          "default-src 'none'; style-src 'sha256-",
        ),
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      expect(await connection()).toMatchObject({
        state: 'active',
        state_reason: null,
        sign_in: {
          by: 'person',
          state: 'signed_in',
          account: { id: 'acc-1', name: 'Acme Ltd' },
          offered_account: null,
          since: expect.stringMatching(/Z$/),
          expires_at: expect.stringMatching(/Z$/),
          message: null,
        },
      });
      expect((await send('POST', `${path}/test`)).body).toMatchObject({
        ok: true,
        method: 'Users',
        message: 'The CRM accepted the credentials and answered with 2 users. Account: Acme Ltd.',
        account: { id: 'acc-1', name: 'Acme Ltd' },
      });
    });

    test('goes on to where the sign-in was started from', async () => {
      const page = await start('?return_to=%2Fconnections%3Ftab%3D1%23crm');

      const back = await comeBack(page);

      expect(back.status).toBe(303);
      expect(back.headers).toMatchObject({
        location: `/connections?tab=1&sign_in=connected&connection_id=${office.connectionId}#crm`,
        'referrer-policy': 'no-referrer',
      });
      expect(back.text).toBe('');
    });

    test('twice reads that it was used, and the code goes to the CRM once', async () => {
      const page = await start();
      await comeBack(page);

      const again = await comeBack(page);

      expect(again.text).toContain('<h1>This sign-in was used already</h1>');
      expect(signing.asked).toHaveLength(1);
      expect(await connection()).toMatchObject({ state: 'active' });
    });

    test('whose link a program looked at with HEAD before is connected for all that', async () => {
      const page = await start();
      const state = encodeURIComponent(page.searchParams.get('state') ?? '');

      const looked = await server.send(
        'HEAD',
        `/v1/sign-in/callback?state=${state}&code=good-code`,
      );

      expect([looked.status, looked.headers['allow']]).toEqual([405, 'GET']);
      expect(signing.asked).toEqual([]);
      expect(await connection()).toMatchObject({ state: 'needs_auth' });
      expect((await comeBack(page)).text).toContain('is connected');
    });

    test.each([
      ['sec-purpose', 'prefetch;prerender'],
      ['sec-purpose', 'prefetch'],
      ['purpose', 'prefetch'],
    ])(
      'whose browser fetched the page ahead (%s: %s) is connected by opening it',
      async (name, value) => {
        const page = await start();
        const state = encodeURIComponent(page.searchParams.get('state') ?? '');
        const where = `/v1/sign-in/callback?state=${state}&code=good-code`;

        const ahead = await server.send('GET', where, { headers: { [name]: value } });

        expect(ahead.status).toBe(409);
        expect(signing.asked).toEqual([]);
        expect((await comeBack(page)).text).toContain('is connected');
      },
    );

    test('of an organization that was suspended meanwhile reads so, and no CRM is asked', async () => {
      const page = await start();
      const organization = `/v1/organizations/${office.organizationId}`;
      const asAdmin = { key: server.adminKey, body: {} };
      await server.send('POST', `${organization}/suspend`, asAdmin);

      const back = await comeBack(page);

      expect(back.text).toContain('could not be connected');
      expect(back.text).toContain('The organization is suspended');
      expect([signing.asked, signing.crm.requests]).toEqual([[], []]);
      await server.send('POST', `${organization}/resume`, { key: server.adminKey });
      expect((await comeBack(page)).text).toContain('is connected');
    });

    test('goes on to the root of this server, which takes what is in the query', async () => {
      const back = await comeBack(await start('?return_to=%2F'));

      expect((await server.send('GET', String(back.headers['location']))).status).toBe(200);
    });

    test.each<[string, string, string, string]>([
      ['did not agree', 'error=access_denied', 'Signing CRM is not connected', 'declined'],
      ['has a code that the CRM refuses', 'code=stale', 'could not be connected', 'invalid_grant'],
      ['has no code', 'foo=bar', 'could not be connected', 'no code'],
      ['has two codes', 'code=good-code&code=other', 'could not be connected', 'no code'],
    ])('and %s reads why', async (_name, query, title, words) => {
      const page = await comeBack(await start(), query);

      expect(page.status).toBe(200);
      expect(page.text).toContain(title);
      expect(page.text).toContain(words);
      expect(await connection()).toMatchObject({ state: 'needs_auth' });
    });

    test('with a text that is HTML reads it as text', async () => {
      const evil = encodeURIComponent(`<script>alert(1)</script>"><img src=x onerror=alert(2)>`);

      const page = await comeBack(await start(), `error=${evil}&error_description=${evil}`);

      expect(page.text).not.toMatch(/<script|<img/);
      expect(page.text).toContain('could not be connected');
    });

    test.each([
      ['that nobody began', '?state=made-up&code=good-code'],
      ['without a state', '?code=good-code'],
      ['with two states', '?state=a&state=b&code=good-code'],
      ['with nothing', ''],
    ])('from a sign-in %s reads that it is unknown', async (_name, query) => {
      const page = await server.send('GET', `/v1/sign-in/callback${query}`);

      expect(page.status).toBe(200);
      expect(page.text).toContain('<h1>We do not know this sign-in</h1>');
      expect(signing.asked).toEqual([]);
    });
  });

  describe('another account', () => {
    beforeEach(async () => {
      await signIn();
      signing.account = { id: 'acc-2', name: 'Beta Ltd' };
    });

    test('changes nothing until somebody says that it is meant', async () => {
      const page = await signIn();

      expect(page.text).toContain('<h1>That is another account</h1>');
      expect(page.text).toContain('Beta Ltd');
      expect(await connection()).toMatchObject({
        state: 'active',
        sign_in: {
          state: 'signed_in',
          account: { id: 'acc-1' },
          offered_account: { id: 'acc-2', name: 'Beta Ltd' },
        },
      });

      const confirmed = await send('POST', `${path}/sign-in/confirm-account`);

      expect(confirmed.body).toMatchObject({
        sign_in: { account: { id: 'acc-2', name: 'Beta Ltd' }, offered_account: null },
      });
    });

    test('that the CRM does not name is unknown, not another; confirmed, it is known again', async () => {
      const known = signing.account;
      signing.account = { id: '', name: '' };

      const page = await signIn();

      expect(page.text).toContain('<h1>Whose account is it?</h1>');
      expect(await connection()).toMatchObject({
        sign_in: { account: { id: 'acc-1' }, offered_account: { id: null, name: null } },
      });
      signing.account = known;
      await send('POST', `${path}/sign-in/confirm-account`);
      expect(await connection()).toMatchObject({
        sign_in: { account: { id: 'acc-2', name: 'Beta Ltd' }, offered_account: null },
      });
      signing.account = { id: 'acc-3', name: 'Gamma Ltd' };
      expect((await signIn()).text).toContain('<h1>That is another account</h1>');
    });

    test('that nobody signed in with cannot be confirmed', async () => {
      const confirmed = await send('POST', `${path}/sign-in/confirm-account`);

      expect(confirmed.body).toMatchObject({ status: 409, code: 'conflict' });
    });
  });

  test('it is kept who did what', async () => {
    await signIn();
    signing.account = { id: 'acc-2', name: 'Beta Ltd' };
    await signIn();
    await send('POST', `${path}/sign-in/confirm-account`);
    await send('DELETE', `${path}/sign-in`);

    const deeds = await server.database.read
      .selectFrom('audit_entry')
      .select(['action', 'actor'])
      .where('object_id', '=', office.connectionId)
      .orderBy('id')
      .execute();

    expect(deeds.map(({ action }) => action)).toEqual([
      'connection.created',
      'connection.sign_in_started',
      'connection.signed_in',
      'connection.sign_in_started',
      'connection.other_account_signed_in',
      'connection.account_confirmed',
      'connection.signed_out',
    ]);
    expect(new Set(deeds.map(({ actor }) => actor.split(':')[0]))).toEqual(new Set(['key']));
  });

  test('a forgotten sign-in must be made anew; calls are kept', async () => {
    await signIn();

    const forgotten = await send('DELETE', `${path}/sign-in`);

    expect(forgotten.body).toMatchObject({
      state: 'needs_auth',
      sign_in: { state: 'needs_auth', account: null, since: null },
    });
    const call = await placeCall('kept-call');
    await signIn();
    await vi.waitFor(async () => {
      const steps = valueAt((await send('GET', call)).body, 'steps');
      expect(steps).toMatchObject(DELIVERED);
    }, WAIT);
  });

  test('a sign-in whose tokens the CRM refuses says so, as its connection does', async () => {
    await signIn();
    const refused = { state: 'needs_auth', state_reason: 'The CRM refused the token.' } as const;
    await server.database.write((transaction) =>
      transaction
        .updateTable('connection')
        .set(refused)
        .where('id', '=', office.connectionId)
        .execute(),
    );

    expect(await connection()).toMatchObject({
      state: 'needs_auth',
      sign_in: { state: 'needs_auth', message: 'The CRM refused the token.' },
    });
  });

  describe('a changed connection', () => {
    const change = async (body: object): Promise<Sent> => {
      const { headers } = await send('GET', path);
      const etag = String(headers['etag']);
      return await send('PATCH', path, { headers: { 'if-match': etag }, body });
    };
    beforeEach(async () => {
      await signIn();
      otherCrm.requests.length = 0;
    });

    test('of another name keeps its sign-in', async () => {
      const changed = await change({ name: `CRM of ${office.connectionId}` });

      expect(changed.body).toMatchObject({ state: 'active', sign_in: { state: 'signed_in' } });
    });

    test('of a new client secret keeps its sign-in, of another client it asks for a new one', async () => {
      const secret = await change({ properties: { 'API token': 'rotated-secret-0001' } });
      const client = await change({ properties: { Client: 'another-client' } });

      expect(secret.body).toMatchObject({ state: 'active', sign_in: { state: 'signed_in' } });
      expect(client.body).toMatchObject({ state: 'needs_auth', sign_in: { state: 'needs_auth' } });
    });

    test('of another address asks for a new one at once, and no token goes there', async () => {
      const properties = { Address: otherCrm.origin, 'API token': 'another-client-secret' };

      const changed = await change({ properties });

      expect(changed.body).toMatchObject({
        state: 'needs_auth',
        origins: [otherCrm.origin],
        state_reason: expect.stringContaining('POST …/sign-in'),
        sign_in: { state: 'needs_auth' },
      });
      await send('POST', `${path}/test`);
      await placeCall('to-another-address');
      expect((await send('GET', `${path}/crm-users`)).status).toBe(409);
      expect(otherCrm.requests).toEqual([]);
      expect((await start()).origin).toBe(otherCrm.origin);
    });

    test('of another address without its secret is refused', async () => {
      const changed = await change({ properties: { Address: otherCrm.origin } });

      expect(changed.body).toMatchObject({ status: 409, code: 'origins_changed' });
      expect(await connection()).toMatchObject({ state: 'active' });
    });
  });

  test('calls wait for the sign-in and are written afterwards, each once', async () => {
    const calls = [await placeCall('before-1'), await placeCall('before-2')];
    await vi.waitFor(async () => {
      expect(await connection()).toMatchObject({ state: 'needs_auth' });
    }, WAIT);
    expect(signing.crm.calls).toEqual([]);
    expect((await send('GET', calls[0] ?? '')).body).toMatchObject({
      connections: [{ state_reason: expect.stringContaining('POST …/sign-in gives the page') }],
      steps: [{ remedy: expect.stringMatching(/^Sign in at the CRM/) }, {}, {}],
    });

    await signIn();
    await vi.waitFor(() => {
      expect(signing.crm.calls.map(({ stopped }) => stopped)).toEqual([1, 1]);
    }, WAIT);

    signing.expire();
    calls.push(await placeCall('after-1'));
    await vi.waitFor(() => {
      expect(signing.crm.calls.map(({ stopped }) => stopped)).toEqual([1, 1, 1]);
    }, WAIT);
    expect(signing.asked.map(({ grant_type: grant }) => grant)).toEqual([
      'authorization_code',
      'refresh_token',
    ]);
    const late = (await send('GET', calls.at(-1) ?? '')).body;
    expect(valueAt(late, 'steps', 0, 'attempts', 0, 'exchanges')).toMatchObject([
      { response: { status: 401 } },
      { response: { status: 200 } },
    ]);
    for (const call of calls) {
      // The CRM has the last step a moment before the ledger says so.
      await vi.waitFor(async () => {
        expect(valueAt((await send('GET', call)).body, 'steps')).toMatchObject(DELIVERED);
      }, WAIT);
      expect((await send('GET', call)).text).not.toContain(signing.crm.token);
    }
    expect(server.log.join()).not.toContain(signing.crm.token);
    expect(server.log.join()).not.toContain('refresh-1');
  });

  test('a connection that signs in by itself needs nobody', async () => {
    const own = await setUpOffice(server, signing.crm, {
      document: signingDocument({ flow: 'client_credentials' }),
    });
    const where = `/v1/connections/${own.connectionId}`;
    const read = async (): Promise<unknown> =>
      (await server.send('GET', where, { key: own.key })).body;
    expect(await read()).toMatchObject({
      state: 'active',
      sign_in: { by: 'credentials', state: 'none' },
    });

    const tested = await server.send('POST', `${where}/test`, { key: own.key });

    expect(tested.body).toMatchObject({ ok: true, account: { name: 'Acme Ltd' } });
    expect(await read()).toMatchObject({ sign_in: { state: 'signed_in' } });
    const started = await server.send('POST', `${where}/sign-in`, { key: own.key });
    expect(started.body).toMatchObject({
      status: 409,
      detail: expect.stringContaining('needs nobody to sign in'),
    });
  });

  test('a key needs nobody to sign in, also where only the account tells an address', async () => {
    signing.account = { id: 'acc-1', name: 'users' };
    const source = JSON.parse(fakeCrmDocument());
    const Account = {
      request_method: 'GET',
      request_path: '/me',
      response_map: { id: '$account_id$', name: '$Area$' },
    };
    const Users = { ...source.API.Users, request_path: '/$Area$' };
    const document = JSON.stringify({
      ...source,
      id: 'account-crm',
      properties: [...source.properties, { label: 'Area', filled_by: 'sign_in' }],
      parameters: { ...source.parameters, account_id: 'string' },
      API: { ...source.API, Account, Users },
    });
    const own = await setUpOffice(server, signing.crm, { document });
    const where = `/v1/connections/${own.connectionId}`;

    const tested = await server.send('POST', `${where}/test`, { key: own.key });

    expect(tested.body).toMatchObject({ ok: true, method: 'Users', account: { id: 'acc-1' } });
    expect(signing.crm.requests.at(-2)?.url).toBe('/users');
    const forgotten = await server.send('DELETE', `${where}/sign-in`, { key: own.key });
    expect(forgotten.body).toMatchObject({
      status: 409,
      detail: expect.stringContaining('no sign-in to forget'),
    });
    const read = await server.send('GET', where, { key: own.key });
    expect(read.body).toMatchObject({ state: 'active', sign_in: null });
  });

  test('the address that comes with the sign-in is used and shown', async () => {
    signing.crm.contacts.splice(0, signing.crm.contacts.length, ALICE);
    const source = JSON.parse(
      signingDocument({ token_response_map: { instance_url: '$Instance$' } }),
    );
    const document = JSON.stringify({
      ...source,
      id: 'instance-crm',
      hosts: ['127.0.0.1'],
      properties: [...source.properties, { label: 'Instance', type: 'url', filled_by: 'sign_in' }],
      resource_url: '$Instance$',
      contact_url: '$Instance$/contacts/$contact_id$',
    });
    office = await setUpOffice(server, signing.crm, { document });
    path = `/v1/connections/${office.connectionId}`;
    await signIn();

    expect(await connection()).toMatchObject({
      state: 'active',
      origins: [signing.crm.origin],
      properties: { Address: signing.crm.origin, Instance: signing.crm.origin },
    });
    const found = await send('GET', '/v1/callers?number=%2B442071838750');
    expect(found.body).toMatchObject({
      callers: [{ name: 'Alice Smith', url: `${signing.crm.origin}/contacts/7` }],
    });
  });

  describe('is refused', () => {
    test.each([
      ['//evil.example/x', 'another host'],
      ['https://evil.example', 'a whole address'],
      [String.raw`/\evil.example`, 'a backslash'],
      ['connections', 'no path'],
      ['/v1/reference', 'a path of the API'],
    ])('a way back to %s: %s', async (returnTo) => {
      const query = `?return_to=${encodeURIComponent(returnTo)}`;

      const started = await send('POST', `${path}/sign-in${query}`);

      expect(started.body).toMatchObject({ status: 400, code: 'invalid_request' });
    });

    test.each(['POST /sign-in', 'DELETE /sign-in', 'POST /sign-in/confirm-account'])(
      '%s for the connection of somebody else, as for one that is missing',
      async (route) => {
        const [method, rest = ''] = route.split(' ');
        const stranger = await setUpOffice(server, signing.crm, { document: signingDocument() });
        const as = { key: stranger.key };
        const verb = method === 'DELETE' ? 'DELETE' : 'POST';

        const foreign = await server.send(verb, `${path}${rest}`, as);
        const missing = await server.send(verb, `/v1/connections/none${rest}`, as);

        expect(foreign.body).toMatchObject({ status: 404, code: 'not_found' });
        expect(missing.status).toBe(404);
        expect(valueAt(foreign.body, 'detail')).toBe(valueAt(missing.body, 'detail'));
      },
    );
  });
});
