import { expect, test, vi } from 'vitest';

import { fakeCrmDocument } from '../../runtime/testing/fake-crm-document.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { DELIVERED, WAIT, useSignInOffice } from '../testing/sign-in-office.ts';
import { signingDocument } from '../testing/signing-crm.ts';
import { setUpOffice, valueAt } from '../testing/test-server.ts';

const ALICE = {
  id: '7',
  first_name: 'Alice',
  last_name: 'Smith',
  phone: '+442071838750',
  email: 'alice@crm.test',
  company: '',
};

describeDatabases('signing a connection in', (databases) => {
  const kit = useSignInOffice(databases);
  const { connection, placeCall, send, signIn } = kit;

  test('calls wait for the sign-in and are written afterwards, each once', async () => {
    const calls = [await placeCall('before-1'), await placeCall('before-2')];
    await vi.waitFor(async () => {
      expect(await connection()).toMatchObject({ state: 'needs_auth' });
    }, WAIT);
    expect(kit.signing.crm.calls).toEqual([]);
    expect((await send('GET', calls[0] ?? '')).body).toMatchObject({
      connections: [{ state_reason: expect.stringContaining('POST …/sign-in gives the page') }],
      steps: [{ remedy: expect.stringMatching(/^Sign in at the CRM/) }, {}, {}],
    });

    await signIn();
    await vi.waitFor(() => {
      expect(kit.signing.crm.calls.map(({ stopped }) => stopped)).toEqual([1, 1]);
    }, WAIT);

    kit.signing.expire();
    calls.push(await placeCall('after-1'));
    await vi.waitFor(() => {
      expect(kit.signing.crm.calls.map(({ stopped }) => stopped)).toEqual([1, 1, 1]);
    }, WAIT);
    expect(kit.signing.asked.map(({ grant_type: grant }) => grant)).toEqual([
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
      expect((await send('GET', call)).text).not.toContain(kit.signing.crm.token);
    }
    expect(kit.server.log.join()).not.toContain(kit.signing.crm.token);
    expect(kit.server.log.join()).not.toContain('refresh-1');
  });

  test('a connection that signs in by itself needs nobody', async () => {
    const own = await setUpOffice(kit.server, kit.signing.crm, {
      document: signingDocument({ flow: 'client_credentials' }),
    });
    const where = `/v1/connections/${own.connectionId}`;
    const read = async (): Promise<unknown> =>
      (await kit.server.send('GET', where, { key: own.key })).body;
    expect(await read()).toMatchObject({
      state: 'active',
      sign_in: { by: 'credentials', state: 'none' },
    });

    const tested = await kit.server.send('POST', `${where}/test`, { key: own.key });

    expect(tested.body).toMatchObject({ ok: true, account: { name: 'Acme Ltd' } });
    expect(await read()).toMatchObject({ sign_in: { state: 'signed_in' } });
    const started = await kit.server.send('POST', `${where}/sign-in`, { key: own.key });
    expect(started.body).toMatchObject({
      status: 409,
      detail: expect.stringContaining('needs nobody to sign in'),
    });
  });

  test('a key needs nobody to sign in, also where only the account tells an address', async () => {
    kit.signing.account = { id: 'acc-1', name: 'users' };
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
    const own = await setUpOffice(kit.server, kit.signing.crm, { document });
    const where = `/v1/connections/${own.connectionId}`;

    const tested = await kit.server.send('POST', `${where}/test`, { key: own.key });

    expect(tested.body).toMatchObject({ ok: true, method: 'Users', account: { id: 'acc-1' } });
    expect(kit.signing.crm.requests.at(-2)?.url).toBe('/users');
    const forgotten = await kit.server.send('DELETE', `${where}/sign-in`, { key: own.key });
    expect(forgotten.body).toMatchObject({
      status: 409,
      detail: expect.stringContaining('no sign-in to forget'),
    });
    const read = await kit.server.send('GET', where, { key: own.key });
    expect(read.body).toMatchObject({ state: 'active', sign_in: null });
  });

  test('the address that comes with the sign-in is used and shown', async () => {
    kit.signing.crm.contacts.splice(0, kit.signing.crm.contacts.length, ALICE);
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
    kit.moveTo(await setUpOffice(kit.server, kit.signing.crm, { document }));
    await signIn();

    expect(await connection()).toMatchObject({
      state: 'active',
      origins: [kit.signing.crm.origin],
      properties: { Address: kit.signing.crm.origin, Instance: kit.signing.crm.origin },
    });
    const found = await send('GET', '/v1/contacts/identify?number=%2B442071838750');
    expect(found.body).toMatchObject({
      callers: [{ name: 'Alice Smith', url: `${kit.signing.crm.origin}/contacts/7` }],
    });
  });
});
