import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import * as z from 'zod';

import { openContactStore } from '../src/store/contact-store.ts';
import { openDatabase } from '../src/store/database.ts';
import type { DatabaseSettings } from '../src/store/database.ts';
import { systemClock } from '../src/time/clock.ts';
import { createPostgresDatabase } from '../test/real/postgres-database.ts';
import type { ApiClient } from '../test/real/api-client.ts';
import { insertBare } from './contacts-insert.ts';
import { contactCount, openContactWorld } from './load/contact-world.ts';
import { openOffices } from './load/offices.ts';
import { takePeakMib } from './load/process-facts.ts';
import { createAdminKey, startServer } from './load/server.ts';
import { namedPostgres } from './load/world.ts';
import type { BenchRow } from './row.ts';

const RATIO_GOAL = 1 / 3;
const LONGEST_SECONDS = 180;
const MOST_MIB = 256;
const PROGRAM = fileURLToPath(new URL('contacts/contact-crm.ts', import.meta.url));

/**
 * How fast a whole server takes over the contacts of a CRM on loopback, in pages of 1,000 and in one
 * large answer, beside bare inserts of the same rows, and how much memory it has at its peak.
 */
export async function contactSyncFigures(): Promise<readonly BenchRow[]> {
  const postgres = namedPostgres();
  const rows = await measure('SQLite', undefined);
  return postgres === undefined ? rows : [...rows, ...(await measure('PostgreSQL', postgres))];
}

async function measure(name: string, postgres: string | undefined): Promise<readonly BenchRow[]> {
  const count = contactCount();
  const paged = await syncOnce({ count, postgres, path: '/contacts', pages: true });
  const whole = await syncOnce({ count, postgres, path: '/all', pages: false });
  const rate = (figure: string, of: SyncRun): BenchRow => ({
    figure: `sync of ${count.toLocaleString('en')} contacts ${figure}, ${name}`,
    value: count / of.seconds,
    unit: 'contacts/s',
    comparison: {
      what: 'bare inserts of the same rows',
      value: count / of.bareSeconds,
      ratio: of.bareSeconds / of.seconds,
    },
    goal: `at least a third of bare inserts, at most ${String(LONGEST_SECONDS)} s`,
    holds: of.bareSeconds / of.seconds >= RATIO_GOAL && of.seconds <= LONGEST_SECONDS,
    note: `${of.seconds.toFixed(1)} s; the same once more, unchanged: ${of.againSeconds.toFixed(1)} s`,
  });
  const peak = Math.max(paged.peakMib, whole.peakMib);
  return [
    rate('in pages of 1,000', paged),
    rate('in one answer', whole),
    {
      figure: `memory of the server meanwhile, at most, ${name}`,
      value: peak,
      unit: 'MiB',
      goal: `at most ${String(MOST_MIB)} MiB`,
      holds: peak <= MOST_MIB,
    },
  ];
}

interface SyncRun {
  readonly seconds: number;
  readonly againSeconds: number;
  readonly bareSeconds: number;
  readonly peakMib: number;
}

async function syncOnce(of: {
  readonly count: number;
  readonly postgres: string | undefined;
  readonly path: string;
  readonly pages: boolean;
}): Promise<SyncRun> {
  const { count, postgres } = of;
  const dataDir = mkdtempSync(join(tmpdir(), 'patchcord-bench-'));
  const made = postgres === undefined ? undefined : await createPostgresDatabase(postgres);
  const crm = fork(PROGRAM, [String(count)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  try {
    const host = `127.0.0.1:${await firstLine(crm.stdout)}`;
    const place = { dataDir, crm: host, databaseUrl: made?.url };
    const server = await startServer(place);
    const { origin, pid } = server;
    const adminKey = createAdminKey(place);
    takePeakMib(pid);
    const begun = performance.now();
    const [office] = await openOffices(
      { origin, adminKey },
      { document: documentOf(host, of), count: 1, concurrency: 4 },
    );
    if (office === undefined) throw new Error('there is no office');
    const { administrator, connectionId } = office;
    const path = `/v1/connections/${connectionId}/contacts/sync`;
    const first = await untilComplete(administrator, path, { count });
    const seconds = (performance.now() - begun) / 1_000;
    const again = performance.now();
    await administrator.post(path, { full: true });
    await untilComplete(administrator, path, { count, after: first });
    const againSeconds = (performance.now() - again) / 1_000;
    const peakMib = takePeakMib(pid);
    await server.stop();
    const settings: DatabaseSettings =
      made === undefined
        ? { kind: 'sqlite', directory: dataDir, exclusive: true }
        : { kind: 'postgres', url: made.url };
    const bareSeconds = await bareInserts(settings, postgres, count);
    return { seconds, againSeconds, bareSeconds, peakMib };
  } finally {
    crm.kill();
    await made?.drop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const Sync = z.object({
  people: z.number(),
  lists: z.array(
    z.object({
      last_complete_at: z.string().nullable(),
      last_error: z.object({ message: z.string() }).nullable(),
    }),
  ),
});

/** Waits for the end of a sync that began after the one that is named. */
export async function untilComplete(
  client: ApiClient,
  path: string,
  of: { readonly count: number; readonly after?: string },
): Promise<string> {
  for (;;) {
    const { people, lists } = Sync.parse(await client.get(path));
    const [list] = lists;
    const { last_complete_at: at = null, last_error: error = null } = list ?? {};
    if (error !== null) throw new Error(error.message);
    if (at !== null && at !== of.after) {
      if (people !== of.count) throw new Error(`${String(people)} contacts came over.`);
      return at;
    }
    await sleep(100);
  }
}

async function bareInserts(
  settings: DatabaseSettings,
  postgres: string | undefined,
  count: number,
): Promise<number> {
  const database = await openDatabase(settings, { clock: systemClock, onFatal: () => {} });
  const store = await openContactStore(database, settings);
  const bare = await openContactWorld(postgres);
  try {
    return await insertBare({ store }, bare, count);
  } finally {
    await bare.close();
    await store.close();
    await database.close();
  }
}

/** A document of the CRM of contacts at `host`. */
export function documentOf(
  host: string,
  of: { readonly path: string; readonly pages: boolean },
): string {
  const users = {
    request_method: 'GET',
    request_path: '/users',
    response_map: { users: [{ id: '$user_id$' }] },
  };
  const contact = {
    ...{ id: '$contact_id$', name: '$contact_name$', company: '$company_name$' },
    ...{ title: '$job_title$', emails: ['$email$'], phones: ['$phone$'] },
  };
  return JSON.stringify({
    ...{ id: 'bench-contacts', name: 'Bench', class: 'crm', version: '1.0.0' },
    properties: [{ label: 'Token', type: 'secret', required: true }],
    resource_url: `http://${host}`,
    contact_url: `http://${host}/people/$contact_id$`,
    auth: { type: 'Bearer', token: '$Token$' },
    API: {
      Users: users,
      Contacts: {
        request_method: 'GET',
        request_path: of.path,
        ...(of.pages ? { request_parameters: { page: '$page$' }, paging: { type: 'page' } } : {}),
        response_map: { contacts: [contact] },
      },
    },
  });
}

/** The first line that a program prints. */
export async function firstLine(stream: NodeJS.ReadableStream | null): Promise<string> {
  if (stream === null) throw new Error('the CRM has no output');
  const [line] = await once(createInterface(stream), 'line');
  return String(line);
}
