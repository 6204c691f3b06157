import { existsSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

import { backlogFigures } from './backlog.ts';
import { callFigures } from './calls-through.ts';
import { contactIdentifyFigures } from './contacts-identify.ts';
import { contactInsertFigures } from './contacts-insert.ts';
import { contactSearchFigures } from './contacts-search.ts';
import { contactSyncFigures } from './contacts-sync.ts';
import { documentFigures } from './document-figures.ts';
import { ingestFigures } from './ingest.ts';
import { latencyFigures } from './latency.ts';
import { listFigures } from './list-stream.ts';
import { printTable } from './print-table.ts';
import type { BenchRow } from './row.ts';
import { screenFigures } from './screen.ts';
import { slowDiskFigures } from './slow-disk.ts';

// `npm run bench` measures calls in one table, `npm run bench -- contacts` contacts, `npm run bench -- ingest`
// a part. With `--check` a figure that falls short ends the program with 1.

type Parts = Readonly<Record<string, () => Promise<readonly BenchRow[]>>>;

const OF_CALLS: Parts = {
  document: documentFigures,
  calls: callFigures,
  ingest: ingestFigures,
  latency: latencyFigures,
  backlog: backlogFigures,
  'slow-disk': slowDiskFigures,
};

/** With a million contacts: these take a quarter of an hour and more. */
const OF_CONTACTS: Parts = {
  'contacts-insert': contactInsertFigures,
  'contacts-search': contactSearchFigures,
  'contacts-sync': contactSyncFigures,
  'contacts-identify': contactIdentifyFigures,
  screen: screenFigures,
  lists: listFigures,
};

const PARTS: Parts = { ...OF_CALLS, ...OF_CONTACTS };

/** Parts that measure no server. */
const FROM_SOURCE: readonly string[] = ['document', 'lists'];

const USAGE = `Usage: npm run bench -- [part …] [--check]

Measures Patchcord on this machine and prints a table; docs/performance.md says what each figure means.

Parts; without any, those of calls, which take less than ten minutes:
  document         reading, checking and rendering documents
  calls            calls through a whole server, to the CRM
  ingest           events that are taken in
  latency          how long the answer to an event takes
  backlog          a server with many waiting steps
  slow-disk        disks that are slow to sync

  contacts         the six that follow, with a million contacts (BENCH_CONTACTS=100000: with fewer)
  contacts-insert  contacts into the index
  contacts-search  searches in the index
  contacts-sync    syncs of a whole server
  contacts-identify  who has a number, over HTTP
  screen           who is calling, on a screen
  lists            lists of a CRM that are too large to be held

  --check          End with 1 when a figure falls short.
  -h, --help       Print this help.

Build first, for all parts but document and lists: npm run build
`;

const words = process.argv.slice(2);
if (words.includes('--help') || words.includes('-h')) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const given = words.filter((word) => !word.startsWith('--'));
const named =
  given.length === 0
    ? Object.keys(OF_CALLS)
    : given.flatMap((word) => (word === 'contacts' ? Object.keys(OF_CONTACTS) : [word]));
const unknown = named.filter((name) => PARTS[name] === undefined);
const options = words.filter((word) => word.startsWith('--') && word !== '--check');
if (unknown.length > 0 || options.length > 0) {
  process.stderr.write(`There is no ${[...unknown, ...options].join(', ')}.\n\n${USAGE}`);
  process.exit(2);
}
const needsBuild = named.some((name) => !FROM_SOURCE.includes(name));
if (needsBuild && !existsSync(new URL('../dist/src/main.js', import.meta.url))) {
  process.stderr.write('The servers that are measured run from dist: npm run build, then again.\n');
  process.exit(2);
}
const begun = Date.now();
const rows: BenchRow[] = [];
for (const [name, measure] of Object.entries(PARTS)) {
  if (!named.includes(name)) continue;
  process.stderr.write(`${name} …\n`);
  rows.push(...(await measure()));
}
const [cpu] = cpus();
const memory = Math.round(totalmem() / 2 ** 30);
process.stdout.write(
  `${cpus().length} × ${cpu?.model ?? '?'}, ${memory} GiB, ${process.platform}, Node ${process.versions.node}, ${Math.round((Date.now() - begun) / 1_000)} s\n\n`,
);
printTable(rows);
const fallsShort = rows.some(({ holds }) => holds === false);
if (words.includes('--check') && fallsShort) process.exitCode = 1;
