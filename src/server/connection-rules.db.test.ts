import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import { fakeCrmDocument, fakeCrmProperties } from '../runtime/testing/fake-crm-document.ts';
import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from './testing/test-server.ts';
import type { Office, Sent, TestServer } from './testing/test-server.ts';

const TUNING = {
  policy: { backoffBaseMs: 10, backoffCapMs: 20, askAfterMs: [10, 20] },
  planTimes: { mergeMs: 10, lateRingMs: 10 },
  times: { pollEveryMs: 20 },
};
const WAIT = { timeout: 10_000, interval: 20 };
const ADA = '+442071838750';
const BOB = '+442079460018';
const OURS = '+442079460000';

/** One organization's connections, by the name that each writes into its records. */
const CONNECTIONS = {
  everything: { log_internal: true },
  plain: {},
  'incoming only': { log_outbound: false },
  'outgoing only': { log_inbound: false },
  'answered only': { log_missed: false },
  'not Ada': { excluded_numbers: ['020 7183 8750'] },
  'not 101': { excluded_extensions: ['101'] },
  'new contacts': { unknown_callers: 'create_contact' },
  'new contacts, not Ada': { unknown_callers: 'create_contact', excluded_numbers: [ADA] },
} as const;
type Name = keyof typeof CONNECTIONS;
const NAMES = Object.keys(CONNECTIONS);

interface CallCase {
  readonly events: readonly object[];
  /** Who does not write it, with the beginning of the reason that the ledger gives. */
  readonly skipped: Partial<Record<Name, string>>;
  /** Whose CRM has a new contact afterwards. */
  readonly contacts: readonly Name[];
}

const ringing = (extension: string, from: string): object => ({
  ...{ kind: 'ringing', direction: 'inbound', extension },
  ...{ calling_number: from, called_number: OURS },
});
const answered = (extension: string): object => ({ kind: 'answered', extension });
const ended = (duration: number): object => ({ kind: 'ended', duration });
const dialled = (extension: string, to: string, direction = 'outbound'): object => ({
  ...{ kind: 'ringing', direction, extension },
  ...{ calling_number: OURS, called_number: to },
});

const ALL_BUT_EVERYTHING = NAMES.filter((name) => name !== 'everything');
const CASES: Readonly<Record<string, CallCase>> = {
  'Ada calls 101, who answers': {
    events: [ringing('101', ADA), answered('101'), ended(20)],
    skipped: {
      'outgoing only': 'inbound calls are not logged',
      'not Ada': `the number ${ADA} is on`,
      'new contacts, not Ada': `the number ${ADA} is on`,
      'not 101': 'extension 101 is excluded',
    },
    contacts: ['new contacts'],
  },
  'Bob calls 101, and nobody answers': {
    events: [ringing('101', BOB), ended(0)],
    skipped: {
      'outgoing only': 'inbound calls are not logged',
      'answered only': 'missed calls are not logged',
      'not 101': 'extension 101 is excluded',
    },
    contacts: ['new contacts', 'new contacts, not Ada'],
  },
  'Ada calls, 101 and 102 ring, and 102 answers': {
    events: [ringing('101', ADA), ringing('102', ADA), answered('102'), ended(20)],
    skipped: {
      'outgoing only': 'inbound calls are not logged',
      'not Ada': `the number ${ADA} is on`,
      'new contacts, not Ada': `the number ${ADA} is on`,
    },
    contacts: ['new contacts'],
  },
  '101 calls Ada': {
    events: [dialled('101', ADA), answered('101'), ended(20)],
    skipped: {
      'incoming only': 'outbound calls are not logged',
      'not Ada': `the number ${ADA} is on`,
      'new contacts, not Ada': `the number ${ADA} is on`,
      'not 101': 'extension 101 is excluded',
    },
    contacts: ['new contacts'],
  },
  '102 calls Bob, who does not answer': {
    events: [dialled('102', BOB), ended(0)],
    skipped: { 'incoming only': 'outbound calls are not logged' },
    contacts: ['new contacts', 'new contacts, not Ada'],
  },
  '101 calls 102': {
    events: [dialled('101', '102', 'internal'), answered('101'), ended(20)],
    skipped: Object.fromEntries(
      ALL_BUT_EVERYTHING.map((name) => [name, 'internal calls are not logged']),
    ),
    contacts: [],
  },
};

/** Which connections wrote records of calls, sorted. */
function writersOf(calls: FakeCrm['calls']): readonly string[] {
  return calls.map(({ fields }) => String(fields['by'])).toSorted();
}

/** The document of a connection: its records tell whose they are. */
function documentOf(name: string, at: number): string {
  return fakeCrmDocument({
    id: `crm-${at}`,
    methods: {
      CreateContact: {
        request_method: 'POST',
        request_path: '/contacts',
        request_parameters: { phone: '$phone$', company: name },
        response_map: { id: '$contact_id$' },
      },
      CreateActivity: {
        request_method: 'POST',
        request_path: '/calls',
        request_parameters: { by: name, owner: '$user_id$', contact: '$contact_id$' },
        response_map: { id: '$activity_id$' },
      },
    },
  });
}

describeDatabases('connections of one organization with different rules', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;
  const idOf = new Map<string, string>();

  const made = async (method: 'POST' | 'PUT', path: string, body: object): Promise<Sent> => {
    const sent = await server.send(method, path, { key: office.key, body });
    if (sent.status >= 300) throw new Error(`${path} answered ${sent.status}: ${sent.text}`);
    return sent;
  };
  const connect = async (at: number, name: string, options: object): Promise<void> => {
    const document = documentOf(name, at);
    const integration = await made('POST', '/v1/integrations', { document });
    const connection = await made('POST', '/v1/connections', {
      ...{ name, options, properties: fakeCrmProperties(crm) },
      integration_id: textAt(integration.body, 'id'),
    });
    idOf.set(name, textAt(connection.body, 'id'));
  };

  beforeAll(async () => {
    // Each CRM has its own contacts: what another one's method made is not found.
    crm = await startFakeCrm({
      handler: ({ method, path }, response) => {
        if (method !== 'GET' || path !== '/contacts') return false;
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"contacts":[]}');
        return true;
      },
    });
    server = await startTestServer({ database: await databases.open(), crm, tuning: TUNING });
  });
  beforeEach(async () => {
    crm.calls.length = 0;
    crm.contacts.length = 0;
    office = await setUpOffice(server, crm);
    await server.send('POST', `/v1/connections/${office.connectionId}/pause`, { key: office.key });
    const other = await made('POST', '/v1/extensions', { number: '102', name: 'Bob' });
    for (const [at, [name, options]] of Object.entries(CONNECTIONS).entries()) {
      await connect(at, name, options);
      for (const [extension, user] of [
        [office.extensionId, '11'],
        [textAt(other.body, 'id'), '12'],
      ]) {
        await made('PUT', `/v1/connections/${idOf.get(name)}/user-links/${extension}`, {
          crm_user_id: user,
        });
      }
    }
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });

  test.each(Object.entries(CASES))(
    'each writes, leaves out and makes its own: %s',
    async (_, { events, skipped, contacts }) => {
      const writing = NAMES.filter((name) => !Object.hasOwn(skipped, name)).toSorted();

      const sent = await server.send('POST', '/v1/call-events', {
        key: office.eventsKey,
        body: events.map((event) => ({ call_id: 'c-1', ...event })),
      });
      const path = `/v1/calls/${textAt(sent.body, 'results', 0, 'call_id')}`;
      const call = await vi.waitFor(async () => {
        expect(writersOf(crm.calls.filter((one) => one.stopped > 0))).toEqual(writing);
        return await server.send('GET', path, { key: office.key });
      }, WAIT);

      expect(crm.calls).toHaveLength(writing.length);
      const listed = valueAt(call.body, 'connections');
      const verdicts = Array.isArray(listed) ? listed : [];
      const told = NAMES.map((name) => {
        const verdict = verdicts.find((one) => valueAt(one, 'connection_id') === idOf.get(name));
        return [name, valueAt(verdict, 'skipped')];
      });
      const expected = new Map<string, string>(Object.entries(skipped));
      expect(told).toEqual(
        NAMES.map((name) => {
          const reason = expected.get(name);
          return [name, reason === undefined ? null : expect.stringContaining(reason)];
        }),
      );
      expect(crm.contacts.map(({ company }) => company).toSorted()).toEqual(contacts);
      const withContact = crm.calls.filter(({ fields }) => fields['contact'] !== undefined);
      expect(writersOf(withContact)).toEqual(contacts);
    },
  );
});
