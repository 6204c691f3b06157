import { parseArgs } from 'node:util';

import { CRM_STYLES } from './office-styles.ts';
import type { CrmStyle } from './office-styles.ts';
import { PLANTS } from './soak-protocol.ts';
import type { Plant } from './soak-protocol.ts';

export interface SoakOptions {
  readonly database: 'sqlite' | 'postgres';
  readonly calls: number;
  readonly kills: number;
  readonly seed: number;
  /** In [0, 1): the share of exchanges that the CRMs spoil. */
  readonly faultShare: number;
  /** How often a process is stopped for longer than its leases and wakes up again. */
  readonly stops: number;
  readonly plant: Plant | undefined;
  /** Longest time in milliseconds that a CRM takes, before it executes a request and after. */
  readonly latencyMs: number;
  readonly styles: readonly CrmStyle[];
  /** The first create of each call waits for so long, in milliseconds, and is refused then; 0: none. */
  readonly holdMs: number;
  /** Measures a restart on a full database instead of killing. */
  readonly restart: boolean;
  /** Steps in that database. */
  readonly steps: number;
  readonly keep: boolean;
}

/** A mistake in the words of the command line, with what is right instead. */
export class UsageError extends Error {}

const CALLS = 25_000;
const KILLS = 1_000;
const STOPS = 40;
const LATENCY_MS = 20;
const STEPS = 1_000_000;

/** What a planted bug needs to show: a request whose sender dies, or one whose sender oversleeps. */
const OF_PLANT: Readonly<Record<Plant, Readonly<Record<string, string>>>> = {
  'no-sending': { calls: '400', kills: '40' },
  'no-fence': {
    ...{ database: 'postgres', styles: 'dumb', calls: '40', kills: '0', stops: '1' },
    hold: '5500',
  },
};

/** What `npm run soak -- --help` prints. */
export const SOAK_USAGE = `Usage: npm run soak -- [options]

Kills servers again and again and proves that no call is lost; some twenty minutes. See test/soak/README.md.

  --database <sqlite|postgres>  One process on SQLite, or three on PostgreSQL. (default: sqlite)
  --calls <number>     Calls that are reported. (default: ${String(CALLS)})
  --kills <number>     How often a server is killed. (default: ${String(KILLS)})
  --stops <number>     How often one is stopped for longer than its leases. (default: ${String(STOPS)} on postgres)
  --faults <percent>   Exchanges that the CRMs spoil. (default: 0)
  --latency <ms>       Longest time that a CRM takes. (default: ${String(LATENCY_MS)})
  --styles <list>      CRMs that take part, of ${CRM_STYLES.join(', ')}. (default: all)
  --hold <ms>          The first creates wait for so long and are refused then. (default: 0)
  --seed <number>      The same kills, calls and faults again; the first line of a run names it.
  --plant <bug>        Puts in a bug that must be found: ${PLANTS.join(', ')}.
  --restart            Measures a start on a full database instead.
  --steps <number>     Steps in that database. (default: ${String(STEPS)})
  --keep               Keep the folder with logs and data.
  -h, --help           Print this help.

Ends with 0 when every promise was kept or the planted bug was found, 1 otherwise, 2 for wrong usage.`;

/** Reads the command line of `npm run soak`; throws `UsageError`. `freshSeed`: when none is given. */
export function readSoakOptions(args: readonly string[], freshSeed: () => number): SoakOptions {
  const given = parse(args);
  const plant = PLANTS.find((one) => one === given.plant);
  if (given.plant !== undefined && plant === undefined) {
    throw new UsageError(`--plant is one of ${PLANTS.join(', ')}, not '${given.plant}'.`);
  }
  const values = { ...(plant === undefined ? {} : parseDefaults(plant)), ...given };
  const database = values.database ?? 'sqlite';
  if (database !== 'sqlite' && database !== 'postgres') {
    throw new UsageError(`--database is sqlite or postgres, not '${database}'.`);
  }
  if (plant === 'no-fence' && database === 'sqlite') {
    throw new UsageError(
      '--plant no-fence needs --database postgres: on SQLite one process works.',
    );
  }
  return {
    database,
    calls: wholeNumber('calls', values.calls, CALLS),
    kills: wholeNumber('kills', values.kills, KILLS),
    seed: wholeNumber('seed', values.seed, undefined) ?? freshSeed(),
    faultShare: wholeNumber('faults', values.faults, 0) / 100,
    stops: wholeNumber('stops', values.stops, database === 'postgres' ? STOPS : 0),
    plant,
    latencyMs: wholeNumber('latency', values.latency, LATENCY_MS),
    holdMs: wholeNumber('hold', values.hold, 0),
    styles: readStyles(values.styles),
    restart: values.restart ?? false,
    steps: wholeNumber('steps', values.steps, STEPS),
    keep: values.keep ?? false,
  };
}

function parseDefaults(plant: Plant): ReturnType<typeof parse> {
  return parse(Object.entries(OF_PLANT[plant]).flatMap(([name, value]) => [`--${name}`, value]));
}

const TEXT = { type: 'string' } as const;
const FLAG = { type: 'boolean' } as const;

export const SOAK_OPTIONS = {
  database: TEXT,
  calls: TEXT,
  kills: TEXT,
  seed: TEXT,
  faults: TEXT,
  stops: TEXT,
  plant: TEXT,
  latency: TEXT,
  hold: TEXT,
  styles: TEXT,
  steps: TEXT,
  restart: FLAG,
  keep: FLAG,
} as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: SOAK_OPTIONS }).values;
  } catch (err) {
    throw new UsageError(err instanceof Error ? err.message : 'unknown option', { cause: err });
  }
}

function readStyles(given: string | undefined): readonly CrmStyle[] {
  if (given === undefined) return CRM_STYLES;
  return given.split(',').map((name) => {
    const style = CRM_STYLES.find((one) => one === name);
    if (style !== undefined) return style;
    throw new UsageError(`--styles are of ${CRM_STYLES.join(', ')}, not '${name}'.`);
  });
}

function wholeNumber(name: string, given: string | undefined, otherwise: number): number;
function wholeNumber(
  name: string,
  given: string | undefined,
  otherwise: undefined,
): number | undefined;
function wholeNumber(
  name: string,
  given: string | undefined,
  otherwise: number | undefined,
): number | undefined {
  if (given === undefined) return otherwise;
  const number = Number(given);
  if (!/^\d{1,10}$/.test(given))
    throw new UsageError(`--${name} is a whole number, not '${given}'.`);
  return number;
}
