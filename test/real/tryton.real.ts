import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';

import { apiClient } from './api-client.ts';
import { delivered, eventsOf, report, TALK_SECONDS, waitForCall } from './call-script.ts';
import type { LedgerCall, ScriptedCall } from './call-script.ts';
import type { Office } from './office.ts';
import { runCommand, startPatchcord } from './patchcord-server.ts';
import type { PatchcordServer, ServerPlace } from './patchcord-server.ts';
import { readerOf, type Note, type Reader } from './tryton-reader.ts';
import { startTryton, type Tryton } from './tryton-server.ts';
import { propertiesOf, seed, setUpOffice, shippedDocument, type Seeded } from './tryton-set-up.ts';

const ALICE = '+442071838750';
const ALICE_MOBILE = '+447911123456';
const NOBODY = '+442079460123';
const STARTED_AT = Date.UTC(2026, 2, 2, 9, 15, 0);

let tryton: Tryton;
let reader: Reader;
let seeded: Seeded;
let server: PatchcordServer;
let office: Office;
let place: ServerPlace;
let adminKey: string;

beforeAll(async () => {
  tryton = await startTryton();
  reader = readerOf(tryton);
  seeded = await seed(reader);
  const dataDir = mkdtempSync(join(tmpdir(), 'patchcord-real-'));
  place = { dataDir, crm: new URL(tryton.origin).host };
  adminKey = z
    .object({ key: z.string() })
    .parse(
      await runCommand(place, ['key', 'create', '--scope', 'admin', '--name', 'Operator']),
    ).key;
  server = await startPatchcord(place);
  office = await setUpOffice(server.origin, adminKey, {
    properties: propertiesOf(tryton, seeded),
    connection: { recordings: 'upload' },
  });
}, 180_000);

afterAll(async () => {
  await server?.stop();
  await tryton?.stop();
  if (place !== undefined) rmSync(place.dataDir, { recursive: true, force: true });
}, 60_000);

describe('Tryton', () => {
  test('accepts the sign-in in the connection test, which shows no secret', async () => {
    const path = `/v1/connections/${office.connectionId}/test`;

    const result = await office.administrator.post(path);

    expect(result).toMatchObject({ ok: true, method: 'Users' });
    expect(JSON.stringify(result)).not.toContain(propertiesOf(tryton)['Password']);
  });

  test.each([
    ['a number that was typed with blanks', ALICE],
    ['a mobile number', ALICE_MOBILE],
  ])('is asked who calls, and finds the person by %s', async (_, number) => {
    const answer = await callersOf(office, number);

    expect(answer.callers).toMatchObject([
      { contact_id: String(seeded.aliceId), name: 'Alice Smith' },
    ]);
  });

  test('knows nobody with a strange number, and nobody is shown', async () => {
    const answer = await callersOf(office, NOBODY);

    expect(answer.callers).toEqual([]);
    expect(answer.connections).toMatchObject([{ status: 'not_found' }]);
  });

  test('finds a number that ends alike, and Patchcord shows nobody', async () => {
    await reader.createParty('Almost Alice', [{ type: 'phone', value: '0161 718 38750' }]);

    const answer = await callersOf(office, '+441612838750');

    expect(answer.callers).toEqual([]);
  });

  test('holds a known caller’s call once: right person, note, times and file', async () => {
    const call = newCall('known-caller', ALICE);

    const id = await placeCall(office, call);
    const ledger = await waitForCall(office, id);

    expect(ledger).toMatchObject({ state: 'delivered', possible_duplicate: false });
    await expectNote(call, seeded.aliceId);
  });

  test('gets a stranger’s call under the party for unknown callers', async () => {
    const call = newCall('stranger', NOBODY);

    const id = await placeCall(office, call);
    const ledger = await waitForCall(office, id);

    expect(ledger).toMatchObject({ state: 'delivered', possible_duplicate: false });
    await expectNote(call, seeded.unknownId);
  });

  test('gets a new party for a stranger where the connection says so', async () => {
    const other = await setUpOffice(server.origin, adminKey, {
      properties: propertiesOf(tryton),
      connection: { unknown_callers: 'create_contact', recordings: 'upload' },
    });
    const call = newCall('new-party', '+442079460124');

    const id = await placeCall(other, call);
    const ledger = await waitForCall(other, id);
    const party = (await reader.parties()).find(({ name }) => name === call.from);

    expect(ledger).toMatchObject({ state: 'delivered', possible_duplicate: false });
    expect(party?.['contact_mechanisms.']).toEqual([
      expect.objectContaining({ type: 'phone', value: call.from }),
    ]);
    await expectNote(call, party?.id ?? 0);
  });

  test('gets no note of a stranger’s call where nobody is to have it, and the ledger says so', async () => {
    const other = await setUpOffice(server.origin, adminKey, { properties: propertiesOf(tryton) });
    const [ringing, , , ended] = eventsOf(newCall('left-out', '+442079460126'));
    const before = await reader.notes();

    const { callId } = await report(server.origin, other, ringing ?? {});
    await report(server.origin, other, ended ?? {});
    const ledger = await waitForCall(other, callId ?? '');

    expect(ledger.steps).toContainEqual(
      expect.objectContaining({
        method: 'CreateActivity',
        state: 'skipped',
        reason: 'answer_skipped',
      }),
    );
    expect(await reader.notes()).toEqual(before);
  });

  test('gets nothing twice when the phone system repeats every event', async () => {
    const before = await reader.notes();

    const statuses: string[] = [];
    for (const event of eventsOf(newCall('known-caller', ALICE))) {
      statuses.push((await report(server.origin, office, event)).status);
    }

    expect(statuses).toEqual(['repeated', 'repeated', 'repeated', 'repeated']);
    expect(await reader.notes()).toEqual(before);
  });

  test('forgets the session in the middle of a call: signed in again, the call stands once', async () => {
    const call = newCall('forgotten-session', ALICE);

    const id = await placeCall(office, call, () => {
      tryton.forgetSessions();
    });
    const ledger = await waitForCall(office, id);

    expect(ledger).toMatchObject({ state: 'delivered', possible_duplicate: false });
    expect(await statusesOf(ledger, 'UpdateActivity')).toEqual([401, 200]);
    await expectNote(call, seeded.aliceId);
  });

  test('refuses with status 200, and the ledger has its words', async () => {
    const other = await setUpOffice(server.origin, adminKey, {
      properties: propertiesOf(tryton, { unknownId: 99_999 }),
    });
    const [ringing] = eventsOf(newCall('refused', '+442079460125'));
    const before = await reader.notes();

    const { callId } = await report(server.origin, other, ringing ?? {});
    const ledger = await waitForCall(other, callId ?? '');

    expect(ledger.steps).toContainEqual(
      expect.objectContaining({ method: 'CreateActivity', state: 'parked', reason: 'refused' }),
    );
    expect(JSON.stringify(await other.administrator.get(`/v1/calls/${ledger.id}`))).toContain(
      'A value is required for field',
    );
    expect(await reader.notes()).toEqual(before);
  });

  test('refuses another password, and the connection test says what to do', async () => {
    const { administrator, connectionId } = office;
    const { integration_id } = z
      .object({ integration_id: z.string() })
      .parse(await administrator.get(`/v1/connections/${connectionId}`));
    const properties = { ...propertiesOf(tryton), Password: 'another-Word-77x' };
    const { id } = z.object({ id: z.string() }).parse(
      await administrator.post('/v1/connections', {
        integration_id,
        name: 'Wrong password',
        properties,
      }),
    );

    const result = await administrator.post(`/v1/connections/${id}/test`);

    expect(result).toMatchObject({ ok: false });
    expect(JSON.stringify(result)).toContain('401');
    expect(JSON.stringify(result)).not.toContain('another-Word-77x');
  });
});

describe('Tryton, method by method', () => {
  test('is searched by a part of a name', async () => {
    const { records } = await tryMethod('SearchContacts', { prefix: 'lice S' });

    expect(records).toMatchObject([
      {
        contact_id: String(seeded.aliceId),
        contact_name: 'Alice Smith',
        phone: ['020 7183 8750'],
        mobile: ['+44 7911 123 456'],
        email: ['alice.smith@example.test'],
      },
    ]);
  });

  test('gets a contact with all that is known, and later another name and number', async () => {
    const created = await tryMethod('CreateContact', {
      contact_name: 'Åsa Öberg',
      phone: '+46812345678',
      email: 'asa@example.test',
    });
    const id = String(created.records[0]?.['contact_id']);
    const found = (await tryMethod('SearchContacts', { prefix: 'Öberg' })).records[0];
    await tryMethod('UpdateContact', {
      contact_id: id,
      contact_name: 'Åsa Berg',
      phone_mechanism: String(found?.['phone_mechanism']),
      phone: '+46812345679',
      mobile: '+46701234567',
    });
    const party = (await reader.parties()).find((each) => String(each.id) === id);

    expect(party).toMatchObject({
      name: 'Åsa Berg',
      'contact_mechanisms.': [
        { type: 'phone', value: '+46812345679' },
        { type: 'email', value: 'asa@example.test' },
        { type: 'mobile', value: '+46701234567' },
      ],
    });
  });

  test('lists its contacts page by page, each once', async () => {
    const small = shippedDocument().replaceAll('"size": 100', '"size": 2');
    await Promise.all(['One', 'Two', 'Three'].map((name) => reader.createParty(name, [])));
    const parties = await reader.parties();

    const { records } = await tryMethod('Contacts', {}, small);

    expect(parties.length).toBeGreaterThan(4);
    expect(records.map((record) => record['contact_id'])).toEqual(
      parties.map(({ id }) => String(id)),
    );
  });

  test('lists later only what was changed since', async () => {
    const id = await reader.createParty('Changed', []);
    const since = new Date(Date.now() + 60_000).toISOString();

    const all = await tryMethod('Contacts', { since: new Date(STARTED_AT).toISOString() });
    const none = await tryMethod('Contacts', { since });

    expect(all.records).toContainEqual(expect.objectContaining({ contact_id: String(id) }));
    expect(none.records).toEqual([]);
  });
});

const Callers = z.object({
  callers: z.array(z.object({ contact_id: z.string().nullable(), name: z.string().nullable() })),
  connections: z.array(z.object({ status: z.string(), message: z.string() })),
});

async function callersOf(of: Office, number: string): Promise<z.infer<typeof Callers>> {
  const path = `/v1/contacts/identify?number=${encodeURIComponent(number)}`;
  return Callers.parse(await of.administrator.get(path));
}

const Tried = z.object({ records: z.array(z.record(z.string(), z.unknown())) });

/** Runs one method as its author would on the command line. Throws when it did not do its work. */
async function tryMethod(
  method: string,
  values: Readonly<Record<string, string>>,
  document = shippedDocument(),
): Promise<z.infer<typeof Tried>> {
  const file = join(place.dataDir, 'tried.json');
  const properties = join(place.dataDir, 'tried-properties.json');
  writeFileSync(file, document);
  writeFileSync(properties, JSON.stringify(propertiesOf(tryton)));
  const set = Object.entries(values).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const options = ['--properties', properties, '--allow', place.crm, '--country', 'GB'];
  return Tried.parse(await runCommand(place, ['try', file, method, ...options, ...set]));
}

const Exchanged = z.object({
  steps: z.array(
    z.object({
      method: z.string(),
      attempts: z.array(
        z.object({
          exchanges: z.array(z.object({ response: z.object({ status: z.number() }).nullable() })),
        }),
      ),
    }),
  ),
});

/** What Tryton answered to the requests of a method of that call. */
async function statusesOf({ id }: LedgerCall, method: string): Promise<readonly unknown[]> {
  const { steps } = Exchanged.parse(await office.administrator.get(`/v1/calls/${id}`));
  const attempts = steps.filter((step) => step.method === method).flatMap((step) => step.attempts);
  return attempts.flatMap(({ exchanges }) => exchanges.map(({ response }) => response?.status));
}

function newCall(callId: string, from: string): ScriptedCall {
  return { callId, from, startedAt: STARTED_AT, recording: randomBytes(200_000) };
}

/** Plays the call step by step; `inBetween` happens when the CRM has its beginning. */
async function placeCall(
  of: Office,
  call: ScriptedCall,
  inBetween: () => void = () => {},
): Promise<string> {
  const [ringing, answered, noted, ended] = eventsOf(call);
  const first = await report(server.origin, of, ringing ?? {});
  const id = first.callId ?? '';
  await waitForCall(of, id, delivered('CreateActivity'));
  inBetween();
  await report(server.origin, of, answered ?? {});
  await report(server.origin, of, noted ?? {});
  await waitForCall(of, id, delivered('UpdateActivity'));
  await report(server.origin, of, ended ?? {});
  const path = `/v1/calls/${call.callId}/recording?filename=${call.callId}.wav`;
  await apiClient(server.origin, of.eventsKey).upload(path, call.recording, 'audio/x-wav');
  await waitForCall(of, id, delivered('StopCallActivity', 'UploadFile'));
  return id;
}

/** The call stands in one note of that party, with its file; both hold what the phone told. */
async function expectNote(call: ScriptedCall, partyId: number): Promise<void> {
  const resource = `party.party,${String(partyId)}`;
  const files = (await reader.files()).filter(({ name }) => name === `${call.callId}.wav`);
  const notes = (await reader.notes()).filter(
    (note) => isOf(note, call) && note.resource === resource,
  );

  expect(notes.length).toBeGreaterThanOrEqual(1);
  const message = notes.at(-1)?.message ?? '';
  expect(message).toContain(`From ${call.from} to +442079460000`);
  expect(message).toContain('User: Bob Agent');
  expect(message).toContain('Began: 2026-03-02 09:15:00');
  expect(message).toContain(`Duration: 0${String(Math.floor(TALK_SECONDS / 60))}:13`);
  expect(message).toContain('Result: answered');
  expect(message).toContain('Asked about the invoice of March');
  expect(message).toMatch(/Reference: \S+$/);
  expect(references(notes).size).toBe(notes.length);
  expect(files).toHaveLength(1);
  expect(files[0]).toMatchObject({ resource });
  expect(sha256(files[0]?.bytes)).toBe(sha256(call.recording));
}

function isOf(note: Note, call: ScriptedCall): boolean {
  return note.message.includes(`From ${call.from} `);
}

/** The calls that the notes speak of. */
function references(notes: readonly Note[]): ReadonlySet<string> {
  return new Set(notes.map(({ message }) => /Reference: (\S+)$/.exec(message)?.[1] ?? message));
}

function sha256(bytes: Uint8Array | undefined): string {
  return createHash('sha256')
    .update(bytes ?? new Uint8Array())
    .digest('hex');
}
