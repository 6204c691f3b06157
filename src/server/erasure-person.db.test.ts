import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import type { ContactRecord } from '../contacts/contact-record.ts';
import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../runtime/testing/fake-crm.ts';
import { fakeCrmDocument } from '../runtime/testing/fake-crm-document.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from './testing/test-server.ts';
import type { Office, Sent, TestServer } from './testing/test-server.ts';

const WAIT = { timeout: 15_000, interval: 30 };
const OWN = '+442071838750';
const OTHER = '+442071838760';
const SHARED = '+442071838700';
const DOCUMENT = fakeCrmDocument({
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

const GRACE: ContactRecord = {
  ...{ kind: 'person', contactType: '', crmId: 'g', name: 'Grace Hopper' },
  ...{ emails: [], phones: [OWN, `${OTHER} / ${SHARED}`] },
};
const ADA: ContactRecord = { ...GRACE, crmId: 'a', name: 'Ada Wood', phones: [SHARED] };
const NAVY: ContactRecord = {
  ...GRACE,
  kind: 'company',
  crmId: 'n',
  name: 'Navy',
  phones: [OTHER],
};

describeDatabases('whom an erasure is of', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;

  beforeAll(async () => {
    crm = await startFakeCrm();
    server = await startTestServer({
      ...{ crm, tuning: { syncTimes: { pollEveryMs: 10 } }, contacts: true },
      database: await databases.open(),
    });
  });
  beforeEach(async () => {
    crm.contacts.length = 0;
    office = await setUpOffice(server, crm, {
      document: DOCUMENT,
      options: { matching_digits: 6 },
    });
    await synced();
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });

  const of = () => ({ organizationId: office.organizationId, connectionId: office.connectionId });
  /** What a CRM tells of contacts. */
  const put = async (...contacts: readonly ContactRecord[]): Promise<void> => {
    await server.contacts?.put(of(), contacts, { source: 'crm', country: 'GB' });
  };
  const erase = async (body: object): Promise<Sent> =>
    await server.send('POST', '/v1/contacts/erase', { key: office.key, body });
  const erased = async (body: object): Promise<string> => {
    const began = await erase({ ...body, confirm: true });
    const id = textAt(began.body, 'erasure_id');
    await vi.waitFor(async () => {
      const { body: seen } = await server.send('GET', `/v1/contacts/erasures/${id}`, {
        key: office.key,
      });
      expect(valueAt(seen, 'state')).toBe('done');
    }, WAIT);
    return id;
  };
  const names = async (): Promise<unknown> => {
    const { body } = await server.send('GET', '/v1/contacts/search?q=%2B4420', { key: office.key });
    const found = valueAt(body, 'contacts');
    return Array.isArray(found)
      ? found.map((one) => String(valueAt(one, 'name'))).toSorted()
      : found;
  };
  const synced = async (ask = false): Promise<void> => {
    const path = `/v1/connections/${office.connectionId}/contacts/sync`;
    if (ask) await server.send('POST', path, { key: office.key, body: { full: true } });
    await vi.waitFor(async () => {
      const { body } = await server.send('GET', path, { key: office.key });
      expect(valueAt(body, 'state')).toBe('idle');
      expect(valueAt(body, 'lists', 0, 'last_full_at')).not.toBeNull();
    }, WAIT);
  };
  /** As if the day had passed in which nothing of the person is kept. */
  const dayPasses = async (): Promise<void> => {
    await server.database.write((transaction) =>
      transaction
        .updateTable('erasure')
        .set({ ends_at: 0 })
        .where('organization_id', '=', office.organizationId)
        .execute(),
    );
  };

  test('a contact leads to the numbers that nobody else has', async () => {
    await put(GRACE, ADA, NAVY);
    const contact = { connection_id: office.connectionId, contact_id: 'g' };

    const { body } = await erase({ contact });
    await erased({ contact });

    expect(valueAt(body, 'person')).toEqual({
      ...{ numbers: [OWN], shared_numbers: [OTHER, SHARED], similar: [] },
      contacts: [{ ...contact, contact_type: null, name: 'Grace Hopper' }],
    });
    expect(await names()).toEqual(['Ada Wood', 'Navy']);
  });

  test('a number leads to all people who have it, and to their other numbers', async () => {
    await put({ ...GRACE, phones: [OWN, OTHER] }, { ...ADA, phones: [OWN, SHARED] });

    const { body } = await erase({ number: '020 7183 8750' });
    await erased({ number: '020 7183 8750' });

    expect(valueAt(body, 'person', 'numbers')).toEqual(['020 7183 8750', OTHER, SHARED]);
    expect(await names()).toEqual([]);
  });

  test('a number that only ends alike takes nobody away, and says who that is', async () => {
    await put(GRACE, ADA);

    const { body } = await erase({ number: '7183 8750' });
    await erased({ number: '7183 8750' });

    expect(valueAt(body, 'person', 'contacts')).toEqual([]);
    expect(valueAt(body, 'person', 'similar', 0, 'contact_id')).toBe('g');
    expect(await names()).toEqual(['Ada Wood', 'Grace Hopper']);
  });

  test('a number without its area code lists whom it may be, however many digits are enough', async () => {
    office = await setUpOffice(server, crm, { document: DOCUMENT });
    await synced();
    await put({ ...GRACE, phones: ['020 7946 0018'] }, ADA);

    const { body } = await erase({ number: '79460018' });

    expect(valueAt(body, 'person', 'contacts')).toEqual([]);
    expect(valueAt(body, 'person', 'similar')).toMatchObject([{ contact_id: 'g' }]);
  });

  test('of nobody it says so, and of somebody what to send', async () => {
    await put(GRACE);

    const nobody = await erase({ number: '+442079460018' });
    const grace = await erase({ number: OWN });

    expect(textAt(nobody.body, 'message')).toMatch(/^Nothing here is of this person/u);
    expect(textAt(grace.body, 'message')).toContain('send `confirm`');
  });

  test('hundreds who share a number go together, and others are served meanwhile', async () => {
    await put(...officeOf(900));

    let isOver = false;
    const preview = erase({ number: SHARED }).finally(() => {
      isOver = true;
    });
    let turns = 0;
    for (; !isOver; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    const { body } = await preview;

    expect(valueAt(body, 'counts', 'index_contacts')).toBe(900);
    expect(turns).toBeGreaterThan(45);
  });

  test('a number of very many is no person, and a contact that has it is', async () => {
    await put(...officeOf(1_100));
    const contact = { connection_id: office.connectionId, contact_id: 'p7' };

    const refused = await erase({ number: SHARED, confirm: true });
    const one = await erase({ contact });

    expect(refused.status).toBe(409);
    expect(textAt(refused.body, 'detail')).toContain('`contact`');
    expect(valueAt(one.body, 'person', 'contacts')).toMatchObject([{ contact_id: 'p7' }]);
    expect(valueAt(one.body, 'person', 'shared_numbers')).toEqual([SHARED]);
  });

  test('an id is of every kind of record that has it, unless one is named', async () => {
    await put({ ...GRACE, contactType: 'lead' }, { ...ADA, crmId: 'g', contactType: 'client' });
    const contact = { connection_id: office.connectionId, contact_id: 'g' };

    const all = await erase({ contact });
    await erased({ contact: { ...contact, contact_type: 'lead' } });

    expect(valueAt(all.body, 'person', 'contacts')).toHaveLength(2);
    expect(await names()).toEqual(['Ada Wood']);
  });

  test('for a day nobody comes back, whatever CRMs tell; then with the next sync', async () => {
    crm.contacts.push(told('g', 'Hopper', OWN), told('a', 'Wood', SHARED));
    await synced(true);
    await erased({ number: OWN });

    await synced(true);
    await put(
      { ...GRACE, crmId: 'made-anew' },
      { ...GRACE, phones: [] },
      { ...GRACE, crmId: 'two', phones: ['020 7183 8750 / 07911 123456'] },
      { ...GRACE, crmId: 'label', phones: ['Office ０２０ ７１８３ ８７５０ ext. 4'] },
    );
    const within = await names();
    await dayPasses();
    await synced(true);

    expect(within).toEqual(['Wood']);
    expect(await names()).toEqual(['Hopper', 'Wood']);
  });

  test('who is kept out stays out until somebody takes it back', async () => {
    crm.contacts.push(told('g', 'Hopper', OWN), told('a', 'Wood', SHARED));
    await synced(true);
    const id = await erased({ number: OWN, keep_out: true });
    await dayPasses();
    await synced(true);
    const kept = await names();

    const path = `/v1/contacts/erasures/${id}`;
    const readmitted = await server.send('POST', `${path}/readmit`, { key: office.key });
    await synced(true);

    expect(kept).toEqual(['Wood']);
    expect(valueAt(readmitted.body, 'keep_out')).toBe(false);
    expect(await names()).toEqual(['Hopper', 'Wood']);
    const list = await server.send('GET', '/v1/contacts/erasures', { key: office.key });
    expect(valueAt(list.body, 'items', 0, 'erasure_id')).toBe(id);
    expect(list.text).not.toContain('7183');
  });

  test.each([
    ['kept out', true],
    ['erased', false],
  ])(
    'who is %s comes back within the day, too, once readmitted, and stays',
    async (_, keep_out) => {
      crm.contacts.push(told('g', 'Hopper', OWN), told('a', 'Wood', SHARED));
      await synced(true);
      const id = await erased({ number: OWN, keep_out });
      await synced(true);
      const kept = await names();

      const path = `/v1/contacts/erasures/${id}`;
      const readmitted = await server.send('POST', `${path}/readmit`, { key: office.key });
      await synced(true);
      // The eraser goes through all that is still applied: nothing of this one is.
      await erased({ number: '+442079460999' });

      expect(kept).toEqual(['Wood']);
      expect(valueAt(readmitted.body, 'message')).toMatch(/^The person may be kept again/u);
      expect(Date.parse(textAt(readmitted.body, 'applied_until'))).toBeLessThanOrEqual(Date.now());
      expect(await names()).toEqual(['Hopper', 'Wood']);
      const row = await server.database.read
        .selectFrom('erasure')
        .select(['sealed', 'keep_out'])
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      expect(row).toEqual({ sealed: null, keep_out: 0 });
    },
  );
});

/** People who share the number of their office, each with one of their own. */
function officeOf(count: number): readonly ContactRecord[] {
  return Array.from({ length: count }, (_, at) => ({
    ...{ ...GRACE, crmId: `p${at}`, name: `Person ${at}` },
    phones: [SHARED, `+4420718${40_000 + at}`],
  }));
}

function told(id: string, last_name: string, phone: string) {
  return { id, last_name, phone, first_name: '', email: '', company: '' };
}
