import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';

import { apiClient } from './api-client.ts';
import { delivered, eventsOf, report, soundOf, waitForCall } from './call-script.ts';
import type { LedgerCall, ScriptedCall } from './call-script.ts';
import type { Kill } from './kill-point.ts';
import { runCommand, type ServerPlace } from './patchcord-server.ts';
import { superviseServer } from './supervised-server.ts';
import { readerOf, type Reader } from './tryton-reader.ts';
import { startTryton, type Tryton } from './tryton-server.ts';
import { propertiesOf, seed, setUpOffice } from './tryton-set-up.ts';

/** What a call of a stranger leads to, in this order. */
const METHODS = [
  'FindContact',
  'CreateContact',
  'CreateActivity',
  'UpdateActivity',
  'StopCallActivity',
  'UploadFile',
];

/** Where an answer is lost, and where nothing was sent: what Tryton itself cannot tell apart. */
const CASES: readonly { readonly method: string; readonly point: Kill['point'] }[] = [
  { method: 'CreateContact', point: 'response-read' },
  { method: 'CreateActivity', point: 'sending-committed' },
  { method: 'CreateActivity', point: 'response-read' },
  { method: 'UpdateActivity', point: 'response-read' },
  { method: 'StopCallActivity', point: 'settled' },
  { method: 'UploadFile', point: 'sending-committed' },
];

const cases = CASES.map(({ method, point }, index) => ({
  method,
  point,
  count: METHODS.indexOf(method) + 1,
  // Of Ofcom's numbers for drama, one for each case.
  from: `+44207946010${String(index)}`,
}));

let tryton: Tryton;
let reader: Reader;

beforeAll(async () => {
  tryton = await startTryton();
  reader = readerOf(tryton);
  await seed(reader);
}, 180_000);

afterAll(async () => {
  await tryton?.stop();
}, 60_000);

describe('a server killed while it writes a call into Tryton', () => {
  test.each(cases)('ends in the same state: $method, $point', async ({ from, ...kill }) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'patchcord-killed-'));
    const place: ServerPlace = { dataDir, crm: new URL(tryton.origin).host };
    const callId = `call-${from.slice(1)}`;
    const call = { callId, from, startedAt: Date.now(), recording: soundOf(from) };
    try {
      const adminKey = await createAdminKey(place);
      const server = await superviseServer(place, kill);
      try {
        const ledger = await placeCall(server.origin, adminKey, call);

        expect(server.restarts()).toBe(1);
        expect(ledger.state).toBe('delivered');
        // Of a lost upload nobody can be asked; all else is looked up, or written anew as a whole.
        expect(ledger.possible_duplicate).toBe(kill.method === 'UploadFile');
        await expectOneNote(call, ledger.possible_duplicate);
      } finally {
        await server.stop();
      }
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});

async function createAdminKey(place: ServerPlace): Promise<string> {
  const command = ['key', 'create', '--scope', 'admin', '--name', 'Operator'];
  return z.object({ key: z.string() }).parse(await runCommand(place, command)).key;
}

async function placeCall(
  origin: string,
  adminKey: string,
  call: ScriptedCall,
): Promise<LedgerCall> {
  const office = await setUpOffice(origin, adminKey, {
    properties: propertiesOf(tryton),
    connection: { unknown_callers: 'create_contact', recordings: 'upload' },
  });
  const [ringing, answered, noted, ended] = eventsOf(call);
  const { callId } = await report(origin, office, ringing ?? {});
  const id = callId ?? '';
  await waitForCall(office, id, delivered('CreateActivity'));
  await report(origin, office, answered ?? {});
  await report(origin, office, noted ?? {});
  await waitForCall(office, id, delivered('UpdateActivity'));
  await report(origin, office, ended ?? {});
  await apiClient(origin, office.eventsKey).upload(
    `/v1/calls/${call.callId}/recording?filename=${call.callId}.wav`,
    call.recording,
    'audio/x-wav',
  );
  return await waitForCall(office, id, delivered('StopCallActivity', 'UploadFile'));
}

/** A file may hang there twice only where the ledger says so; a note or a person never. */
async function expectOneNote(call: ScriptedCall, flagged: boolean): Promise<void> {
  const parties = (await reader.parties()).filter(({ name }) => name === call.from);
  const resource = `party.party,${String(parties[0]?.id)}`;
  const notes = (await reader.notes()).filter((note) => note.resource === resource);
  const files = (await reader.files()).filter(({ name }) => name === `${call.callId}.wav`);

  expect(parties).toHaveLength(1);
  expect(notes).toHaveLength(1);
  expect(notes[0]?.message).toContain('Asked about the invoice of March');
  expect(notes[0]?.message).toContain('Result: answered');
  expect(files.length).toBeGreaterThanOrEqual(1);
  expect(files.length).toBeLessThanOrEqual(flagged ? 2 : 1);
  expect(files.every(({ bytes }) => bytes.equals(call.recording))).toBe(true);
}
