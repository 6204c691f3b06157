import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';

import { apiClient } from './api-client.ts';
import {
  delivered,
  eventsOf,
  report,
  RING_SECONDS,
  TALK_SECONDS,
  waitForCall,
  type ScriptedCall,
} from './call-script.ts';
import {
  runCommand,
  startPatchcord,
  type PatchcordServer,
  type ServerPlace,
} from './patchcord-server.ts';
import type { Office } from './office.ts';
import { readerOf, type Reader, type Ticket } from './request-tracker-reader.ts';
import { startRequestTracker, type RequestTracker } from './request-tracker-server.ts';
import { setUpOffice, shippedDocument } from './request-tracker-set-up.ts';

const ALICE = '+442071838750';
const STRANGER = '+447700900123';
const STARTED_AT = Date.UTC(2026, 2, 2, 9, 15, 0);

let tracker: RequestTracker;
let reader: Reader;
let server: PatchcordServer;
let office: Office;
let dataDir: string;
let adminKey: string;

beforeAll(async () => {
  tracker = await startRequestTracker();
  reader = readerOf(tracker);
  await reader.createUser('alice.smith@example.test', 'Alice Smith', ALICE);
  dataDir = mkdtempSync(join(tmpdir(), 'patchcord-real-'));
  const place: ServerPlace = { dataDir, crm: new URL(tracker.origin).host };
  adminKey = z
    .object({ key: z.string() })
    .parse(
      await runCommand(place, ['key', 'create', '--scope', 'admin', '--name', 'Operator']),
    ).key;
  server = await startPatchcord(place);
  office = await setUpOffice(server.origin, adminKey, tracker, {
    connection: { unknown_callers: 'create_contact', recordings: 'upload' },
  });
}, 180_000);

afterAll(async () => {
  await server?.stop();
  await tracker?.stop();
  if (dataDir !== undefined) rmSync(dataDir, { recursive: true, force: true });
}, 60_000);

describe('Request Tracker', () => {
  test('accepts the credentials in the connection test, which shows no secret', async () => {
    const path = `/v1/connections/${office.connectionId}/test`;

    const result = await office.administrator.post(path);

    expect(result).toMatchObject({ ok: true, method: 'Users' });
    expect(JSON.stringify(result)).not.toContain(tracker.token);
  });

  test('is asked who calls, and the person with that number is shown', async () => {
    const answer = await callersOf(office, ALICE);

    expect(answer.callers).toMatchObject([
      { contact_id: 'alice.smith@example.test', name: 'Alice Smith' },
    ]);
  });

  test('knows nobody with a strange number, and nobody is shown', async () => {
    const answer = await callersOf(office, '+442079460123');

    expect(answer.callers).toEqual([]);
  });

  test('answers everybody to a filter it does not know, and still nobody is shown', async () => {
    // WorkPhone is no public field of a user: RT drops the filter without a word.
    const careless = shippedDocument().replace(
      '{ "field": "CustomField.{Phone}", "operator": "=", "value": "$phone$" }',
      '{ "field": "WorkPhone", "operator": "=", "value": "$phone$" }',
    );
    const other = await setUpOffice(server.origin, adminKey, tracker, { document: careless });

    const answer = await callersOf(other, '+442079460123');

    expect(careless).not.toBe(shippedDocument());
    expect(answer.callers).toEqual([]);
    expect(answer.connections).toMatchObject([{ status: 'not_found' }]);
  });

  test('holds a known caller’s call once: right person, owner, times, note and file', async () => {
    const call = newCall('known-caller', ALICE);

    const id = await placeCall(call);
    const ledger = await waitForCall(office, id);

    expect(ledger).toMatchObject({ state: 'delivered', possible_duplicate: false });
    expect(ledger.steps).toContainEqual(
      expect.objectContaining({ method: 'CreateContact', state: 'skipped' }),
    );
    await expectTicket(call, 'alice.smith@example.test');
  });

  test('gets a new contact for an unknown caller, and the call under it', async () => {
    const call = newCall('unknown-caller', STRANGER);

    const id = await placeCall(call);
    const ledger = await waitForCall(office, id);
    const contact = await reader.userByPhone(STRANGER);

    expect(ledger).toMatchObject({ state: 'delivered', possible_duplicate: false });
    expect(contact?.CustomFields).toMatchObject([{ name: 'Phone', values: [STRANGER] }]);
    await expectTicket(call, contact?.id ?? 'nobody');
  });

  test('gets nothing twice when the phone system repeats every event', async () => {
    const call = newCall('known-caller', ALICE);
    const before = await reader.tickets();

    const statuses: string[] = [];
    for (const event of eventsOf(call)) {
      statuses.push((await report(server.origin, office, event)).status);
    }

    expect(statuses).toEqual(['repeated', 'repeated', 'repeated', 'repeated']);
    expect(await reader.tickets()).toHaveLength(before.length);
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

function newCall(callId: string, from: string): ScriptedCall {
  return { callId, from, startedAt: STARTED_AT, recording: randomBytes(200_000) };
}

/** Plays the call step by step: each event is sent when the CRM has what came before. */
async function placeCall(call: ScriptedCall): Promise<string> {
  const [ringing, answered, noted, ended] = eventsOf(call);
  const first = await report(server.origin, office, ringing ?? {});
  const id = first.callId ?? '';
  await waitForCall(office, id, delivered('CreateActivity'));
  await report(server.origin, office, answered ?? {});
  await report(server.origin, office, noted ?? {});
  await waitForCall(office, id, delivered('UpdateActivity'));
  await report(server.origin, office, ended ?? {});
  const path = `/v1/calls/${call.callId}/recording?filename=${call.callId}.wav`;
  await apiClient(server.origin, office.eventsKey).upload(path, call.recording, 'audio/x-wav');
  await waitForCall(office, id, delivered('StopCallActivity', 'UploadFile'));
  return id;
}

async function expectTicket(call: ScriptedCall, requestor: string): Promise<void> {
  const tickets = (await reader.tickets()).filter((ticket) => isOf(ticket, requestor));
  const [ticket] = tickets;
  const texts = (await reader.texts(ticket?.id ?? '')).join('\n');
  const files = await reader.files(ticket?.id ?? '');

  expect(tickets).toHaveLength(1);
  expect(ticket).toMatchObject({
    Status: 'resolved',
    Owner: { id: 'bob' },
    Started: utc(call.startedAt),
    Told: utc(call.startedAt + (RING_SECONDS + TALK_SECONDS) * 1000),
    TimeWorked: String(Math.ceil(TALK_SECONDS / 60)),
  });
  expect(texts).toContain(`Inbound call from ${call.from}`);
  expect(texts).toContain('Asked about the invoice of March');
  expect(files).toHaveLength(1);
  expect(files[0]).toMatchObject({ name: `${call.callId}.wav`, type: 'audio/x-wav' });
  expect(sha256(files[0]?.bytes)).toBe(sha256(call.recording));
}

function isOf(ticket: Ticket, requestor: string): boolean {
  return ticket.Requestor.some((person) => person.id === requestor);
}

/** As RT writes a moment: ISO 8601 without fractions. */
function utc(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

function sha256(bytes: Uint8Array | undefined): string {
  return createHash('sha256')
    .update(bytes ?? new Uint8Array())
    .digest('hex');
}
