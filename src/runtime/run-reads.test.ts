import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../document/json-value.ts';
import type { MethodName } from '../document/methods.ts';
import type { MethodRun } from './method-call.ts';
import { scriptedCrm } from './testing/scripted-crm.ts';
import type { Reply } from './testing/scripted-crm.ts';

const PARAMETERS = {
  phone: 'string',
  prefix: 'string',
  since: 'ISO8601Date',
  contact_id: 'string',
  contact_name: 'string',
  contact_type: 'string',
  company_name: 'string',
  user_id: 'string',
  activity_id: 'string',
  call_key: 'string',
  lead_ref: 'string',
} as const;

const get = (path: string, more: JsonObject = {}): JsonObject => ({
  request_method: 'GET',
  request_path: path,
  ...more,
});

type Replies = Readonly<Record<string, Reply | readonly Reply[]>>;

function crmOf(
  name: MethodName,
  method: JsonObject | readonly JsonObject[],
  replies: Replies,
  more: JsonObject = {},
) {
  return scriptedCrm({ parameters: PARAMETERS, API: { [name]: method }, ...more }, replies);
}

type Crm = ReturnType<typeof crmOf>;
type Call = Parameters<Crm['run']>[1];

async function run(crm: Crm, name: MethodName, call?: Call): Promise<MethodRun> {
  const whole = await crm.run(name, call);
  if (whole.status !== 'ran') throw new Error(`${whole.reason}: ${whole.message}`);
  return whole.run;
}

const pathsOf = ({ sent }: Crm) => sent.map(({ path }) => path);

const LIST = { response_map: [{ id: '$contact_id$', name: '$contact_name$' }] } as const;
const CONTACTS = get('/contacts', { ...LIST, contact_type: 'contact' });
const LEADS = get('/leads', { ...LIST, contact_type: 'lead' });

describe('several objects of a method that lists', () => {
  test.each<MethodName>(['Contacts', 'SearchContacts'])(
    'of %s all run, and their records are joined',
    async (name) => {
      const crm = crmOf(name, [CONTACTS, LEADS], {
        'GET /contacts': { body: [{ id: 1, name: 'Ada' }] },
        'GET /leads': { body: [{ id: 1, name: 'Bob' }] },
      });

      const { records, outcome, asked } = await run(crm, name);

      expect(records).toEqual([
        { contact_id: '1', contact_name: 'Ada', contact_type: 'contact' },
        { contact_id: '1', contact_name: 'Bob', contact_type: 'lead' },
      ]);
      expect(outcome.message).toBe('Found 2 contacts.');
      expect(asked.map(({ object }) => object)).toEqual([0, 1]);
    },
  );

  test('those of one id and one kind are one record: the first stands', async () => {
    const crm = crmOf('Contacts', [get('/contacts', LIST), get('/people', LIST)], {
      'GET /contacts': { body: [{ id: 1, name: 'Ada' }, { id: 2 }] },
      'GET /people': { body: [{ id: 1, name: 'Other' }, { id: 3 }] },
    });

    const { records } = await run(crm, 'Contacts');

    expect(records).toEqual([
      { contact_id: '1', contact_name: 'Ada' },
      { contact_id: '2' },
      { contact_id: '3' },
    ]);
  });

  test('users too are joined', async () => {
    const users = { response_map: [{ id: '$user_id$' }] };
    const crm = crmOf('Users', [get('/users', users), get('/agents', users)], {
      'GET /users': { body: [{ id: 'a' }] },
      'GET /agents': { body: [{ id: 'b' }, { id: 'a' }] },
    });

    expect((await run(crm, 'Users')).records).toEqual([{ user_id: 'a' }, { user_id: 'b' }]);
  });

  test('one that fails fails them all: half a list would look like deleted contacts', async () => {
    const crm = crmOf('Contacts', [CONTACTS, LEADS], {
      'GET /contacts': { body: [{ id: 1 }] },
      'GET /leads': { status: 500 },
    });

    const { outcome } = await run(crm, 'Contacts');

    expect(outcome).toMatchObject({ kind: 'unavailable', action: 'retry' });
  });

  test('one whose `when` does not hold is left out; none at all is a skip', async () => {
    const objects = [{ ...CONTACTS, when: 'lead_ref' }, LEADS];
    const crm = crmOf('Contacts', objects, { 'GET /leads': { body: [] } });
    const none = crmOf('Contacts', [{ ...CONTACTS, when: 'lead_ref' }], {});

    await run(crm, 'Contacts');

    expect(pathsOf(crm)).toEqual(['/leads']);
    expect(none.prepare('Contacts')).toMatchObject({ status: 'not_sent', reason: 'skipped' });
  });

  test('one that lacks a value is passed over with a note', async () => {
    const crm = crmOf('Contacts', [get('/lists/$lead_ref$', LIST), LEADS], {
      'GET /leads': { body: [{ id: 4 }] },
    });

    const { records, notes } = await run(crm, 'Contacts');

    expect(records).toHaveLength(1);
    expect(notes).toMatchObject([{ code: 'missing_value' }]);
  });

  test('a property that is not filled in stops them all', () => {
    const objects = [get('/lists/$Portal$', LIST), LEADS];
    const crm = crmOf('Contacts', objects, {}, { properties: ['Portal'] });

    expect(crm.prepare('Contacts')).toMatchObject({ reason: 'missing_value', name: 'Portal' });
  });

  test('each has its own mark of the last sync', async () => {
    const since = { request_parameters: { after: '$since$' } };
    const crm = crmOf(
      'Contacts',
      [
        { ...CONTACTS, ...since },
        { ...LEADS, ...since },
      ],
      {
        'GET /contacts?after=2024-09-10T15%3A00%3A00.000Z': { body: [] },
        'GET /leads': { body: [] },
      },
    );

    await run(crm, 'Contacts', { sinceByObject: ['2024-09-10T15:00:00Z', null] });

    expect(pathsOf(crm)).toEqual(['/contacts?after=2024-09-10T15%3A00%3A00.000Z', '/leads']);
  });

  test('each request after the first waits for its turn', async () => {
    const crm = crmOf('Contacts', [CONTACTS, LEADS], {
      'GET /contacts': { body: [] },
      'GET /leads': { body: [] },
    });
    const before: number[] = [];

    await run(crm, 'Contacts', { admit: async () => void before.push(crm.sent.length) });

    expect(before).toEqual([1]);
  });

  test('each request takes the turns of its redirects by itself', async () => {
    const crm = crmOf('Contacts', [CONTACTS], { 'GET /contacts': { body: [] } });
    const admit = (): Promise<void> => Promise.resolve();

    await run(crm, 'Contacts', { admit });
    await run(crm, 'Contacts');

    expect(crm.sent.map(({ whole }) => whole.admitHop)).toEqual([admit, undefined]);
  });

  test('a turn that does not come ends the run, and nothing more is sent', async () => {
    const crm = crmOf('Contacts', [CONTACTS, LEADS], { 'GET /contacts': { body: [] } });

    const { outcome } = await run(crm, 'Contacts', {
      admit: () => Promise.reject(new Error('aborted')),
    });

    expect(pathsOf(crm)).toEqual(['/contacts']);
    expect(outcome).toMatchObject({ effect: 'not_executed', action: 'retry', breaker: false });
  });

  test('of Account and FindActivity the first runs whose `when` holds', async () => {
    const map = { response_map: { id: '$activity_id$' } };
    const objects = [get('/a', { ...map, when: 'lead_ref' }), get('/b', map), get('/c', map)];
    const crm = crmOf('FindActivity', objects, { 'GET /b': { body: {} } });

    await run(crm, 'FindActivity', { values: { call_key: 'k' } });

    expect(pathsOf(crm)).toEqual(['/b']);
  });
});

describe('contact_url of a method', () => {
  const PAGE = 'https://app.example/leads/$contact_id$';

  test('is the page of a record that this object found', async () => {
    const method = { ...LEADS, contact_url: PAGE };
    const crm = crmOf('Contacts', [CONTACTS, method], {
      'GET /contacts': { body: [{ id: 1 }] },
      'GET /leads': { body: [{ id: 2 }] },
    });

    const { records } = await run(crm, 'Contacts');

    expect(records.map((record) => record['contact_url'])).toEqual([
      undefined,
      'https://app.example/leads/2',
    ]);
  });

  test('never opens anything but a web page', async () => {
    const crm = crmOf(
      'Contacts',
      { ...LEADS, contact_url: '$Page$/x' },
      { 'GET /leads': { body: [{ id: 2 }] } },
      { properties: [{ label: 'Page', type: 'text', default: 'javascript:alert(1)' }] },
    );

    const { records } = await run(crm, 'Contacts');

    expect(records[0]?.['contact_url']).toBeUndefined();
  });
});

test('a bare value as the answer is bound by a text as the map', async () => {
  const crm = crmOf('FindActivity', get('/last', { response_map: '$activity_id$' }), {
    'GET /last': { body: 7 },
  });

  expect((await run(crm, 'FindActivity')).records).toEqual([{ activity_id: '7' }]);
});
