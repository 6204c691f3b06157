import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from './testing/test-server.ts';
import type { Office, Sent, TestServer } from './testing/test-server.ts';

const WAIT = { timeout: 15_000, interval: 30 };
const GRACE = '+442071838750';
const ADA = '+442071838751';
/** What must stand nowhere any more. */
const TRACES = ['2071838750', 'Hopper', 'secret illness'];
const TUNING = {
  policy: { backoffBaseMs: 10, backoffCapMs: 20, askAfterMs: [10, 20] },
  times: { pollEveryMs: 20 },
};

describeDatabases('a person who is erased', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;

  beforeAll(async () => {
    crm = await startFakeCrm();
    server = await startTestServer({
      ...{ crm, tuning: TUNING, contacts: true },
      database: await databases.open(),
    });
  });
  beforeEach(async () => {
    crm.contacts.length = 0;
    office = await setUpOffice(server, crm, { options: { unknown_callers: 'create_contact' } });
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });

  const events = async (...body: readonly object[]): Promise<void> => {
    const sent = await server.send('POST', '/v1/call-events', { key: office.eventsKey, body });
    expect(sent.status).toBe(202);
  };
  const ringing = (callId: string, number: string) => ({
    ...{ call_id: callId, kind: 'ringing', extension: '101', direction: 'inbound' },
    ...{ calling_number: number, called_number: '+442079460000' },
  });
  const ended = (callId: string) => ({ call_id: callId, kind: 'ended', duration: 9 });
  const noted = (callId: string) => ({
    ...{ call_id: callId, kind: 'noted', subject: 'About Hopper', description: 'a secret illness' },
  });
  const settled = async (state = 'delivered'): Promise<void> => {
    await vi.waitFor(async () => {
      const { body } = await server.send('GET', '/v1/calls', { key: office.key });
      const items = valueAt(body, 'items');
      if (!Array.isArray(items) || items.length === 0) throw new Error('Not yet.');
      expect(items.map((one) => valueAt(one, 'state'))).toEqual(items.map(() => state));
    }, WAIT);
  };
  const erase = async (body: object): Promise<Sent> =>
    await server.send('POST', '/v1/contacts/erase', { key: office.key, body });
  const done = async (id: string, state = 'done'): Promise<Sent> =>
    await vi.waitFor(async () => {
      const seen = await server.send('GET', `/v1/contacts/erasures/${id}`, { key: office.key });
      expect(valueAt(seen.body, 'state')).toBe(state);
      return seen;
    }, WAIT);
  /** Names of the tables in which a text stands, of this organization. */
  const tablesWith = async (text: string): Promise<readonly string[]> => {
    const { read } = server.database;
    const found: string[] = [];
    for (const { name, columns } of await read.introspection.getTables()) {
      const owned = columns.some((column) => column.name === 'organization_id');
      if (!owned) continue;
      const { rows } = await sql`select * from ${sql.table(name)}
        where organization_id = ${office.organizationId}`.execute(read);
      if (JSON.stringify(rows).includes(text)) found.push(name);
    }
    return found;
  };

  test('is in no table any more, and what others have stays', async () => {
    await events(ringing('c-1', GRACE), ended('c-1'), noted('c-1'));
    await events(ringing('c-2', ADA), ended('c-2'));
    await settled();
    const path = `/v1/connections/${office.connectionId}/contacts`;
    const values = { firstname: 'Grace', lastname: 'Hopper', phone: GRACE };
    await server.send('POST', path, { key: office.key, body: { values } });
    expect(await tablesWith('2071838750')).not.toEqual([]);

    const preview = await erase({ number: '020 7183 8750' });
    const before = await tablesWith('2071838750');
    const began = await erase({ number: '020 7183 8750', confirm: true });
    const end = await done(textAt(began.body, 'erasure_id'));

    expect(valueAt(preview.body, 'state')).toBe('preview');
    expect(before).toContain('call_event');
    for (const trace of TRACES) expect(await tablesWith(trace)).toEqual([]);
    expect(valueAt(end.body, 'counts')).toMatchObject({ calls: 1, events: 3 });
    expect(valueAt(end.body, 'counts', 'calls')).toBe(valueAt(preview.body, 'counts', 'calls'));
    expect(valueAt(end.body, 'counts', 'exchanges')).not.toBe(0);
    expect(await tablesWith('2071838751')).toContain('call_event');
    const calls = await server.send('GET', '/v1/calls', { key: office.key });
    expect(valueAt(calls.body, 'items')).toHaveLength(2);
    const search = await server.send('GET', '/v1/contacts/search?q=hopper', { key: office.key });
    expect(valueAt(search.body, 'contacts')).toEqual([]);
  });

  test('is the same erasure the second time, and stays erased by what comes late', async () => {
    await events(ringing('c-1', GRACE), ended('c-1'));
    await settled();
    const began = await erase({ number: GRACE, confirm: true });
    const id = textAt(began.body, 'erasure_id');
    await done(id);

    await events(noted('c-1'));
    await settled();
    expect(await tablesWith('secret illness')).not.toEqual([]);
    const again = await erase({ number: GRACE, confirm: true });

    expect(textAt(again.body, 'erasure_id')).toBe(id);
    await done(id);
    await vi.waitFor(async () => expect(await tablesWith('secret illness')).toEqual([]), WAIT);
  });

  test('who is on the phone is erased when the call has ended', async () => {
    await events(ringing('c-1', GRACE));
    const began = await erase({ number: GRACE, confirm: true });
    const id = textAt(began.body, 'erasure_id');
    const waiting = await done(id, 'waiting');
    expect(valueAt(waiting.body, 'waiting_calls')).toBe(1);

    await events(ended('c-1'));
    await settled();
    await erase({ number: GRACE, confirm: true });
    await done(id);

    expect(await tablesWith('2071838750')).toEqual([]);
  });

  test('is found by a contact of a CRM, too', async () => {
    await events(ringing('c-1', GRACE), ended('c-1'));
    await events(ringing('c-2', ADA), ended('c-2'));
    await settled();
    const contact_id = crm.contacts.find(({ phone }) => phone === GRACE)?.id ?? '';
    const contact = { connection_id: office.connectionId, contact_id };

    const preview = await erase({ contact });

    expect(valueAt(preview.body, 'counts', 'calls')).toBe(1);
  });

  test('is asked for by a number that is one, and of the own organization', async () => {
    const neighbour = await setUpOffice(server, crm);
    const contact = { connection_id: neighbour.connectionId, contact_id: '1' };

    const wrong = [
      await erase({ number: 'nobody' }),
      await erase({}),
      await erase({ number: '101' }),
    ];

    expect(wrong.map(({ status }) => status)).toEqual([400, 400, 409]);
    expect((await erase({ contact })).status).toBe(404);
    const began = await erase({ number: GRACE, confirm: true });
    const path = `/v1/contacts/erasures/${textAt(began.body, 'erasure_id')}`;
    expect((await server.send('GET', path, { key: neighbour.key })).status).toBe(404);
  });
});
