import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';

import { contactCopy, isRead, type ContactCopy } from './contact-copy.ts';
import type { Office } from './office.ts';
import { runCommand, type ServerPlace } from './patchcord-server.ts';
import { superviseServer, type SupervisedServer } from './supervised-server.ts';
import { tapCrm, type TappedCrm, type TappedRequest } from './tapped-crm.ts';
import { readerOf, type Reader } from './tryton-reader.ts';
import { startTryton, type Tryton } from './tryton-server.ts';
import { propertiesOf, seed, setUpOffice, shippedDocument } from './tryton-set-up.ts';

/** Small enough for several pages of what there is. */
const PAGE = 2;
/** After the empty first list and two pages: people are written, and then where the list goes on. */
const KILLED_AT = 5;

let tryton: Tryton;
let reader: Reader;
let tap: TappedCrm;
let place: ServerPlace;
let server: SupervisedServer;
let office: Office;
let copy: ContactCopy;
/** IDs of parties by name. */
const partyIds = new Map<string, number>();

beforeAll(async () => {
  tryton = await startTryton();
  reader = readerOf(tryton);
  await seed(reader);
  await seedParties();
  tryton.growOld();
  tap = await tapCrm(tryton.origin);
  const dataDir = mkdtempSync(join(tmpdir(), 'patchcord-real-'));
  place = { dataDir, crm: new URL(tap.origin).host };
  const { key } = z
    .object({ key: z.string() })
    .parse(await runCommand(place, ['key', 'create', '--scope', 'admin', '--name', 'Operator']));
  // The sync begins by itself when there is a connection.
  server = await superviseServer(place, { point: 'contacts-batch-written', count: KILLED_AT });
  office = await setUpOffice(server.origin, key, {
    properties: { ...propertiesOf(tryton), 'Tryton URL': tap.origin },
    document: shippedDocument().replaceAll('"size": 100', `"size": ${String(PAGE)}`),
  });
  copy = contactCopy(office);
}, 180_000);

afterAll(async () => {
  await server?.stop();
  await tap?.stop();
  await tryton?.stop();
  if (place !== undefined) rmSync(place.dataDir, { recursive: true, force: true });
}, 60_000);

describe('the contacts of Tryton', () => {
  test('are read page by page, on from the page where the server was killed', async () => {
    const after = await copy.waitFor(isRead);

    const ids = (await reader.parties()).map(({ id }) => id);
    const ends = ids.filter((_, index) => index % PAGE === PAGE - 1 || index === ids.length - 1);
    const asked = pagesAsked();
    expect(server.restarts()).toBe(1);
    // Who was deactivated: nobody yet. Then who is there, each page behind the last one's ID.
    expect([...new Set(asked)]).toEqual([
      'inactive 0',
      'active 0',
      ...ends.map((id) => `active ${String(id)}`),
    ]);
    // The page under way when it died was asked for again.
    expect(asked.length).toBeLessThanOrEqual(ends.length + 3);
    expect(after.people).toBe(ids.length);
  });

  test.each([
    ['a number that was typed with blanks', '+442071838750', 'Alice Smith'],
    ['each of several numbers: the first telephone', '+442079460111', 'Carol Jones'],
    ['… the second', '020 7946 0112', 'Carol Jones'],
    ['… the third, of another city', '+441614960111', 'Carol Jones'],
    ['… the mobile one', '+447911123111', 'Carol Jones'],
  ])('are known by %s, without asking Tryton', async (_, number, name) => {
    tap.taken();

    const answer = await copy.identify(number);

    expect(answer.callers).toMatchObject([{ source: 'index', name }]);
    expect(tap.taken()).toEqual([]);
  });

  test('share a number, and both are shown', async () => {
    const answer = await copy.identify('+442079460120');

    expect(new Set(answer.callers.map(({ name }) => name))).toEqual(
      new Set(['Dan Young', 'Dora Young']),
    );
    expect(answer.connections).toMatchObject([{ status: 'ambiguous' }]);
  });

  test.each([
    ['words in any order', 'smi ali', 'Alice Smith'],
    ['letters without their marks', 'angstrom zoe', 'Zoë Ångström'],
    ['the end of a number', '8750', 'Alice Smith'],
  ])('are found by %s', async (_, text, name) => {
    expect(await copy.search(text)).toEqual([name]);
  });

  test('are found in Tryton itself while somebody types, each once', async () => {
    const found = await copy.searchLive('Young');

    expect(found.contacts.map(({ name }) => name)).toEqual(['Dan Young', 'Dora Young']);
    expect(found.connections).toMatchObject([{ status: 'answered' }]);
  });

  test('are followed when a number is changed, one is new, and one is deactivated', async () => {
    await reader.changeNumber('+44 20 7946 0111', '+44 20 7946 0115');
    await reader.createParty('Erin New', [{ type: 'phone', value: '020 7946 0116' }]);
    await reader.deactivateParty(idOf('Gone Away'));

    const sync = await copy.read('changes');

    // Those three, and the newest one of the last sync.
    expect(sync.lists).toMatchObject([{ received: 4, added: 1, changed: 1, removed: 1 }]);
    expect((await copy.identify('+442079460115')).callers).toMatchObject([{ name: 'Carol Jones' }]);
    expect((await copy.identify('+442079460116')).callers).toMatchObject([{ name: 'Erin New' }]);
    expect((await copy.identify('+442079460111')).callers).toEqual([]);
    expect((await copy.identify('+447911123119')).callers).toEqual([]);
    expect(await copy.search('gone away')).toEqual([]);
  });

  test('are gone when they are deleted, once everything was read', async () => {
    const before = await copy.sync();
    await reader.deleteParty(idOf('Dora Young'));

    const after = await copy.readUntil(before.people - 1);

    expect(after.people).toBe(before.people - 1);
    expect((await copy.identify('+442079460120')).callers).toMatchObject([{ name: 'Dan Young' }]);
  });

  test('are known at once when Patchcord makes one, and no twin comes with the next sync', async () => {
    const values = { contact_name: 'Fay Made', phone: '+442079460117' };
    const path = `/v1/connections/${office.connectionId}/contacts`;
    await office.administrator.post(path, { values });
    const atOnce = await copy.identify('+442079460117');

    const sync = await copy.read('changes');

    const made = { name: 'Fay Made' };
    expect(atOnce.callers).toMatchObject([{ ...made, source: 'made' }]);
    expect(sync.lists).toMatchObject([{ added: 0 }]);
    expect((await copy.identify('+442079460117')).callers).toMatchObject([
      { ...made, source: 'index' },
    ]);
    expect(await copy.search('fay')).toEqual(['Fay Made']);
  });

  test('are deactivated when Patchcord deletes one, and do not come back', async () => {
    const [made] = (await copy.identify('+442079460117')).callers;
    await office.administrator.delete(
      `/v1/connections/${office.connectionId}/contacts/${made?.contact_id ?? ''}`,
    );
    const atOnce = await copy.search('fay');

    await copy.read('changes');

    expect(atOnce).toEqual([]);
    expect(await copy.search('fay')).toEqual([]);
    expect((await reader.parties()).map(({ name }) => name)).not.toContain('Fay Made');
  });

  test('are read by a new session where Tryton has ended the one before', async () => {
    const { people } = await copy.sync();
    tryton.forgetSessions();

    const sync = await copy.read('full');

    // Two are told as deleted.
    expect(sync).toMatchObject({ people, lists: [{ received: people + 2, last_error: null }] });
  });
});

async function seedParties(): Promise<void> {
  const phone = (value: string) => ({ type: 'phone', value });
  const mobile = (value: string) => ({ type: 'mobile', value });
  const parties = {
    'Carol Jones': [
      phone('+44 20 7946 0111'),
      phone('(020) 7946-0112'),
      phone('0161 496 0111'),
      mobile('07911 123111'),
    ],
    'Dan Young': [phone('+44 20 7946 0120')],
    'Dora Young': [phone('020 7946 0120')],
    'Zoë Ångström': [{ type: 'email', value: 'zoe@example.test' }],
    'Gone Away': [mobile('07911 123119')],
    'Nobody Special': [],
  };
  for (const [name, mechanisms] of Object.entries(parties)) {
    partyIds.set(name, await reader.createParty(name, mechanisms));
  }
}

function idOf(name: string): number {
  const id = partyIds.get(name);
  if (id === undefined) throw new RangeError(name);
  return id;
}

const Domain = z.object({
  method: z.string(),
  params: z.tuple([z.array(z.unknown())]).rest(z.unknown()),
});

/** The pages of parties that were asked for: which list, and behind which ID. */
function pagesAsked(): readonly string[] {
  return tap
    .taken()
    .filter(isList)
    .map(({ body }) => {
      const { params } = Domain.parse(JSON.parse(body));
      const [behind] = z
        .tuple([z.tuple([z.literal('id'), z.literal('>'), z.number()])])
        .rest(z.unknown())
        .parse(params[0]);
      return `${body.includes('"active","=",false') ? 'inactive' : 'active'} ${String(behind[2])}`;
    });
}

function isList({ body }: TappedRequest): boolean {
  return body.includes('party.search_read') && body.includes('["id",">",');
}
