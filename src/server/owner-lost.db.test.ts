import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import { fakeCrmDocument } from '../runtime/testing/fake-crm-document.ts';
import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';

const TUNING = { planTimes: { mergeMs: 10, lateRingMs: 10 }, times: { pollEveryMs: 20 } };
const WAIT = { timeout: 10_000, interval: 20 };
const RING = {
  kind: 'ringing',
  direction: 'inbound',
  extension: '101',
  calling_number: '+442071838750',
  called_number: '+442079460000',
};

describeDatabases('a call that went over to somebody without a link', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;

  beforeAll(async () => {
    crm = await startFakeCrm();
    server = await startTestServer({ database: await databases.open(), crm, tuning: TUNING });
  });
  beforeEach(() => {
    crm.calls.length = 0;
    crm.requests.length = 0;
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });

  /** The steps of a call that was taken, given away and has ended. */
  async function transfer(owner_without_link: string): Promise<unknown> {
    const office = await setUpOffice(server, crm, {
      document: fakeCrmDocument(),
      options: { owner_without_link },
    });
    const report = (...events: readonly object[]) =>
      server.send('POST', '/v1/call-events', {
        key: office.eventsKey,
        body: events.map((event) => ({ call_id: 'c', ...event })),
      });
    const sent = await report(RING, { kind: 'answered', extension: '101' });
    await vi.waitFor(() => expect(crm.calls).toHaveLength(1), WAIT);
    await report({ kind: 'transferred', extension: '999' }, { kind: 'ended', duration: 9 });
    const path = `/v1/calls/${textAt(sent.body, 'results', 0, 'call_id')}`;
    return await vi.waitFor(async () => {
      const { body } = await server.send('GET', path, { key: office.key });
      expect(valueAt(body, 'state')).toBe('delivered');
      return valueAt(body, 'steps');
    }, WAIT);
  }

  test('has no owner in the CRM any more, where calls may have none', async () => {
    await transfer('none');

    const update = crm.requests.find(({ method }) => method === 'PATCH');
    expect(JSON.parse(update?.body.toString('utf8') ?? '{}')).toMatchObject({ owner: null });
  });

  test('keeps its owner where such calls are left out, and the ledger says so', async () => {
    const steps = await transfer('skip');

    expect(crm.requests.map(({ method }) => method)).not.toContain('PATCH');
    expect(steps).toContainEqual(
      expect.objectContaining({
        method: 'UpdateActivity',
        state: 'skipped',
        reason: 'rule',
        message: expect.stringContaining('keeps its owner in the CRM: extension 999'),
      }),
    );
  });
});
