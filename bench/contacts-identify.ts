import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { CONTACTS_FILE } from '../src/store/contact-store.ts';
import { createPostgresDatabase } from '../test/real/postgres-database.ts';
import { askAtRate, askInTurn, numbersOf } from './contacts/identify-load.ts';
import type { AskNumber, IdentifyTimes } from './contacts/identify-load.ts';
import { documentOf, firstLine, untilComplete } from './contacts-sync.ts';
import { contactCount } from './load/contact-world.ts';
import { openOffices } from './load/offices.ts';
import type { BenchOffice } from './load/offices.ts';
import { median, spread } from './load/quantile.ts';
import { createRawClient } from './load/raw-client.ts';
import { createAdminKey, startServer } from './load/server.ts';
import { namedPostgres } from './load/world.ts';
import type { BenchRow } from './row.ts';

const PER_SECOND_GOAL = 3_000;
const P99_GOAL_MS = 2;
const SYNCING_P99_GOAL_MS = 20;
/** As many phones ask at a time. */
const LINES = 4;
const WARM_UP_SECONDS = 3;
const SECONDS = 5;
const RUNS = 3;
/** While another connection's contacts come over: calls of a large office. */
const SYNCING_PER_SECOND = 200;
const SYNCING_SECONDS = 30;
const NUMBERS = 20_000;
const CRM = fileURLToPath(new URL('contacts/contact-crm.ts', import.meta.url));
const BARE = fileURLToPath(new URL('contacts/bare-identify.ts', import.meta.url));

/**
 * How fast a whole server tells who has a number, beside a bare route that makes the same query by
 * primary key, and how fast while a second connection takes over its contacts for the first time.
 */
export async function contactIdentifyFigures(): Promise<readonly BenchRow[]> {
  const postgres = namedPostgres();
  const rows = await measure('SQLite', undefined);
  return postgres === undefined ? rows : [...rows, ...(await measure('PostgreSQL', postgres))];
}

async function measure(name: string, postgres: string | undefined): Promise<readonly BenchRow[]> {
  const count = contactCount();
  const dataDir = mkdtempSync(join(tmpdir(), 'patchcord-bench-'));
  const made = postgres === undefined ? undefined : await createPostgresDatabase(postgres);
  const crm = fork(CRM, [String(count)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  try {
    const host = `127.0.0.1:${await firstLine(crm.stdout)}`;
    const place = { dataDir, crm: host, databaseUrl: made?.url };
    const server = await startServer(place);
    const adminKey = createAdminKey(place);
    const open = async (): Promise<BenchOffice> => {
      const document = documentOf(host, { path: '/contacts', pages: true });
      const plan = { document, count: 1, concurrency: 4 };
      const [office] = await openOffices({ origin: server.origin, adminKey }, plan);
      if (office === undefined) throw new Error('there is no office');
      return office;
    };
    try {
      const office = await open();
      await untilComplete(office.administrator, syncPath(office), { count });
      const store =
        made === undefined ? ['sqlite', join(dataDir, CONTACTS_FILE)] : ['pg', made.url];
      const numbers = numbersOf(count, NUMBERS, 7);
      const one = { numbers, pid: server.pid };
      const ask = asking(server.host, '/v1/contacts/identify', office.eventsKey);
      const quiet = await inTurns({ ask, ...one }, store);
      const syncing = await whileSyncing({ ask, ...one }, { count, office: await open() });
      return rowsOf(name, { count, ...quiet, syncing });
    } finally {
      await server.stop();
    }
  } finally {
    crm.kill();
    await made?.drop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

interface Asked {
  readonly ask: AskNumber;
  readonly numbers: readonly string[];
  readonly pid: number;
}

/** The server and the bare route one after the other, some times. */
async function inTurns(
  asked: Asked,
  store: readonly string[],
): Promise<{ readonly runs: readonly IdentifyTimes[]; readonly bare: readonly IdentifyTimes[] }> {
  const child = fork(BARE, store, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  try {
    const host = `127.0.0.1:${await firstLine(child.stdout)}`;
    const { numbers } = asked;
    const theirs = { ask: asking(host, '/identify', ''), numbers, pid: child.pid ?? 0 };
    for (const one of [asked, theirs]) {
      await askInTurn(one.ask, { ...one, lines: LINES, seconds: WARM_UP_SECONDS });
    }
    const runs: IdentifyTimes[] = [];
    const bare: IdentifyTimes[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const plan = { lines: LINES, seconds: SECONDS };
      runs.push(await askInTurn(asked.ask, { ...asked, ...plan }));
      bare.push(await askInTurn(theirs.ask, { ...theirs, ...plan }));
    }
    return { runs, bare };
  } finally {
    child.kill();
  }
}

/** From the beginning of a first sync to its end, or for so many seconds of it. */
async function whileSyncing(
  asked: Asked,
  of: { readonly count: number; readonly office: BenchOffice },
): Promise<IdentifyTimes> {
  const ended = new AbortController();
  const { administrator } = of.office;
  const complete = untilComplete(administrator, syncPath(of.office), { count: of.count });
  // A sync that is cut off by the end of the measurement is no fault.
  complete.catch(() => undefined);
  const enough = new AbortController();
  void Promise.race([complete, sleep(SYNCING_SECONDS * 1_000, undefined, enough)]).finally(() => {
    ended.abort();
  });
  const plan = { perSecond: SYNCING_PER_SECOND, signal: ended.signal };
  const times = await askAtRate(asked.ask, { ...asked, ...plan });
  enough.abort();
  return times;
}

function asking(host: string, path: string, key: string): AskNumber {
  const client = createRawClient(host, LINES);
  return (number) => client.get(`${path}?number=${encodeURIComponent(number)}`, key);
}

function syncPath({ connectionId }: BenchOffice): string {
  return `/v1/connections/${connectionId}/contacts/sync`;
}

function rowsOf(
  name: string,
  of: {
    readonly count: number;
    readonly runs: readonly IdentifyTimes[];
    readonly bare: readonly IdentifyTimes[];
    readonly syncing: IdentifyTimes;
  },
): readonly BenchRow[] {
  const { runs, bare, syncing } = of;
  const middle = (times: readonly IdentifyTimes[], key: keyof IdentifyTimes): number =>
    median(times.map((one) => one[key]));
  const what = 'a bare route with the same query';
  const [rate, bareRate] = [middle(runs, 'perSecond'), middle(bare, 'perSecond')];
  const [p99, bareP99] = [middle(runs, 'p99'), middle(bare, 'p99')];
  const among = `among ${of.count.toLocaleString('en')} contacts`;
  const cpu = `processor time of a request ${middle(runs, 'cpuMs').toFixed(2)} ms, bare ${middle(bare, 'cpuMs').toFixed(2)} ms`;
  return [
    {
      figure: `callers identified ${among}, ${LINES} at a time, ${name}`,
      value: rate,
      unit: '/s',
      comparison: { what, value: bareRate, ratio: rate / bareRate },
      goal: `at least ${PER_SECOND_GOAL.toLocaleString('en')}/s`,
      holds: rate >= PER_SECOND_GOAL,
      spread: spread(runs.map(({ perSecond }) => perSecond)),
      note: cpu,
    },
    {
      figure: `answer at that rate, p99, ${name} (p50 ${middle(runs, 'p50').toFixed(2)} ms)`,
      value: p99,
      unit: 'ms',
      comparison: { what, value: bareP99, ratio: p99 / bareP99 },
      goal: `at most ${P99_GOAL_MS} ms`,
      holds: p99 <= P99_GOAL_MS,
      spread: spread(runs.map((one) => one.p99)),
    },
    {
      figure: `answer while another connection syncs for the first time, ${SYNCING_PER_SECOND}/s, p99, ${name} (p50 ${syncing.p50.toFixed(2)} ms)`,
      value: syncing.p99,
      unit: 'ms',
      goal: `at most ${SYNCING_P99_GOAL_MS} ms`,
      holds: syncing.p99 <= SYNCING_P99_GOAL_MS,
      note: `slowest ${syncing.max.toFixed(0)} ms`,
    },
  ];
}
