import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Executed } from '../faults/auditor.ts';
import type { CrmStyle } from './office-styles.ts';
import { createCrmRecords } from './soak-crm-records.ts';
import type { CrmAnswer, CrmRequest } from './soak-crm-records.ts';

/** One line of a CRM's own log: what it executed, or an answer that did not go out whole. */
export type CrmLogLine =
  | ({ readonly kind: 'executed'; readonly style: CrmStyle } & Executed)
  | { readonly kind: 'lost'; readonly style: CrmStyle; readonly method: string };

export interface SoakCrmOptions {
  /** JSON lines, written before the answer goes out. */
  readonly logFile: string;
  readonly styles: readonly CrmStyle[];
  /** In [0, 1): the share of exchanges that go wrong. */
  readonly faultShare: number;
  /** Longest time in milliseconds that an answer takes. */
  readonly latencyMs: number;
  /** The first create of each call waits for so long, in milliseconds, and is refused then; 0: none. */
  readonly holdMs: number;
  /** In [0, 1). */
  readonly random: () => number;
}

export interface SoakCrm {
  readonly origin: string;
  /** `127.0.0.1:<port>`: what an egress exception names. */
  readonly host: string;
  /** Requests it was asked, executed or not. */
  requests(): number;
  /** Answers that did not go out whole, and exchanges that it spoiled itself. */
  lost(): number;
  faults(): number;
  /** Whether enough creates wait now to stop a process among them. */
  holdsEnough(): boolean;
  /** Spoils nothing from now on. */
  heal(): void;
  close(): Promise<void>;
}

/** What the mock gives as a recording. */
const SOUND = Buffer.from('RIFF\u0024\u0000\u0000\u0000WAVEfmt \u0010\u0000\u0000\u0000');
const BUSY_SECONDS = '1';
/** So many creates that are held back at one time are several for the busiest process. */
const HELD = 9;

/**
 * Starts the CRMs of a soak on a loopback port, one for each style under `/<style>`, and the phone
 * system's recordings under `/recordings`. They survive the servers that are killed.
 */
export async function startSoakCrm(options: SoakCrmOptions): Promise<SoakCrm> {
  const recordsOf = new Map(options.styles.map((style) => [style, createCrmRecords()]));
  let requests = 0;
  let lost = 0;
  let faults = 0;
  const held = new Set<string>();
  let holding = 0;
  let healed = false;
  const write = (line: CrmLogLine): void => {
    appendFileSync(options.logFile, `${JSON.stringify(line)}\n`);
  };

  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(incoming.url ?? '/', 'http://crm.test');
    const [first, ...path] = url.pathname.split('/').slice(1);
    if (first === 'recordings') {
      response.writeHead(200, { 'content-type': 'audio/wav' }).end(SOUND);
      return;
    }
    const style = options.styles.find((one) => one === first);
    const records = style === undefined ? undefined : recordsOf.get(style);
    if (style === undefined || records === undefined) return void response.writeHead(404).end();
    const request = await read(incoming, { style, path, query: url.searchParams });
    requests += 1;
    response.once('close', () => {
      if (response.writableFinished) return;
      lost += 1;
      write({ kind: 'lost', style, method: request.method });
    });
    if (options.holdMs > 0 && request.method === 'POST' && path.length === 1) {
      const isFirst = !held.has(request.body);
      held.add(request.body);
      if (isFirst) {
        holding += 1;
        await sleep(options.holdMs);
        holding -= 1;
        // It was not executed, and says nothing about the CRM as a whole.
        return send(response, { status: 408, body: { error: 'too slow' } });
      }
    }
    const isFaulty = !healed && options.random() < options.faultShare;
    const fault = isFaulty ? pick(options.random()) : undefined;
    if (fault !== undefined) faults += 1;
    await sleep(options.latencyMs * options.random());
    if (fault === 'busy') return busy(response, 429);
    if (fault === 'away') return busy(response, 503);
    const run = records.run(request);
    if (run.executed !== undefined) write({ kind: 'executed', style, ...run.executed });
    await sleep(options.latencyMs * options.random());
    if (fault === 'drop') return void response.destroy();
    send(response, fault === 'broken' ? { status: 500, body: { error: 'broken' } } : run);
  };
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch(() => response.destroy());
  });
  // Longer than the pauses of a phone: who closes first decides who sees a reset.
  server.keepAliveTimeout = 60_000;
  const port = await listen(server);
  return {
    origin: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    requests: () => requests,
    lost: () => lost,
    faults: () => faults,
    heal: () => {
      healed = true;
    },
    holdsEnough: () => options.holdMs === 0 || holding >= HELD,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What a CRM's log holds, in the order in which it happened. */
export function readCrmLog(logFile: string): readonly CrmLogLine[] {
  return readFileSync(logFile, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): CrmLogLine => {
      // Written above only.
      const parsed = JSON.parse(line) as CrmLogLine;
      return parsed;
    });
}

/** Executed and the answer dropped, or 500; not executed and told so. */
type Fault = 'drop' | 'broken' | 'busy' | 'away';

function pick(random: number): Fault {
  if (random < 0.35) return 'drop';
  if (random < 0.6) return 'broken';
  return random < 0.8 ? 'busy' : 'away';
}

function busy(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'retry-after': BUSY_SECONDS, 'content-type': 'application/json' });
  response.end('{"error":"not now"}');
}

function send(
  response: ServerResponse,
  { status, body }: Pick<CrmAnswer, 'status' | 'body'>,
): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function read(
  incoming: IncomingMessage,
  of: Pick<CrmRequest, 'style' | 'path' | 'query'>,
): Promise<CrmRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const key = incoming.headers['idempotency-key'];
  return {
    ...of,
    method: incoming.method ?? 'GET',
    idempotencyKey: typeof key === 'string' ? key : undefined,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('no port'));
      else resolve(address.port);
    });
  });
}
