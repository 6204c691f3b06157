import { beforeEach, describe, expect, test, vi } from 'vitest';

import { describeDatabases } from '../../store/testing/databases.ts';
import { DELIVERED, WAIT, useSignInOffice } from '../testing/sign-in-office.ts';
import { valueAt } from '../testing/test-server.ts';
import type { Sent } from '../testing/test-server.ts';

describeDatabases('signing a connection in', (databases) => {
  const kit = useSignInOffice(databases);
  const { connection, placeCall, send, signIn, start } = kit;

  describe('another account', () => {
    beforeEach(async () => {
      await signIn();
      kit.signing.account = { id: 'acc-2', name: 'Beta Ltd' };
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

      const confirmed = await send('POST', `${kit.path}/sign-in/confirm-account`);

      expect(confirmed.body).toMatchObject({
        sign_in: { account: { id: 'acc-2', name: 'Beta Ltd' }, offered_account: null },
      });
    });

    test('that the CRM does not name is unknown, not another; confirmed, it is known again', async () => {
      const known = kit.signing.account;
      kit.signing.account = { id: '', name: '' };

      const page = await signIn();

      expect(page.text).toContain('<h1>Whose account is it?</h1>');
      expect(await connection()).toMatchObject({
        sign_in: { account: { id: 'acc-1' }, offered_account: { id: null, name: null } },
      });
      kit.signing.account = known;
      await send('POST', `${kit.path}/sign-in/confirm-account`);
      expect(await connection()).toMatchObject({
        sign_in: { account: { id: 'acc-2', name: 'Beta Ltd' }, offered_account: null },
      });
      kit.signing.account = { id: 'acc-3', name: 'Gamma Ltd' };
      expect((await signIn()).text).toContain('<h1>That is another account</h1>');
    });

    test('that nobody signed in with cannot be confirmed', async () => {
      const confirmed = await send('POST', `${kit.path}/sign-in/confirm-account`);

      expect(confirmed.body).toMatchObject({ status: 409, code: 'conflict' });
    });
  });

  test('it is kept who did what', async () => {
    await signIn();
    kit.signing.account = { id: 'acc-2', name: 'Beta Ltd' };
    await signIn();
    await send('POST', `${kit.path}/sign-in/confirm-account`);
    await send('DELETE', `${kit.path}/sign-in`);

    const deeds = await kit.server.database.read
      .selectFrom('audit_entry')
      .select(['action', 'actor'])
      .where('object_id', '=', kit.office.connectionId)
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

    const forgotten = await send('DELETE', `${kit.path}/sign-in`);

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
    await kit.server.database.write((transaction) =>
      transaction
        .updateTable('connection')
        .set(refused)
        .where('id', '=', kit.office.connectionId)
        .execute(),
    );

    expect(await connection()).toMatchObject({
      state: 'needs_auth',
      sign_in: { state: 'needs_auth', message: 'The CRM refused the token.' },
    });
  });

  describe('a changed connection', () => {
    const change = async (body: object): Promise<Sent> => {
      const { headers } = await send('GET', kit.path);
      const etag = String(headers['etag']);
      return await send('PATCH', kit.path, { headers: { 'if-match': etag }, body });
    };
    beforeEach(async () => {
      await signIn();
      kit.otherCrm.requests.length = 0;
    });

    test('of another name keeps its sign-in', async () => {
      const changed = await change({ name: `CRM of ${kit.office.connectionId}` });

      expect(changed.body).toMatchObject({ state: 'active', sign_in: { state: 'signed_in' } });
    });

    test('of a new client secret keeps its sign-in, of another client it asks for a new one', async () => {
      const secret = await change({ properties: { 'API token': 'rotated-secret-0001' } });
      const client = await change({ properties: { Client: 'another-client' } });

      expect(secret.body).toMatchObject({ state: 'active', sign_in: { state: 'signed_in' } });
      expect(client.body).toMatchObject({ state: 'needs_auth', sign_in: { state: 'needs_auth' } });
    });

    test('of another address asks for a new one at once, and no token goes there', async () => {
      const properties = { Address: kit.otherCrm.origin, 'API token': 'another-client-secret' };

      const changed = await change({ properties });

      expect(changed.body).toMatchObject({
        state: 'needs_auth',
        origins: [kit.otherCrm.origin],
        state_reason: expect.stringContaining('POST …/sign-in'),
        sign_in: { state: 'needs_auth' },
      });
      await send('POST', `${kit.path}/test`);
      await placeCall('to-another-address');
      expect((await send('GET', `${kit.path}/crm-users`)).status).toBe(409);
      expect(kit.otherCrm.requests).toEqual([]);
      expect((await start()).origin).toBe(kit.otherCrm.origin);
    });

    test('of another address without its secret is refused', async () => {
      const changed = await change({ properties: { Address: kit.otherCrm.origin } });

      expect(changed.body).toMatchObject({ status: 409, code: 'origins_changed' });
      expect(await connection()).toMatchObject({ state: 'active' });
    });
  });
});
