import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { fakeCrmDocument } from '../runtime/testing/fake-crm-document.ts';
import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from './testing/test-server.ts';
import type { Office, TestServer } from './testing/test-server.ts';

const WAIT = { timeout: 10_000, interval: 20 };

describeDatabases('the answer to a publication', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;

  beforeAll(async () => {
    crm = await startFakeCrm({
      handler: ({ path }, response) => {
        if (path !== '/logo.png') return false;
        response.writeHead(200).end(Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1'));
        return true;
      },
    });
    server = await startTestServer({ database: await databases.open(), crm });
    office = await setUpOffice(server, crm);
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });

  test('tells of the logo of its own document, not of the one before', async () => {
    const document = (logo: object, name: string): string =>
      JSON.stringify({ ...JSON.parse(fakeCrmDocument({ id: 'pictured' })), ...logo, name });
    const put = async (logo: object, name: string) => {
      const body = { document: document(logo, name) };
      const path = '/v1/integrations/document/pictured';
      return (await server.send('PUT', path, { key: office.key, body })).body;
    };
    const none = { state: 'none', url: null, message: null };

    const first = await put({}, 'One');
    const path = `/v1/integrations/${textAt(first, 'id')}`;
    const logo = async (): Promise<unknown> =>
      valueAt((await server.send('GET', path, { key: office.key })).body, 'logo');
    const second = await put({ logo: `${crm.origin}/logo.png` }, 'Two');

    expect(valueAt(first, 'logo')).toEqual(none);
    expect(valueAt(second, 'logo')).toEqual({ state: 'waiting', url: null, message: null });
    const stored = { state: 'stored', url: `${path}/logo`, message: null };
    await vi.waitFor(async () => {
      expect(await logo()).toEqual(stored);
    }, WAIT);

    // The picture is the same: it is shown at once.
    expect(valueAt(await put({ logo: `${crm.origin}/logo.png` }, 'Three'), 'logo')).toEqual(stored);
    // An earlier picture stands in while another one is fetched.
    const other = await put({ logo: `${crm.origin}/no-logo.png` }, 'Four');
    expect(valueAt(other, 'logo')).toEqual({ ...stored, state: 'waiting' });
    expect(valueAt(await put({}, 'Five'), 'logo')).toEqual(none);
  });
});
