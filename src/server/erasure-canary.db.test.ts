import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../runtime/testing/fake-crm.ts';
import { fakeCrmDocument } from '../runtime/testing/fake-crm-document.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from './testing/test-server.ts';
import type { Office, Sent, TestServer } from './testing/test-server.ts';

const WAIT = { timeout: 20_000, interval: 30 };
const GRACE = '+442071838750';
const WAV = Buffer.concat([Buffer.from('RIFF0000WAVEfmt '), Buffer.alloc(2_000, 'grace-sound')]);
/** What must stand nowhere any more, in whatever case. */
const TRACES = [
  '2071838750',
  // Digits from the end, as the index has them.
  '0578381702',
  'hopper',
  'navy.example',
  'secret illness',
  'grace-sound',
];
const MAP = {
  id: '$contact_id$',
  first_name: '$firstname$',
  last_name: '$lastname$',
  phone: '$phone$',
  email: '$email$',
};
const DOCUMENT = fakeCrmDocument({
  methods: {
    Contacts: {
      request_method: 'GET',
      request_path: '/contacts',
      response_map: { contacts: [MAP] },
    },
  },
});
const TUNING = {
  policy: { backoffBaseMs: 10, backoffCapMs: 20, askAfterMs: [10, 20] },
  times: { pollEveryMs: 20 },
  syncTimes: { pollEveryMs: 10 },
};

describeDatabases('after an erasure', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;

  beforeAll(async () => {
    crm = await startFakeCrm();
    server = await startTestServer({
      ...{ crm, tuning: TUNING, contacts: true },
      database: await databases.open(),
    });
    office = await setUpOffice(server, crm, { document: DOCUMENT });
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });

  const post = async (path: string, body: object, headers = {}): Promise<Sent> =>
    await server.send('POST', path, { key: office.key, body, headers });
  const events = async (...body: readonly object[]): Promise<Sent> =>
    await server.send('POST', '/v1/call-events', { key: office.eventsKey, body });
  const call = (id: string, number: string): readonly object[] => [
    {
      ...{ call_id: id, kind: 'ringing', extension: '101', direction: 'inbound' },
      ...{ calling_number: number, called_number: '+442079460000', event_id: `e-${id}` },
    },
    { call_id: id, kind: 'ended', duration: 9 },
  ];
  /** Everything that is kept, as bytes: files of SQLite with their logs, else all rows. */
  const kept = async (): Promise<string> => {
    const { database, spoolDirectory } = server;
    const files = filesIn(spoolDirectory);
    if (database.dialect === 'sqlite') {
      const { rows } = await sql<{ file: string }>`pragma database_list`.execute(database.read);
      for (const { file } of rows) if (file !== '') files.push(file, `${file}-wal`);
    }
    const tables: string[] = [];
    for (const { name } of await database.read.introspection.getTables()) {
      const { rows } = await sql`select * from ${sql.table(name)}`.execute(database.read);
      tables.push(JSON.stringify(rows));
    }
    const bytes = files.map((file) => readFileSync(file).toString('latin1'));
    const log = server.log.filter((line) => Number(valueAt(JSON.parse(line), 'level')) >= 30);
    return [...bytes, ...tables, ...log].join('\n').toLowerCase();
  };
  const traces = async (): Promise<readonly string[]> => {
    const all = await kept();
    return TRACES.filter((trace) => all.includes(trace));
  };

  test('no byte of the person stands in the database, its log, the spool or the log', async () => {
    for (let other = 10; other < 40; other += 1) {
      crm.contacts.push(person(`o${other}`, `+4420794600${other}`, 'Ada', `Other${other}`));
      await events(...call(`c-${other}`, `+4420794600${other}`));
    }
    const navy = { ...person('g1', GRACE, 'Grace', 'Hopper'), email: 'g@navy.example' };
    crm.contacts.push(navy);
    const sync = `/v1/connections/${office.connectionId}/contacts/sync`;
    await server.send('POST', sync, { key: office.key, body: { full: true } });
    await vi.waitFor(async () => {
      const found = await server.send('GET', '/v1/contacts/search?q=hopper', { key: office.key });
      expect(valueAt(found.body, 'contacts', 0, 'contact_id')).toBe('g1');
    }, WAIT);
    await events(...call(`pbx-${GRACE}-1`, GRACE), ...call('c-2', '020 7183 8750'));
    const sent = await events(...call('c-3', GRACE), {
      ...{ call_id: 'c-3', kind: 'noted', subject: 'About Hopper' },
      description: 'a secret illness',
    });
    const id = textAt(sent.body, 'results', 0, 'call_id');
    await server.send('PUT', `/v1/calls/${id}/recording`, {
      ...{ key: office.eventsKey, body: WAV },
      headers: { 'content-type': 'audio/wav' },
    });
    // It cannot be read, and its number is written as people do.
    await events({ kind: 'sung', calling_number: '+44 (0)20 7183-8750' });
    const values = { firstname: 'Grace', lastname: 'Hopper', phone: GRACE };
    const keyed = { 'idempotency-key': 'made-once' };
    const path = `/v1/connections/${office.connectionId}/contacts`;
    const made = await post(path, { values }, keyed);
    await vi.waitFor(async () => {
      const { body } = await server.send('GET', '/v1/calls?limit=200', { key: office.key });
      const items = valueAt(body, 'items');
      if (!Array.isArray(items)) throw new Error('No list of calls.');
      expect(items.map((one) => valueAt(one, 'state'))).toEqual(items.map(() => 'delivered'));
    }, WAIT);
    expect(await traces()).toEqual(TRACES.filter((trace) => trace !== 'grace-sound'));

    const preview = await post('/v1/contacts/erase', { number: GRACE });
    const began = await post('/v1/contacts/erase', { number: GRACE, confirm: true });
    const erasure = `/v1/contacts/erasures/${textAt(began.body, 'erasure_id')}`;
    const end = await vi.waitFor(async () => {
      const seen = await server.send('GET', erasure, { key: office.key });
      expect(valueAt(seen.body, 'state')).toBe('done');
      return seen.body;
    }, WAIT);

    expect(valueAt(preview.body, 'person')).toMatchObject({
      ...{ numbers: [GRACE], shared_numbers: [], similar: [] },
      contacts: expect.arrayContaining([
        expect.objectContaining({ contact_id: 'g1', name: 'Grace Hopper' }),
      ]),
    });
    expect(valueAt(end, 'counts')).toEqual(valueAt(preview.body, 'counts'));
    expect(valueAt(end, 'counts')).toMatchObject({
      ...{ calls: 3, events: 8, refused_events: 1, index_contacts: 2, kept_answers: 1 },
      ...{ audit_entries: 1, recordings: 1 },
    });
    await vi.waitFor(async () => expect(await traces()).toEqual([]), WAIT);
    const again = await post(path, { values }, keyed);
    expect([again.status, textAt(again.body, 'code')]).toEqual([409, 'idempotency_answer_lost']);
    expect(
      crm.contacts.filter(({ id: one }) => one === valueAt(made.body, 'contact_id')),
    ).toHaveLength(1);
    // What belongs to others is there.
    expect(await kept()).toContain('other17');
  });
});

function person(id: string, phone: string, first_name: string, last_name: string) {
  return { id, phone, first_name, last_name, email: '', company: '' };
}

function filesIn(directory: string): string[] {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    return statSync(path).isDirectory() ? filesIn(path) : [path];
  });
}
