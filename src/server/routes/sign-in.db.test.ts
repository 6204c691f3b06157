import { describe, expect, test } from 'vitest';

import { describeDatabases } from '../../store/testing/databases.ts';
import { useSignInOffice } from '../testing/sign-in-office.ts';
import { signingDocument } from '../testing/signing-crm.ts';
import { setUpOffice, valueAt } from '../testing/test-server.ts';

describeDatabases('signing a connection in', (databases) => {
  const kit = useSignInOffice(databases);
  const { comeBack, connection, send, signIn, start } = kit;

  describe('a new connection', () => {
    test('waits for a person, and says where to sign in', async () => {
      expect(await connection()).toMatchObject({
        state: 'needs_auth',
        state_reason: expect.stringMatching(
          /^Nobody has signed in.*POST …\/sign-in gives the page/,
        ),
        sign_in: { by: 'person', state: 'needs_auth', account: null, since: null },
      });
      const tested = await send('POST', `${kit.path}/test`);
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
        const answer = await send('GET', `${kit.path}/${list}`);

        expect(answer.body).toMatchObject({
          status: 409,
          code: 'conflict',
          detail: expect.stringMatching(/^Nobody has signed in.*POST …\/sign-in gives the page/),
        });
      },
    );

    test('leads to the page of the CRM, with a state and a challenge of its own', async () => {
      const [first, second] = [await start(), await start()];

      expect(`${first.origin}${first.pathname}`).toBe(`${kit.signing.crm.origin}/authorize`);
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
      expect((await send('POST', `${kit.path}/test`)).body).toMatchObject({
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
        location: `/connections?tab=1&sign_in=connected&connection_id=${kit.office.connectionId}#crm`,
        'referrer-policy': 'no-referrer',
      });
      expect(back.text).toBe('');
    });

    test('twice reads that it was used, and the code goes to the CRM once', async () => {
      const page = await start();
      await comeBack(page);

      const again = await comeBack(page);

      expect(again.text).toContain('<h1>This sign-in was used already</h1>');
      expect(kit.signing.asked).toHaveLength(1);
      expect(await connection()).toMatchObject({ state: 'active' });
    });

    test('whose link a program looked at with HEAD before is connected for all that', async () => {
      const page = await start();
      const state = encodeURIComponent(page.searchParams.get('state') ?? '');

      const looked = await kit.server.send(
        'HEAD',
        `/v1/sign-in/callback?state=${state}&code=good-code`,
      );

      expect([looked.status, looked.headers['allow']]).toEqual([405, 'GET']);
      expect(kit.signing.asked).toEqual([]);
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

        const ahead = await kit.server.send('GET', where, { headers: { [name]: value } });

        expect(ahead.status).toBe(409);
        expect(kit.signing.asked).toEqual([]);
        expect((await comeBack(page)).text).toContain('is connected');
      },
    );

    test('of an organization that was suspended meanwhile reads so, and no CRM is asked', async () => {
      const page = await start();
      const organization = `/v1/organizations/${kit.office.organizationId}`;
      const asAdmin = { key: kit.server.adminKey, body: {} };
      await kit.server.send('POST', `${organization}/suspend`, asAdmin);

      const back = await comeBack(page);

      expect(back.text).toContain('could not be connected');
      expect(back.text).toContain('The organization is suspended');
      expect([kit.signing.asked, kit.signing.crm.requests]).toEqual([[], []]);
      await kit.server.send('POST', `${organization}/resume`, { key: kit.server.adminKey });
      expect((await comeBack(page)).text).toContain('is connected');
    });

    test('goes on to the root of this server, which takes what is in the query', async () => {
      const back = await comeBack(await start('?return_to=%2F'));

      expect((await kit.server.send('GET', String(back.headers['location']))).status).toBe(200);
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
      const page = await kit.server.send('GET', `/v1/sign-in/callback${query}`);

      expect(page.status).toBe(200);
      expect(page.text).toContain('<h1>We do not know this sign-in</h1>');
      expect(kit.signing.asked).toEqual([]);
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

      const started = await send('POST', `${kit.path}/sign-in${query}`);

      expect(started.body).toMatchObject({ status: 400, code: 'invalid_request' });
    });

    test.each(['POST /sign-in', 'DELETE /sign-in', 'POST /sign-in/confirm-account'])(
      '%s for the connection of somebody else, as for one that is missing',
      async (route) => {
        const [method, rest = ''] = route.split(' ');
        const stranger = await setUpOffice(kit.server, kit.signing.crm, {
          document: signingDocument(),
        });
        const as = { key: stranger.key };
        const verb = method === 'DELETE' ? 'DELETE' : 'POST';

        const foreign = await kit.server.send(verb, `${kit.path}${rest}`, as);
        const missing = await kit.server.send(verb, `/v1/connections/none${rest}`, as);

        expect(foreign.body).toMatchObject({ status: 404, code: 'not_found' });
        expect(missing.status).toBe(404);
        expect(valueAt(foreign.body, 'detail')).toBe(valueAt(missing.body, 'detail'));
      },
    );
  });
});
