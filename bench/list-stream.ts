import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

import { printTable } from './print-table.ts';
import type { BenchRow } from './row.ts';

const MEGABYTES = Number(process.env['BENCH_LIST_MB'] ?? '100');
const RUNS = 3;
const LEAST_RECORDS_PER_SECOND = 25_000;
const MOST_MIB = 256;

const run = promisify(execFile);
const programOf = (name: string): string => new URL(`lists/${name}`, import.meta.url).pathname;

interface Reading {
  readonly ms: number;
  readonly records: number;
  readonly mib: number;
}

/**
 * A list of 100 MB in one answer without its length, read over loopback by a process of its own: fetch,
 * cut, parse and bind, against fetching it whole and `JSON.parse`. Medians of 3.
 */
export async function listFigures(): Promise<readonly BenchRow[]> {
  const crm = spawn(process.execPath, [programOf('list-crm.ts'), String(MEGABYTES)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line = ''] = await firstLine(crm.stdout);
    const [port = '', bytes = ''] = line.split(' ');
    const host = `127.0.0.1:${port}`;
    const stream = await median('stream', host);
    const packed = await median('packed', host);
    const parse = await median('parse', host);
    const megabytes = Number(bytes) / 1e6;
    return [
      rateRow('read a large list', { reading: stream, parse, megabytes }),
      rateRow('read it packed (gzip)', { reading: packed, parse, megabytes }),
      {
        figure: 'memory of the process that reads it, at most',
        value: Math.max(stream.mib, packed.mib),
        unit: 'MiB',
        comparison: {
          what: 'JSON.parse of the whole',
          value: parse.mib,
          ratio: Math.max(stream.mib, packed.mib) / parse.mib,
        },
        goal: `under ${String(MOST_MIB)} MiB`,
        holds: Math.max(stream.mib, packed.mib) < MOST_MIB,
      },
    ];
  } finally {
    crm.kill();
  }
}

function rateRow(
  figure: string,
  of: { readonly reading: Reading; readonly parse: Reading; readonly megabytes: number },
): BenchRow {
  const { reading, parse, megabytes } = of;
  const rate = perSecond(reading);
  return {
    figure: `${figure} of ${megabytes.toFixed(0)} MB, ${String(reading.records)} records`,
    value: rate,
    unit: 'records/s',
    comparison: {
      what: 'fetch it and JSON.parse, nothing bound',
      value: perSecond(parse),
      ratio: rate / perSecond(parse),
    },
    goal: `at least ${String(LEAST_RECORDS_PER_SECOND)}`,
    holds: rate >= LEAST_RECORDS_PER_SECOND,
    note: `${((megabytes / reading.ms) * 1_000).toFixed(0)} MB/s`,
  };
}

function perSecond({ records, ms }: Reading): number {
  return (records / ms) * 1_000;
}

async function median(way: string, host: string): Promise<Reading> {
  const readings: Reading[] = [];
  for (let turn = 0; turn < RUNS; turn += 1) {
    const { stdout } = await run(process.execPath, [programOf('list-reader.ts'), way, host]);
    const [ms = 0, records = 0, mib = 0] = stdout.trim().split(' ').map(Number);
    readings.push({ ms, records, mib });
  }
  readings.sort((a, b) => a.ms - b.ms);
  const middle = readings[Math.floor(RUNS / 2)];
  if (middle === undefined) throw new Error('nothing was measured');
  return middle;
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<readonly string[]> {
  const lines = createInterface({ input: stream });
  for await (const line of lines) return [line];
  return [];
}

if (import.meta.main) printTable(await listFigures());
