import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { readCallOptions, USAGE } from './call-options.ts';
import { makeConversation } from './voice.ts';
import { whatHoldsIt, whatItWaitsFor } from './what-holds-it.ts';
import type { LedgerCall } from './what-holds-it.ts';

// Places a demo call: what a phone system would report about it, one event after the other, and its
// recording. `npm run -s demo:call`, while `npm start` runs.

/** What `serve --demo` leaves in its data folder for this program. */
interface Demo {
  readonly server: string;
  readonly crm: string;
  readonly events_key: string;
  readonly office_key: string;
}

/** What the demo CRM says of a call that has arrived. */
interface Arrived {
  readonly id: string;
  readonly contact_id: string;
  readonly status: string;
  readonly recorded: boolean;
}

/** Long enough for a person to see the call ring and be answered in the CRM's pages. */
const BETWEEN_EVENTS_MS = 1_500;
/** The CRM is on this machine: a call that is not there after this long waits for something. */
const ARRIVAL_LIMIT_MS = 20_000;
/** How long they talk: long enough for a recording worth hearing. */
const TALK_SECONDS = 4;

const read = readCallOptions(process.argv.slice(2), Date.now());
if (read.status === 'help') {
  say(USAGE);
  process.exit(0);
}
if (read.status === 'wrong') {
  process.stderr.write(`${read.message}\n\n${USAGE}\n`);
  process.exit(2);
}
const { options } = read;
const demo = readDemo(join(options.data, 'demo.json'));
const startedAt = Date.now();
const callId = `demo-${startedAt}`;
const { other, extension } = options;

say(
  options.direction === 'inbound'
    ? `A call from ${other} to extension ${extension} (call_id ${callId})`
    : `A call from extension ${extension} to ${other} (call_id ${callId})`,
);
const ledgerPath = await report('ringing', startedAt, {
  direction: options.direction,
  extension,
  [options.direction === 'inbound' ? 'calling_number' : 'called_number']: other,
});
await sleep(BETWEEN_EVENTS_MS);
const answeredAt = Date.now();
if (options.result === 'answered') {
  await report('answered', answeredAt, { extension });
  await sleep(TALK_SECONDS * 1_000);
}
if (options.note !== undefined) {
  await report('noted', Date.now(), { extension, description: options.note });
}
await report('ended', Date.now(), {
  extension,
  result: options.result,
  ...(options.result === 'answered' ? { duration: TALK_SECONDS } : {}),
});
if (options.withRecording) await record();
await seeInCrm();

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function readDemo(file: string): Demo {
  try {
    // Written by `serve --demo` alone.
    return JSON.parse(readFileSync(file, 'utf8')) as Demo;
  } catch {
    fail(`There is no ${file}: start the demo with "npm start" first.`);
  }
}

async function report(
  kind: string,
  at: number,
  details: Readonly<Record<string, unknown>>,
): Promise<string> {
  const event = { event_id: `${callId}-${kind}`, call_id: callId, kind, at, ...details };
  const answer = await send('POST', '/v1/call-events', 'application/json', JSON.stringify(event));
  const text = await answer.text();
  if (!answer.ok) {
    fail(`${kind}: the server answered ${answer.status}: ${text}`);
  }
  say(`  ${kind.padEnd(9)} ${answer.status} ${text.trim()}`);
  // As the API's reference describes it.
  const { results } = JSON.parse(text) as { results: { status: string; call_id: string | null }[] };
  const id = results[0]?.call_id ?? fail(`${kind}: the server did not take the event.`);
  return `/v1/calls/${id}`;
}

async function record(): Promise<void> {
  const path = `/v1/calls/${encodeURIComponent(callId)}/recording`;
  const sound = makeConversation(startedAt % 10_000, TALK_SECONDS);
  const answer = await send('PUT', path, 'audio/wav', sound);
  say(`  ${'recording'.padEnd(9)} ${answer.status}`);
}

async function send(
  method: string,
  path: string,
  type: string,
  body: string | Uint8Array<ArrayBuffer>,
): Promise<Response> {
  const headers = { authorization: `Bearer ${demo.events_key}`, 'content-type': type };
  return fetch(`${demo.server}${path}`, { method, headers, body }).catch(() =>
    fail(`Nothing answers at ${demo.server}: start the demo with "npm start" first.`),
  );
}

/** Waits until the call stands in the CRM as it ended, and says where its pages are. */
async function seeInCrm(): Promise<void> {
  const deadline = Date.now() + ARRIVAL_LIMIT_MS;
  while (Date.now() < deadline) {
    const call = await findInCrm();
    const isWhole = call?.status === options.result && (call.recorded || !options.withRecording);
    if (call !== undefined && isWhole) {
      const what = options.withRecording ? ', with its recording' : '';
      say(`\nThe call stands in the CRM now${what}:`);
      say(`  Call     ${demo.crm}/calls/${call.id}`);
      if (call.contact_id !== '') say(`  Contact  ${demo.crm}/contacts/${call.contact_id}`);
      return;
    }
    const held = whatHoldsIt(await readLedger());
    if (held !== undefined) tellLedger('The call does not come to the CRM', held);
    await sleep(200);
  }
  say(`\n${demo.crm}/requests shows what was sent.`);
  tellLedger('The call has not come to the CRM yet', whatItWaitsFor(await readLedger()));
}

async function readLedger(): Promise<LedgerCall> {
  const headers = { authorization: `Bearer ${demo.office_key}` };
  const answer = await fetch(`${demo.server}${ledgerPath}`, { headers });
  if (!answer.ok) fail(`The ledger answered ${answer.status}: ${await answer.text()}`);
  // As the API's reference describes it.
  return (await answer.json()) as LedgerCall;
}

function tellLedger(what: string, lines: readonly string[]): never {
  const why = lines.map((line) => `  ${line}`).join('\n');
  fail(`\n${what}. The ledger (GET ${demo.server}${ledgerPath}) says:\n${why}`);
}

async function findInCrm(): Promise<Arrived | undefined> {
  const started = encodeURIComponent(new Date(startedAt).toISOString());
  const answer = await fetch(`${demo.crm}/arrived?started_at=${started}`).catch(() =>
    fail(`Nothing answers at ${demo.crm}: start the demo with "npm start" first.`),
  );
  // The demo CRM's own form of a call.
  return answer.ok ? ((await answer.json()) as Arrived) : undefined;
}
