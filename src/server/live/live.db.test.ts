import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import type { ContactRecord } from '../../contacts/contact-record.ts';
import {
  LiveCallChanged,
  LiveIdentified,
  LiveReset,
  LiveRinging,
  LiveStep,
} from '../../contract/live.ts';
import { startFakeCrm } from '../../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from '../testing/test-server.ts';
import type { Office, Sent, TestServer } from '../testing/test-server.ts';
import { readEvents } from './testing/read-events.ts';
import type { EventReader, ReadEvent } from './testing/read-events.ts';

const WAIT = { timeout: 20_000, interval: 20 };
const NUMBER = '+442071838750';
const GRACE: ContactRecord = {
  ...{ kind: 'person', contactType: '', crmId: 'grace', name: 'Grace Hopper', company: 'Navy' },
  emails: [],
  phones: ['(020) 7183-8750'],
};
const SCHEMAS = {
  ...{ ringing: LiveRinging, answered: LiveRinging, transferred: LiveRinging, ended: LiveRinging },
  ...{ identified: LiveIdentified, call: LiveCallChanged, step: LiveStep, reset: LiveReset },
} as const;

describeDatabases('what a screen is told', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;
  let origin: string;
  let searches: number;
  /** What a search of the CRM waits for. */
  let gate: Promise<void>;
  const readers: EventReader[] = [];

  beforeAll(async () => {
    crm = await startFakeCrm({
      handler: async ({ method, path }) => {
        if (method !== 'GET' || path !== '/contacts') return false;
        searches += 1;
        await gate;
        return false;
      },
    });
    const tuning = { times: { pollEveryMs: 20 } };
    server = await startTestServer({
      database: await databases.open(),
      crm,
      tuning,
      contacts: true,
    });
    origin = await server.app.listen({ host: '127.0.0.1', port: 0 });
  });
  beforeEach(async () => {
    searches = 0;
    gate = Promise.resolve();
    crm.contacts.length = 0;
    office = await setUpOffice(server, crm);
  });
  afterEach(() => {
    for (const reader of readers.splice(0)) {
      for (const { event, data } of reader.events) schemaOf(event).parse(data);
      reader.close();
    }
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });

  const open = async (query = '', headers = {}, key = office.key): Promise<EventReader> => {
    const url = `${origin}/v1/events?${query}`;
    const reader = await readEvents(url, { authorization: `Bearer ${key}`, ...headers });
    readers.push(reader);
    return reader;
  };
  const report = async (event: object): Promise<Sent> =>
    await server.send('POST', '/v1/call-events', { key: office.eventsKey, body: event });
  const ring = async (more: object = {}): Promise<Sent> =>
    await report({
      ...{ call_id: 'one', kind: 'ringing', direction: 'inbound', extension: '101' },
      ...{ calling_number: NUMBER, called_number: '+442079460000', ...more },
    });
  const put = async (contact: ContactRecord): Promise<void> => {
    const { organizationId, connectionId } = office;
    const options = { source: 'crm', country: 'GB' } as const;
    await server.contacts?.put({ organizationId, connectionId }, [contact], options);
  };
  const inCrm = (): void => {
    crm.contacts.push({
      ...{ id: '7', first_name: 'Ada', last_name: 'Byron', phone: NUMBER },
      ...{ email: 'ada@crm.example', company: 'Engines' },
    });
  };
  const ledger = async (id: string): Promise<unknown> => {
    await vi.waitFor(async () => {
      const sent = await server.send('GET', `/v1/calls/${id}`, { key: office.key });
      const steps = valueAt(sent.body, 'steps');
      const states = Array.isArray(steps) ? steps.map((step) => valueAt(step, 'state')) : [];
      expect(states).toEqual(['delivered', 'delivered']);
    }, WAIT);
    return (await server.send('GET', `/v1/calls/${id}`, { key: office.key })).body;
  };
  const named = (event: string) => (one: ReadEvent) => one.event === event;
  const saying = (status: string) => (one: ReadEvent) =>
    valueAt(one.data, 'caller', 'status') === status;

  test('who is calling comes with the ring itself where the index knows', async () => {
    await put(GRACE);
    const reader = await open('topics=ringing&extension=101');

    const sent = await ring();
    const { data } = await reader.next(named('ringing'));

    expect([reader.status, reader.contentType]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect(data).toMatchObject({
      call: {
        ...{ id: textAt(sent.body, 'results', 0, 'call_id'), phone_call_id: 'one' },
        ...{ phase: 'ringing', direction: 'inbound', party_number: NUMBER, extensions: ['101'] },
      },
      callers: [
        {
          ...{ connection_id: office.connectionId, connection_name: 'Fake CRM', status: 'found' },
          contacts: [
            {
              ...{ source: 'index', name: 'Grace Hopper', chosen: true },
              url: `${crm.origin}/contacts/grace`,
            },
          ],
        },
      ],
    });
    expect(reader.events).toHaveLength(1);
    expect(searches).toBe(0);
  });

  test('all who have the number are told where a person must choose', async () => {
    await put(GRACE);
    await put({ ...GRACE, crmId: 'vincent', name: 'Vincent Hopper' });
    const reader = await open('topics=ringing');

    await ring();
    const { data } = await reader.next(named('ringing'));

    expect(valueAt(data, 'callers', 0)).toMatchObject({
      status: 'ambiguous',
      contacts: [{ chosen: false }, { chosen: false }],
    });
  });

  test('of very many who have the number twenty are told, and how many there are', async () => {
    for (let one = 0; one < 25; one += 1) await put({ ...GRACE, crmId: String(one) });
    const reader = await open('topics=ringing');

    await ring();
    const { data } = await reader.next(named('ringing'));

    expect(valueAt(data, 'callers', 0, 'contacts')).toHaveLength(20);
    expect(valueAt(data, 'callers', 0, 'contact_count')).toBe(25);
  });

  test('the CRM is asked once, for the screen and for the call, where the index does not know', async () => {
    inCrm();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    gate = promise.then(() => undefined);
    const reader = await open('topics=ringing');

    const sent = await ring();
    const first = await reader.next(named('ringing'));
    resolve(undefined);
    const second = await reader.next(named('identified'));
    const call = await ledger(textAt(sent.body, 'results', 0, 'call_id'));

    expect(valueAt(first.data, 'callers', 0)).toMatchObject({ status: 'asking', contacts: [] });
    expect(second.data).toMatchObject({
      ...{ call_id: textAt(sent.body, 'results', 0, 'call_id'), extensions: ['101'] },
      caller: { status: 'found', contacts: [{ source: 'crm', name: 'Ada Byron' }] },
    });
    expect(searches).toBe(1);
    expect(valueAt(call, 'steps', 0)).toMatchObject({
      method: 'FindContact',
      message: expect.stringContaining('when the phone rang'),
      attempts: [],
    });
    expect(crm.calls.at(-1)).toMatchObject({ fields: { contact: '7' } });
  });

  test('a CRM that answers late still reaches the screen and the call', async () => {
    inCrm();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    gate = promise.then(() => undefined);
    const reader = await open('topics=ringing');

    const sent = await ring();
    await reader.next(saying('late'));
    resolve(undefined);
    const late = await reader.next(saying('found'));
    await ledger(textAt(sent.body, 'results', 0, 'call_id'));

    expect(valueAt(late.data, 'caller', 'contacts', 0, 'name')).toBe('Ada Byron');
    expect(searches).toBe(1);
    expect(crm.calls.at(-1)).toMatchObject({ fields: { contact: '7' } });
  });

  test('a withheld number and an excluded one are asked of nobody', async () => {
    office = await setUpOffice(server, crm, { options: { excluded_numbers: [NUMBER] } });
    const reader = await open('topics=ringing');

    await ring({ call_id: 'excluded' });
    await ring({ call_id: 'withheld', calling_number: 'anonymous' });
    await reader.next(({ data }) => valueAt(data, 'call', 'phone_call_id') === 'withheld');

    const statuses = reader.events.map(({ data }) => valueAt(data, 'callers', 0, 'status'));
    expect(statuses).toEqual(['not_asked', 'not_asked']);
    expect(searches).toBe(0);
  });

  test('each extension that rang learns who took the call, and others nothing', async () => {
    await put(GRACE);
    const [rang, other] = [await open('extension=102'), await open('extension=103')];

    await ring();
    await ring({ event_id: '2', extension: '102' });
    await report({ call_id: 'one', kind: 'answered', extension: '101' });
    await report({ call_id: 'one', kind: 'ended', duration: 5, result: 'answered' });
    const { data } = await rang.next(named('ended'));

    const kinds = rang.events.filter(({ event }) => event in PHASES).map(({ event }) => event);
    expect(kinds).toEqual(['ringing', 'answered', 'ended']);
    expect(data).toMatchObject({
      call: { phase: 'ended', extensions: ['101', '102'], answered_by: ['101'] },
      callers: [{ status: 'found', contacts: [{ name: 'Grace Hopper' }] }],
    });
    expect(other.events).toEqual([]);
  });

  test('a call and its steps are told until they are done', async () => {
    await put(GRACE);
    const reader = await open('topics=calls,steps');

    await ring();
    await reader.next(
      ({ event, data }) =>
        event === 'step' &&
        valueAt(data, 'method') === 'CreateActivity' &&
        valueAt(data, 'state') === 'delivered',
    );
    await report({ call_id: 'one', kind: 'ended', duration: 0 });
    const done = await reader.next(
      ({ event, data }) => event === 'call' && valueAt(data, 'state') === 'delivered',
    );

    expect(done.data).toMatchObject({ phone_call_id: 'one', extensions: ['101'] });
    expect(new Set(reader.events.map(({ event }) => event))).toEqual(new Set(['call', 'step']));
  });

  test('an event that was refused or came before is not shown', async () => {
    await put(GRACE);
    const reader = await open('topics=ringing');

    await ring();
    await ring();
    await ring({ call_id: 'bad', direction: 'sideways' });
    await report({ call_id: 'one', kind: 'answered', extension: '101' });
    await reader.next(named('answered'));

    expect(reader.events.map(({ event }) => event)).toEqual(['ringing', 'answered']);
  });

  test('what was missed in a break comes first afterwards, else the word to load again', async () => {
    await put(GRACE);
    const before = await open('topics=ringing&extension=101');
    await ring();
    await before.next(named('ringing'));
    before.close();
    await before.ended;
    await report({ call_id: 'one', kind: 'answered', extension: '101' });

    const resume = { 'last-event-id': before.lastId };
    const after = await open('topics=ringing&extension=101', resume);
    const poll = await open(`seconds=0&topics=ringing&last_event_id=${before.lastId}`);
    const lost = await open('seconds=0', { 'last-event-id': 'of-another-server:7' });
    await after.next(named('answered'));
    await Promise.all([poll.ended, lost.ended]);

    expect(after.events.map(({ event }) => event)).toEqual(['answered']);
    expect(poll.events).toEqual(after.events);
    expect(lost.events.map(({ event }) => event)).toEqual(['reset']);
  });

  test('nobody who was erased is told to whoever comes back', async () => {
    await put(GRACE);
    const before = await open('topics=ringing');
    await ring();
    await before.next(named('ringing'));

    const body = { number: NUMBER, confirm: true };
    const sent = await server.send('POST', '/v1/contacts/erase', { key: office.key, body });
    await before.next(named('reset'));
    const after = await open('seconds=0', { 'last-event-id': before.events[0]?.id ?? '' });
    await after.ended;

    expect(sent.status).toBe(202);
    expect(after.events.map(({ event }) => event)).toEqual(['reset']);
  });

  test('another organization is told nothing', async () => {
    await put(GRACE);
    const own = await open();
    const stranger = await setUpOffice(server, crm);
    const foreign = await open('', {}, stranger.key);
    const resumed = await open('', { 'last-event-id': own.lastId }, stranger.key);

    await ring();
    await own.next(named('ringing'));

    expect(foreign.events).toEqual([]);
    expect(resumed.events.map(({ event }) => event)).toEqual(['reset']);
  });

  test('a stream ends with its key, and with its organization', async () => {
    const body = { name: 'Screen', scope: 'organization' };
    const made = await server.send('POST', '/v1/keys', { key: office.key, body });
    const byKey = await open('', {}, textAt(made.body, 'key'));
    const byOffice = await open();

    await server.send('DELETE', `/v1/keys/${textAt(made.body, 'id')}`, { key: office.key });
    await byKey.ended;
    const path = `/v1/organizations/${office.organizationId}/suspend`;
    await server.send('POST', path, { key: server.adminKey, body: {} });
    await byOffice.ended;

    const refused = await server.send('GET', '/v1/events?seconds=0', { key: office.key });
    expect(refused.status).toBe(403);
  });

  test.each(['topics=rings', 'seconds=-1', 'extensions=1'])('%s is refused', async (query) => {
    const refused = await server.send('GET', `/v1/events?${query}`, { key: office.key });
    expect(refused.body).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  test('HEAD is answered at once', async () => {
    const answer = await server.send('HEAD', '/v1/events', { key: office.key });
    expect([answer.status, answer.text]).toEqual([200, '']);
  });

  // The last one: its calls go on.
  test('a hundred callers at most are asked for at once, and what the index knows is shown', async () => {
    await put(GRACE);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    gate = promise.then(() => undefined);
    const reader = await open('topics=ringing');
    const numbers = Array.from({ length: 120 }, (_, at) => `+4420718340${String(at + 100)}`);
    const events = [...numbers, NUMBER].map((number, at) => ({
      ...{ call_id: `many-${String(at)}`, kind: 'ringing', direction: 'inbound' },
      ...{ extension: '101', calling_number: number, called_number: '+442079460000' },
    }));

    await report(events);
    await reader.next(() => reader.events.filter(named('ringing')).length > numbers.length);
    resolve(undefined);

    const statuses = reader.events
      .filter(named('ringing'))
      .map(({ data }) => valueAt(data, 'callers', 0, 'status'));
    const count = (status: string): number => statuses.filter((one) => one === status).length;
    expect([count('asking'), count('not_asked'), count('found')]).toEqual([100, 20, 1]);
  });
});

const PHASES: Readonly<Record<string, true>> = { ringing: true, answered: true, ended: true };

function schemaOf(event: string): { parse(data: unknown): unknown } {
  const found = Object.entries(SCHEMAS).find(([name]) => name === event)?.[1];
  if (found === undefined) throw new Error(`No schema of ${event}.`);
  return found;
}
