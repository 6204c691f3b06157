import { parseArgs } from 'node:util';

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
const STEPS = 1_000_000;

/** Reads the command line of `npm run soak`; throws `UsageError`. `freshSeed`: when none is given. */
export function readSoakOptions(args: readonly string[], freshSeed: () => number): SoakOptions {
  const values = parse(args);
  const database = values.database ?? 'sqlite';
  if (database !== 'sqlite' && database !== 'postgres') {
    throw new UsageError(`--database is sqlite or postgres, not '${database}'.`);
  }
  const plant = PLANTS.find((one) => one === values.plant);
  if (values.plant !== undefined && plant === undefined) {
    throw new UsageError(`--plant is one of ${PLANTS.join(', ')}, not '${values.plant}'.`);
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
    restart: values.restart ?? false,
    steps: wholeNumber('steps', values.steps, STEPS),
    keep: values.keep ?? false,
  };
}

function parse(args: readonly string[]): {
  readonly [
    name in 'database' | 'calls' | 'kills' | 'seed' | 'faults' | 'stops' | 'plant' | 'steps'
  ]?: string | undefined;
} & { readonly restart?: boolean | undefined; readonly keep?: boolean | undefined } {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...{ database: text, calls: text, kills: text, seed: text, faults: text, stops: text },
        ...{ plant: text, steps: text },
        restart: { type: 'boolean' },
        keep: { type: 'boolean' },
      },
    }).values;
  } catch (err) {
    throw new UsageError(err instanceof Error ? err.message : 'unknown option', { cause: err });
  }
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
