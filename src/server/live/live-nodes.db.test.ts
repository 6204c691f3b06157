import { randomBytes } from 'node:crypto';

import { afterEach, expect, test } from 'vitest';

import { createKey } from '../../access/keys.ts';
import { ADMIN } from '../../organizations/scope.ts';
import { startFakeCrm } from '../../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { createIds } from '../../text/uuid.ts';
import { systemClock } from '../../time/clock.ts';
import { createServerOpener } from '../testing/server-opener.ts';
import type { Opened } from '../testing/server-opener.ts';
import { sender, setUpOffice, valueAt } from '../testing/test-server.ts';
import type { Office } from '../testing/test-server.ts';
import { readEvents } from './testing/read-events.ts';
import type { EventReader, ReadEvent } from './testing/read-events.ts';

const MASTER_KEY = Buffer.alloc(32, 7).toString('base64');
const NUMBER = '+442071838750';

const { open, folder, cleanUp } = createServerOpener();
const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  await cleanUp();
});

describeDatabases('screens of several processes', (databases) => {
  if (databases.dialect === 'sqlite') {
    test('are none on SQLite, where there is one process', () => {
      expect(databases.dialect).toBe('sqlite');
    });
    return;
  }

  interface World {
    readonly url: string;
    readonly crm: FakeCrm;
    readonly nodes: readonly Opened[];
    readonly office: Office;
  }

  /** Two processes on one database, and an office that was set up at the first. */
  const openTwo = async (): Promise<World> => {
    const settings = await databases.settings();
    const url = settings.kind === 'postgres' ? settings.url : '';
    const crm = await startFakeCrm();
    closing.push(() => crm.close());
    const environment = {
      ...{ DATABASE_URL: url, MASTER_KEY, EGRESS_ALLOW: crm.host, EGRESS_PLAIN_HTTP: crm.host },
    };
    const nodes = [
      await open({ ...environment, DATA_DIR: folder() }),
      await open({ ...environment, DATA_DIR: folder() }),
    ];
    const { composed, database } = serverOf(nodes, 0);
    const deps = { database, ids: createIds({ clock: systemClock, randomBytes }), randomBytes };
    const admin = { name: 'test', scope: 'admin', actor: 'test' } as const;
    const { key: adminKey } = await createKey(deps, ADMIN, admin);
    const office = await setUpOffice({ send: sender(composed.app), adminKey }, crm);
    crm.contacts.push({
      ...{ id: '7', first_name: 'Ada', last_name: 'Byron', phone: NUMBER },
      ...{ email: 'ada@crm.example', company: 'Engines' },
    });
    return { url, crm, nodes, office };
  };
  const watch = async ({ nodes, office }: World, at: number): Promise<EventReader> => {
    const { origin } = serverOf(nodes, at);
    const headers = { authorization: `Bearer ${office.key}` };
    const reader = await readEvents(`${origin}/v1/events`, headers);
    closing.push(() => reader.close());
    return reader;
  };
  const ring = async ({ nodes, office }: World, at: number): Promise<void> => {
    const { composed } = serverOf(nodes, at);
    const event = {
      ...{ call_id: 'one', kind: 'ringing', direction: 'inbound', extension: '101' },
      ...{ calling_number: NUMBER, called_number: '+442079460000' },
    };
    const options = { key: office.eventsKey, body: event };
    const sent = await sender(composed.app)('POST', '/v1/call-events', options);
    expect(sent.status).toBe(202);
  };
  const named = (event: string) => (one: ReadEvent) => one.event === event;

  test('show what another process takes in, with what it finds out, once', async () => {
    const world = await openTwo();
    const reader = await watch(world, 1);

    await ring(world, 0);
    // A CRM that is faster than the disk has answered when the ring is shown.
    const isFound = ({ data }: ReadEvent): boolean =>
      [valueAt(data, 'caller'), valueAt(data, 'callers', 0)].some(
        (caller) => valueAt(caller, 'contacts', 0, 'name') === 'Ada Byron',
      );
    await reader.next(isFound);
    await reader.next(
      ({ data }) =>
        valueAt(data, 'method') === 'CreateActivity' && valueAt(data, 'state') === 'delivered',
    );

    expect(reader.events.filter(named('ringing'))).toHaveLength(1);
    expect(reader.events.filter(isFound)).toHaveLength(1);
    const searches = world.crm.requests.filter(
      ({ method, path }) => method === 'GET' && path === '/contacts',
    );
    // Whichever process has the lane: the one that asks for the screen may be another.
    expect([1, 2]).toContain(searches.length);
  });

  test('show an event that its process could not tell of before it died', async () => {
    const world = await openTwo();
    const [deaf] = world.nodes;
    const reader = await watch(world, 1);
    // What the first process still says is heard by nobody: it takes events in as one that dies then.
    await deaf?.server.composed.live.join('deaf', () =>
      Promise.resolve({
        send: () => {},
        sent: () => Promise.resolve(),
        close: () => Promise.resolve(),
      }),
    );

    await ring(world, 0);
    const { data } = await reader.next(named('ringing'));

    expect(valueAt(data, 'call', 'party_number')).toBe(NUMBER);
    expect(reader.events.filter(named('ringing'))).toHaveLength(1);
  });
});

function serverOf(nodes: readonly Opened[], at: number): Opened['server'] {
  const node = nodes[at];
  if (node === undefined) throw new Error('There is no such process.');
  return node.server;
}
