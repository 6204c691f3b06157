import { cpus, totalmem } from 'node:os';

import { backlogFigures } from './backlog.ts';
import { callFigures } from './calls-through.ts';
import { documentFigures } from './document-figures.ts';
import { ingestFigures } from './ingest.ts';
import { latencyFigures } from './latency.ts';
import { printTable } from './print-table.ts';
import type { BenchRow } from './row.ts';
import { slowDiskFigures } from './slow-disk.ts';

// `npm run bench` measures everything in one table; `npm run bench -- ingest` a part of it. With
// `--check` a figure that falls short ends the program with 1.

const PARTS: Readonly<Record<string, () => Promise<readonly BenchRow[]>>> = {
  document: documentFigures,
  calls: callFigures,
  ingest: ingestFigures,
  latency: latencyFigures,
  backlog: backlogFigures,
  'slow-disk': slowDiskFigures,
};

const words = process.argv.slice(2);
const named = words.filter((word) => !word.startsWith('--'));
const unknown = named.filter((name) => PARTS[name] === undefined);
if (unknown.length > 0) {
  process.stderr.write(`No part ${unknown.join(', ')}: ${Object.keys(PARTS).join(', ')}.\n`);
  process.exit(2);
}
const begun = Date.now();
const rows: BenchRow[] = [];
for (const [name, measure] of Object.entries(PARTS)) {
  if (named.length > 0 && !named.includes(name)) continue;
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
