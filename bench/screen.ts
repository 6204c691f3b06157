import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import * as z from 'zod';

import { createPostgresDatabase } from '../test/real/postgres-database.ts';
import { numbersOf } from './contacts/identify-load.ts';
import { openScreen } from './contacts/read-screen.ts';
import type { BenchScreen } from './contacts/read-screen.ts';
import { documentOf, firstLine, untilComplete } from './contacts-sync.ts';
import { runAtRate } from './load/calls.ts';
import { contactCount } from './load/contact-world.ts';
import { monotonicMs } from './load/monotonic.ts';
import { openOffices } from './load/offices.ts';
import type { BenchOffice } from './load/offices.ts';
import { quantile, sorted } from './load/quantile.ts';
import { createRawClient } from './load/raw-client.ts';
import type { RawClient } from './load/raw-client.ts';
import { createAdminKey, startServer } from './load/server.ts';
import { namedPostgres } from './load/world.ts';
import type { BenchRow } from './row.ts';

const HIT_GOAL_MS = 10;
const ADDED_GOAL_MS = 5;
/** Phones that begin to ring in a second: 20,000 calls in the busy hour. */
const PER_SECOND = 20;
const SECONDS = 30;
const WARM_UP_SECONDS = 5;
/** What a CRM needs for a look-up. */
const FINDS_AFTER_MS = 30;
/** For what is still under way at the end. */
const REST_MS = 2_000;
const LINES = 8;
const CRM = fileURLToPath(new URL('contacts/screen-crm.ts', import.meta.url));

/** How long it takes from the event of a ring to the line on a screen that says who is calling. */
export async function screenFigures(): Promise<readonly BenchRow[]> {
  const postgres = namedPostgres();
  const rows = await measure('SQLite', undefined);
  return postgres === undefined ? rows : [...rows, ...(await measure('PostgreSQL', postgres))];
}

async function measure(name: string, postgres: string | undefined): Promise<readonly BenchRow[]> {
  const count = contactCount();
  const dataDir = mkdtempSync(join(tmpdir(), 'patchcord-bench-'));
  const made = postgres === undefined ? undefined : await createPostgresDatabase(postgres);
  const stdio: ('ignore' | 'pipe' | 'inherit' | 'ipc')[] = ['ignore', 'pipe', 'inherit', 'ipc'];
  const crm = fork(CRM, [String(count), String(FINDS_AFTER_MS)], { stdio });
  try {
    const host = `127.0.0.1:${await firstLine(crm.stdout)}`;
    const place = { dataDir, crm: host, databaseUrl: made?.url };
    const server = await startServer(place);
    try {
      const adminKey = createAdminKey(place);
      const plan = { document: screenDocument(host), count: 1, concurrency: 8 };
      const [office] = await openOffices({ origin: server.origin, adminKey }, plan);
      if (office === undefined) throw new Error('there is no office');
      const { administrator, connectionId } = office;
      await untilComplete(administrator, `/v1/connections/${connectionId}/contacts/sync`, {
        count,
      });
      const screen = await openScreen(server.origin, await screenKey(office));
      const client = createRawClient(server.host, LINES);
      const world = { screen, client, office, crm };
      const known = numbersOf(count, (WARM_UP_SECONDS + SECONDS) * PER_SECOND, 7);
      const hits = await ringAll(world, { name: 'known', numberAt: (at) => known[at] ?? '' });
      const numberAt = (at: number): string => `+4930${String(9_000_000 + at)}`;
      const misses = await ringAll(world, { name: 'unknown', numberAt });
      screen.close();
      client.close();
      return rowsOf(name, { count, hits, misses });
    } finally {
      await server.stop();
    }
  } finally {
    crm.kill();
    await made?.drop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Milliseconds of each call after the warm-up; NaN for what never came. */
interface ScreenTimes {
  /** From the event to `ringing`, and to its acknowledgement. */
  readonly rings: readonly number[];
  readonly answers: readonly number[];
  /** From the event to who it is, less what the CRM itself took; that time itself. */
  readonly added: readonly number[];
  readonly crm: readonly number[];
  readonly known: number;
}

async function ringAll(
  world: {
    readonly screen: BenchScreen;
    readonly client: RawClient;
    readonly office: BenchOffice;
    readonly crm: ChildProcess;
  },
  plan: { readonly name: string; readonly numberAt: (at: number) => string },
): Promise<ScreenTimes> {
  const { screen, client, office, crm } = world;
  const calls: { at: number; sent: number; answered: number; callId: string }[] = [];
  const seconds = WARM_UP_SECONDS + SECONDS;
  await runAtRate({ perSecond: PER_SECOND, seconds }, async (at) => {
    const event = {
      ...{ call_id: `${plan.name}-${at}`, kind: 'ringing', direction: 'inbound' },
      ...{ extension: '201', calling_number: plan.numberAt(at), called_number: '+442079460000' },
    };
    const sent = monotonicMs();
    const { body } = await client.post('/v1/call-events', office.eventsKey, JSON.stringify(event));
    const [, callId = ''] = /"call_id":"([^"]+)"/u.exec(body) ?? [];
    calls.push({ at, sent, answered: monotonicMs(), callId });
  });
  await sleep(REST_MS);
  const told = once(crm, 'message');
  crm.send('times');
  const crmTimes = new Map(z.array(z.tuple([z.string(), z.number()])).parse((await told)[0]));
  const measured = calls.filter(({ at }) => at >= WARM_UP_SECONDS * PER_SECOND);
  const crmOf = (at: number): number => crmTimes.get(plan.numberAt(at)) ?? Number.NaN;
  const ringOf = (at: number) => screen.rings.get(`${plan.name}-${at}`);
  // A CRM that is faster than the disk has answered when the ring is shown.
  const foundAt = (at: number, callId: string): number => {
    const ring = ringOf(at);
    const first = ring?.text.includes('"status":"found"') === true ? ring : undefined;
    return (first ?? screen.identified.get(callId))?.at ?? Number.NaN;
  };
  return {
    rings: measured.map(({ at, sent }) => (ringOf(at)?.at ?? Number.NaN) - sent),
    answers: measured.map(({ answered, sent }) => answered - sent),
    added: measured.map(({ at, sent, callId }) => foundAt(at, callId) - sent - crmOf(at)),
    crm: measured.map(({ at }) => crmOf(at)),
    known: measured.filter(({ at }) => ringOf(at)?.text.includes('"source":"index"')).length,
  };
}

function rowsOf(
  name: string,
  of: { readonly count: number; readonly hits: ScreenTimes; readonly misses: ScreenTimes },
): readonly BenchRow[] {
  const { hits, misses } = of;
  const at = (times: readonly number[], q: number): number =>
    quantile(sorted(times.filter((time) => !Number.isNaN(time))), q);
  const lost = (times: readonly number[]): number => times.filter(Number.isNaN).length;
  const among = `among ${of.count.toLocaleString('en')} contacts`;
  const hit = at(hits.rings, 0.99);
  const answer = at(hits.answers, 0.99);
  const added = at(misses.added, 0.99);
  const crm = at(misses.crm, 0.99);
  const isWhole = lost(hits.rings) === 0 && hits.known === hits.rings.length;
  return [
    {
      figure: `event to screen, known ${among}, p99, ${name} (p50 ${at(hits.rings, 0.5).toFixed(2)} ms)`,
      value: hit,
      unit: 'ms',
      comparison: { what: 'event to its 202', value: answer, ratio: hit / answer },
      goal: `at most ${HIT_GOAL_MS} ms`,
      holds: isWhole && hit <= HIT_GOAL_MS,
      ...(isWhole ? {} : { note: `${hits.known} of ${hits.rings.length} known` }),
    },
    {
      figure: `event to screen beyond the CRM's own time, p99, ${name} (p50 ${at(misses.added, 0.5).toFixed(2)} ms)`,
      value: added,
      unit: 'ms',
      comparison: { what: "the CRM's own time", value: crm, ratio: added / crm },
      goal: `at most ${ADDED_GOAL_MS} ms`,
      holds: lost(misses.added) === 0 && added <= ADDED_GOAL_MS,
      note: `number on the screen after ${at(misses.rings, 0.99).toFixed(1)} ms (p99); ${lost(misses.added)} lost`,
    },
  ];
}

async function screenKey({ administrator }: BenchOffice): Promise<string> {
  const made = await administrator.post('/v1/keys', { name: 'Screen', scope: 'organization' });
  return z.object({ key: z.string() }).parse(made).key;
}

/** The document of contacts, with the methods that a ring leads to. */
function screenDocument(host: string): string {
  const Document = z.looseObject({ API: z.record(z.string(), z.unknown()) });
  const contacts = Document.parse(JSON.parse(documentOf(host, { path: '/contacts', pages: true })));
  return JSON.stringify({
    ...contacts,
    id: 'bench-screen',
    API: {
      ...contacts.API,
      FindContact: {
        request_method: 'GET',
        request_path: '/find',
        request_parameters: { phone: '$phone$' },
        response_map: {
          contacts: [{ id: '$contact_id$', name: '$contact_name$', phone: '$phone$' }],
        },
      },
      CreateActivity: {
        request_method: 'POST',
        request_path: '/calls',
        request_parameters: { contact: '$contact_id$', phone: '$party_number$' },
        response_map: { call: { id: '$activity_id$' } },
      },
    },
  });
}
