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
  soundOf,
  waitForCall,
  type ScriptedCall,
} from './call-script.ts';
import type { Kill } from './kill-point.ts';
import { runCommand, type ServerPlace } from './patchcord-server.ts';
import { readerOf, type Reader } from './request-tracker-reader.ts';
import { startRequestTracker, type RequestTracker } from './request-tracker-server.ts';
import { setUpOffice } from './request-tracker-set-up.ts';
import { superviseServer } from './supervised-server.ts';

/** What a call of a stranger leads to, in this order. */
const METHODS = [
  'FindContact',
  'CreateContact',
  'CreateActivity',
  'UpdateActivity',
  'StopCallActivity',
  'UploadFile',
];
/** Nothing was sent yet; the CRM has done it and we do not know; it is done and the next is due. */
const POINTS: readonly Kill['point'][] = ['sending-committed', 'response-read', 'settled'];

const cases = METHODS.flatMap((method, index) =>
  POINTS.map((point) => ({ method, point, count: index + 1, from: numberOf(index, point) })),
);

let tracker: RequestTracker;
let reader: Reader;

beforeAll(async () => {
  tracker = await startRequestTracker();
  reader = readerOf(tracker);
}, 180_000);

afterAll(async () => {
  await tracker?.stop();
}, 60_000);

describe('a server killed while it writes a call into Request Tracker', () => {
  test.each(cases)('ends in the same state: $method, $point', async ({ from, ...kill }) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'patchcord-killed-'));
    const place: ServerPlace = { dataDir, crm: new URL(tracker.origin).host };
    const call = { callId: `call-${from}`, from, startedAt: Date.now(), recording: soundOf(from) };
    try {
      const adminKey = await createAdminKey(place);
      const server = await superviseServer(place, kill);
      try {
        const ledger = await placeCall(server.origin, adminKey, call);

        expect(server.restarts()).toBe(1);
        expect(ledger.state).toBe('delivered');
        await expectOneTicket(call, ledger.possible_duplicate);
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

async function placeCall(origin: string, adminKey: string, call: ScriptedCall) {
  const office = await setUpOffice(origin, adminKey, tracker, {
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
    `/v1/calls/${call.callId}/recording?filename=call.wav`,
    call.recording,
    'audio/x-wav',
  );
  return await waitForCall(office, id, delivered('StopCallActivity', 'UploadFile'));
}

/** A comment or a file may stand twice only where the ledger says so; a ticket or a person never. */
async function expectOneTicket(call: ScriptedCall, flagged: boolean): Promise<void> {
  const contact = await reader.userByPhone(call.from);
  const tickets = (await reader.tickets()).filter((ticket) =>
    ticket.Requestor.some((person) => person.id === contact?.id),
  );
  const texts = await reader.texts(tickets[0]?.id ?? '');
  const notes = texts.filter((text) => text.includes('Asked about the invoice'));
  const files = await reader.files(tickets[0]?.id ?? '');

  expect(tickets).toMatchObject([{ Status: 'resolved', Owner: { id: 'bob' } }]);
  expect(files.every((file) => file.bytes.equals(call.recording))).toBe(true);
  for (const copies of [notes.length, files.length]) {
    expect(copies).toBeGreaterThanOrEqual(1);
    expect(copies).toBeLessThanOrEqual(flagged ? 2 : 1);
  }
}

/** A number of its own for each case: Ofcom's numbers for drama, +44 20 7946 0xxx. */
function numberOf(index: number, point: Kill['point']): string {
  return `+4420794600${index}${POINTS.indexOf(point)}`;
}
