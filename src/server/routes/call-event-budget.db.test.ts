import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { startFakeCrm } from '../../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from '../testing/test-server.ts';
import type { Office, Sent, TestServer } from '../testing/test-server.ts';

const BACKLOG = 5;
const RINGING = {
  ...{ kind: 'ringing', direction: 'inbound', extension: '101' },
  ...{ calling_number: '+442071838750', called_number: '+442079460000' },
};

describeDatabases('an organization whose backlog is full', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let full: Office;

  beforeAll(async () => {
    crm = await startFakeCrm();
    server = await startTestServer({
      database: await databases.open(),
      crm,
      working: false,
      settings: { INTAKE_BACKLOG: String(BACKLOG) },
    });
    full = await setUpOffice(server, crm);
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });

  const report = (callId: string): Promise<Sent> =>
    server.send('POST', '/v1/call-events', {
      key: full.eventsKey,
      body: { ...RINGING, call_id: callId },
    });

  test('is told to send again later, and what it was told 202 for is there', async () => {
    let accepted = 0;
    const refused = await vi.waitFor(
      async () => {
        const sent = await report(`c-${accepted + 1}`);
        if (sent.status === 202) accepted += 1;
        expect(sent.status).toBe(429);
        return sent;
      },
      { timeout: 10_000, interval: 20 },
    );

    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(textAt(refused.body, 'code')).toBe('over_budget');
    expect(textAt(refused.body, 'detail')).toMatch(/INTAKE_BACKLOG.*send again after \d+ seconds/);
    expect(accepted).toBeGreaterThanOrEqual(BACKLOG);
    const list = await server.send('GET', '/v1/calls?limit=200', { key: full.key });
    expect(valueAt(list.body, 'items', 'length')).toBe(accepted);
  });
});
