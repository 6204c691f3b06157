import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { makeTone } from './tone.ts';

// Places a demo call: what a phone system would report about it, one event after the other, and its
// recording. `npm run -s demo:call`, while `npm start` runs; `--from` chooses another caller.
const USAGE = `Usage: npm run -s demo:call -- [options]

Places a demo call, while "npm start" runs.

Options:
  --from <number>  Who calls. (default: +442079460018)
  --to <number>    The extension that rings. (default: 201)
  --data <folder>  Folder of the demo. (default: data/demo)
  -h, --help       Print this help.`;

const options = readOptions();
if (options.help) {
  say(USAGE);
  process.exit(0);
}

/** What `serve --demo` leaves in its data folder for this program. */
interface Demo {
  readonly server: string;
  readonly crm: string;
  readonly events_key: string;
}

/** Long enough for a person to see the call ring and be answered in the CRM's page. */
const BETWEEN_EVENTS_MS = 1_500;
/** The CRM is on this machine: a call that is not there after this long will not come. */
const ARRIVAL_LIMIT_MS = 20_000;

const demo = readDemo(join(options.data, 'demo.json'));
const callId = `demo-${Date.now()}`;
const startedAt = Date.now();
const recordedBefore = await countRecorded();

say(`A call from ${options.from} to extension ${options.to} (call_id ${callId})`);
await report('ringing', {
  direction: 'inbound',
  extension: options.to,
  calling_number: options.from,
});
await sleep(BETWEEN_EVENTS_MS);
await report('answered', { extension: options.to });
await sleep(BETWEEN_EVENTS_MS);
await report('ended', {
  extension: options.to,
  result: 'answered',
  duration: Math.round((Date.now() - startedAt) / 1000),
});
await record();
await seeInCrm();

function readOptions() {
  try {
    return parseArgs({
      options: {
        data: { type: 'string', default: 'data/demo' },
        from: { type: 'string', default: '+442079460018' },
        to: { type: 'string', default: '201' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (err) {
    process.stderr.write(`${err instanceof Error ? err.message : String(err)}\n\n${USAGE}\n`);
    process.exit(2);
  }
}

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

async function report(kind: string, details: Readonly<Record<string, unknown>>): Promise<void> {
  const event = {
    event_id: `${callId}-${kind}`,
    call_id: callId,
    kind,
    at: Date.now(),
    ...details,
  };
  const answer = await send('POST', '/v1/call-events', 'application/json', JSON.stringify(event));
  const text = await answer.text();
  if (!answer.ok) {
    fail(`${kind}: the server answered ${answer.status}: ${text}`);
  }
  say(`  ${kind.padEnd(9)} ${answer.status} ${text.trim()}`);
}

async function record(): Promise<void> {
  const path = `/v1/calls/${encodeURIComponent(callId)}/recording`;
  const answer = await send('PUT', path, 'audio/wav', makeTone());
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

/** Waits until the CRM's page shows one call with a recording more than before; the page needs no token. */
async function seeInCrm(): Promise<void> {
  const deadline = Date.now() + ARRIVAL_LIMIT_MS;
  while (Date.now() < deadline) {
    if ((await countRecorded()) > recordedBefore) {
      say(`\nThe call stands in the CRM now, with its recording: open ${demo.crm}`);
      return;
    }
    await sleep(200);
  }
  fail(`\nThe call has not come to ${demo.crm} yet: ${demo.server}/v1/calls says why.`);
}

async function countRecorded(): Promise<number> {
  const page = await fetch(`${demo.crm}/main`).then(
    (answer) => answer.text(),
    () => fail(`Nothing answers at ${demo.crm}: start the demo with "npm start" first.`),
  );
  return page.split('<audio ').length - 1;
}
