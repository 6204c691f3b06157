import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { CONTACT_FIELDS } from '../document/options/options-schema.ts';
import type { ContactField } from '../document/options/options-schema.ts';
import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../runtime/testing/fake-crm.ts';
import { fakeCrmDocument } from '../runtime/testing/fake-crm-document.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { setUpOffice, startTestServer, valueAt } from './testing/test-server.ts';
import type { Office, TestServer } from './testing/test-server.ts';

const WAIT = { timeout: 15_000, interval: 30 };
const MAP = {
  contacts: [
    {
      ...{ id: '$contact_id$', last_name: '$lastname$', phone: '$phone$', mobile: '$mobile$' },
      ...{ email: '$email$', company: '$company_name$', title: '$job_title$' },
    },
  ],
};
const LIST = { request_method: 'GET', request_path: '/contacts', response_map: MAP };
const METHODS = {
  Contacts: LIST,
  FindContact: { ...LIST, request_parameters: { phone: '$phone$' } },
  CreateContact: {
    request_method: 'POST',
    request_path: '/contacts',
    request_parameters: {
      ...{ last_name: '$lastname$', phone: '$phone$', email: '$email$', company: '$company_name$' },
      title: '$job_title$',
    },
    response_map: { id: '$contact_id$' },
  },
};

/** A person whose every value is found by its letters, and to which field each belongs. */
function canaries(mark: string) {
  const values = {
    phone: `+4420794611${mark}`,
    email: `grace@mail-${mark}.example`,
    company: `Company${mark}`,
    job_title: `Admiral${mark}`,
    // The document says where its page is.
    url: `/contacts/g${mark}`,
  } satisfies Record<ContactField, string>;
  const calling = `+4420794622${mark}`;
  const told = {
    ...{ id: `g${mark}`, first_name: '', last_name: `Hopper${mark}`, phone: calling },
    ...{ mobile: values.phone, email: values.email, company: values.company },
    title: values.job_title,
  };
  return { values, calling, told };
}

const CASES: readonly (readonly ContactField[])[] = [
  [],
  ...CONTACT_FIELDS.map((field) => [field]),
  CONTACT_FIELDS,
];

describeDatabases('a connection that lets some data of contacts be stored', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;

  beforeAll(async () => {
    crm = await startFakeCrm();
    server = await startTestServer({
      ...{ crm, contacts: true, database: await databases.open() },
      tuning: { times: { pollEveryMs: 20 }, syncTimes: { pollEveryMs: 10 } },
    });
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });

  /** Values that stand in a table of the office, or in the copies. */
  const stored = async (
    office: Office,
    values: Readonly<Record<string, string>>,
  ): Promise<readonly string[]> => {
    const { read } = server.database;
    const texts = ['contacts.db', 'contacts.db-wal'].map((name) =>
      readFileSync(join(server.spoolDirectory, name)).toString('latin1'),
    );
    for (const { name, columns } of await read.introspection.getTables()) {
      if (!columns.some((column) => column.name === 'organization_id')) continue;
      const { rows } = await sql`select * from ${sql.table(name)}
        where organization_id = ${office.organizationId}`.execute(read);
      texts.push(JSON.stringify(rows));
    }
    const all = texts.join('\n').toLowerCase();
    return Object.entries(values).flatMap(([field, value]) =>
      all.includes(value.toLowerCase()) ? [field] : [],
    );
  };

  test.each(CASES.map((fields, at) => [fields.join(', ') || 'none', fields, at] as const))(
    'stores %s, and nothing else: not in copies, calls, answers or contacts that it made',
    async (_name, fields, at) => {
      const synced = canaries(`1${at}`);
      const made = canaries(`2${at}`);
      const called = canaries(`3${at}`);
      crm.contacts.length = 0;
      crm.contacts.push(synced.told);
      const office = await setUpOffice(server, crm, {
        document: fakeCrmDocument({ methods: METHODS }),
        options: { contact_fields: fields },
      });
      const { key } = office;
      await vi.waitFor(async () => {
        const path = `/v1/connections/${office.connectionId}/contacts/g1${at}`;
        expect((await server.send('GET', path, { key })).status).toBe(200);
      }, WAIT);
      crm.contacts.push(called.told);
      await server.send('POST', `/v1/connections/${office.connectionId}/contacts`, {
        key,
        body: {
          values: {
            ...{ lastname: 'Wood', phone: made.values.phone, email: made.values.email },
            ...{ company_name: made.values.company, job_title: made.values.job_title },
          },
        },
      });
      const from = { direction: 'inbound', calling_number: called.calling, called_number: '200' };
      await server.send('POST', '/v1/call-events', {
        key: office.eventsKey,
        body: [
          { call_id: 'c-1', kind: 'ringing', extension: '101', ...from },
          { call_id: 'c-1', kind: 'ended', duration: 9 },
        ],
      });
      await vi.waitFor(async () => {
        const { body } = await server.send('GET', '/v1/calls', { key });
        expect(valueAt(body, 'items', 0, 'state')).toBe('delivered');
      }, WAIT);

      expect(await stored(office, synced.values)).toEqual(fields);
      const ofRequest = fields.filter((field) => field !== 'url');
      expect(await stored(office, made.values)).toEqual(ofRequest);
      // Without limits the ledger keeps the whole answer.
      const found = await stored(office, called.values);
      const isAll = fields.length === CONTACT_FIELDS.length;
      expect(isAll ? found : found.filter((field) => !fields.some((one) => one === field))).toEqual(
        isAll ? ofRequest : [],
      );
    },
  );
});
