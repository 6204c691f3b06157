import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';

import { contactCopy, isRead, type ContactCopy } from './contact-copy.ts';
import type { Office } from './office.ts';
import { runCommand, type ServerPlace } from './patchcord-server.ts';
import { readerOf, type Reader } from './request-tracker-reader.ts';
import { startRequestTracker, type RequestTracker } from './request-tracker-server.ts';
import { setUpOffice, shippedDocument } from './request-tracker-set-up.ts';
import { superviseServer, type SupervisedServer } from './supervised-server.ts';
import { tapCrm, type TappedCrm, type TappedRequest } from './tapped-crm.ts';

/** RT's own people: its administrator, the user that Patchcord acts as, and the agent Bob. */
const OWN = 3;
const PEOPLE = [
  // RT cannot search by this number: only the copy knows it.
  {
    Name: 'alice',
    RealName: 'Alice Smith',
    WorkPhone: '020 7183 8750',
    Organization: 'Bäckerei Groß',
  },
  {
    Name: 'carol',
    RealName: 'Carol Jones',
    HomePhone: '(0161) 496 0111',
    MobilePhone: '07911 123111',
    CustomFields: { Phone: ['+442079460111', '+442079460112'] },
  },
  { Name: 'dan', RealName: 'Dan Young', CustomFields: { Phone: ['+442079460120'] } },
  { Name: 'dora', RealName: 'Dora Young', WorkPhone: '020 7946 0120' },
  { Name: 'zoe', RealName: 'Zoë Ångström', EmailAddress: 'zoe@example.test' },
  { Name: 'gone', RealName: 'Gone Away', MobilePhone: '07911 123119' },
] as const;
/** Small enough for several pages of what there is. */
const PAGE = 2;
/** After the second page: its people are written, and then where the list goes on. */
const KILLED_AT = 4;

let tracker: RequestTracker;
let reader: Reader;
let tap: TappedCrm;
let place: ServerPlace;
let server: SupervisedServer;
let adminKey: string;
let office: Office;
let copy: ContactCopy;

beforeAll(async () => {
  tracker = await startRequestTracker();
  reader = readerOf(tracker);
  for (const person of PEOPLE) await reader.createPerson(person);
  tracker.growOld();
  tap = await tapCrm(tracker.origin);
  const dataDir = mkdtempSync(join(tmpdir(), 'patchcord-real-'));
  place = { dataDir, crm: new URL(tap.origin).host };
  adminKey = z
    .object({ key: z.string() })
    .parse(
      await runCommand(place, ['key', 'create', '--scope', 'admin', '--name', 'Operator']),
    ).key;
  // The sync begins by itself when there is a connection.
  server = await superviseServer(place, { point: 'contacts-batch-written', count: KILLED_AT });
  office = await setUpOffice(
    server.origin,
    adminKey,
    { ...tracker, origin: tap.origin },
    {
      document: inSmallPages(),
    },
  );
  copy = contactCopy(office);
}, 180_000);

afterAll(async () => {
  await server?.stop();
  await tap?.stop();
  await tracker?.stop();
  if (place !== undefined) rmSync(place.dataDir, { recursive: true, force: true });
}, 60_000);

describe('the contacts of Request Tracker', () => {
  test('are read page by page, on from the page where the server was killed', async () => {
    const after = await copy.waitFor(isRead);

    const pages = Math.ceil((PEOPLE.length + OWN) / PAGE) + 1;
    const known = Array.from({ length: pages }, (_, index) => `id ${String(index + 1)}`);
    const asked = pagesAsked();
    expect(server.restarts()).toBe(1);
    expect([...new Set(asked)]).toEqual(known);
    // The page under way when it died was asked for again.
    expect(asked.length).toBeLessThanOrEqual(known.length + 1);
    expect(after).toMatchObject({ people: PEOPLE.length + OWN, companies: 0 });
  });

  test.each([
    ['a number that RT cannot be searched by', '+442071838750', 'alice'],
    ['each of several numbers: at home', '+441614960111', 'carol'],
    ['… the mobile one', '+447911123111', 'carol'],
    ['… the first of the field Phone', '+442079460111', 'carol'],
    ['… the second', '020 7946 0112', 'carol'],
  ])('are known by %s, without asking RT', async (_, number, id) => {
    tap.taken();

    const answer = await copy.identify(number);

    expect(answer.callers).toMatchObject([{ source: 'index', contact_id: id }]);
    expect(tap.taken()).toEqual([]);
  });

  test('share a number, and both are shown', async () => {
    const answer = await copy.identify('+442079460120');

    expect(answer.callers).toHaveLength(2);
    expect(new Set(answer.callers.map(({ contact_id }) => contact_id))).toEqual(
      new Set(['dan', 'dora']),
    );
    expect(answer.connections).toMatchObject([{ status: 'ambiguous' }]);
  });

  test.each([
    ['words in any order', 'smi ali', 'Alice Smith'],
    ['letters without their marks', 'angstrom zoe', 'Zoë Ångström'],
    ['the company', 'backerei gross', 'Alice Smith'],
    ['a part of a number', '7183 8750', 'Alice Smith'],
  ])('are found by %s', async (_, text, name) => {
    expect(await copy.search(text)).toEqual([name]);
  });

  test('are found in RT itself while somebody types, each once', async () => {
    const found = await copy.searchLive('Young');

    expect(found.contacts.map(({ name }) => name)).toEqual(['Dan Young', 'Dora Young']);
    expect(found.connections).toMatchObject([{ status: 'answered' }]);
  });

  test('are followed when they are changed or new: RT is asked for the newest pages only', async () => {
    await reader.changePerson('carol', { CustomFields: { Phone: ['+442079460115'] } });
    await reader.createPerson({ Name: 'erin', RealName: 'Erin New', WorkPhone: '020 7946 0116' });
    tap.taken();

    const sync = await copy.read('changes');

    // Two that are new, one of the time of the last sync, and one that is older.
    expect(pagesAsked()).toEqual(['LastUpdated 1', 'LastUpdated 2']);
    expect(sync.lists).toMatchObject([{ received: 4, added: 1, changed: 1, removed: 0 }]);
    expect((await copy.identify('+442079460115')).callers).toMatchObject([{ contact_id: 'carol' }]);
    expect((await copy.identify('+442079460116')).callers).toMatchObject([{ contact_id: 'erin' }]);
    expect((await copy.identify('+442079460111')).callers).toEqual([]);
  });

  test('are gone when they are disabled, once everything was read', async () => {
    await reader.disablePerson('gone');
    const before = await copy.read('changes');

    const after = await copy.readUntil(before.people - 1);

    expect(after.people).toBe(before.people - 1);
    expect((await copy.identify('+447911123119')).callers).toEqual([]);
    expect(await copy.search('gone away')).toEqual([]);
  });

  test('are known at once when Patchcord makes one, and no twin comes with the next sync', async () => {
    const values = { contact_name: 'Fay Made', email: 'fay@example.test', phone: '+442079460117' };
    const path = `/v1/connections/${office.connectionId}/contacts`;
    await office.administrator.post(path, { values });
    const atOnce = await copy.identify('+442079460117');

    const sync = await copy.read('changes');

    const made = { contact_id: 'fay@example.test', name: 'Fay Made' };
    expect(atOnce.callers).toMatchObject([{ ...made, source: 'made' }]);
    expect(sync.lists).toMatchObject([{ added: 0 }]);
    expect((await copy.identify('+442079460117')).callers).toMatchObject([
      { ...made, source: 'index' },
    ]);
    expect(await copy.search('fay')).toEqual(['Fay Made']);
  });

  test('are changed and emptied by Patchcord, in RT as in the copy', async () => {
    const path = `/v1/connections/${office.connectionId}/contacts/carol`;
    const values = { company_name: 'Jones Ltd', phone: '+442079460118', mobile: null };
    await office.administrator.patch(path, { values });
    const atOnce = await copy.identify('+442079460118');

    await copy.read('changes');

    expect(atOnce.callers).toMatchObject([{ contact_id: 'carol', name: 'Carol Jones' }]);
    // What RT says of her now: her number at home is none that Patchcord can change.
    expect((await copy.identify('+442079460118')).callers).toMatchObject([
      { company: 'Jones Ltd', phones: ['(0161) 496 0111', '+442079460118'] },
    ]);
    expect((await copy.identify('+447911123111')).callers).toEqual([]);
  });

  test('are disabled when Patchcord deletes one, and do not come back', async () => {
    await office.administrator.delete(
      `/v1/connections/${office.connectionId}/contacts/fay@example.test`,
    );
    const atOnce = await copy.search('fay');

    await copy.read('changes');

    expect(atOnce).toEqual([]);
    expect(await copy.search('fay')).toEqual([]);
    expect(await reader.userByPhone('+442079460117')).toBeUndefined();
  });

  test('are everybody where RT drops a filter, and still nobody else is shown', async () => {
    const careless = shippedDocument().replace(
      '{ "field": "CustomField.{Phone}", "operator": "=", "value": "$phone$" }',
      '{ "field": "WorkPhone", "operator": "=", "value": "$phone$" }',
    );
    const other = contactCopy(
      await setUpOffice(
        server.origin,
        adminKey,
        { ...tracker, origin: tap.origin },
        {
          document: careless,
        },
      ),
    );
    await other.waitFor(isRead);

    const answer = await other.identify('+442079460199');

    expect(careless).not.toBe(shippedDocument());
    expect(answer.callers).toEqual([]);
    expect(answer.connections[0]?.status).toBe('not_found');
    const asked = answer.connections[0]?.steps?.find(({ source }) => source === 'crm');
    expect(asked).toMatchObject({ matched: 0 });
    expect(asked?.answered).toBeGreaterThan(OWN);
  });
});

function inSmallPages(): string {
  return shippedDocument().replace(
    '"type": "page", "size": 100',
    `"type": "page", "size": ${String(PAGE)}`,
  );
}

/** The pages of people that were asked for: by what they were ordered, and which. */
function pagesAsked(): readonly string[] {
  return tap
    .taken()
    .filter(isList)
    .map(({ path }) => {
      const query = new URL(path, tap.origin).searchParams;
      return `${query.get('orderby') ?? ''} ${query.get('page') ?? ''}`;
    });
}

function isList({ path }: TappedRequest): boolean {
  return path.startsWith('/REST/2.0/users?') && path.includes('&orderby=');
}
