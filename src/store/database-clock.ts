import type { Kysely } from 'kysely';

import type { Clock } from '../time/clock.ts';
import { POSTGRES } from './dialect.ts';
import type { Tables } from './schema.ts';

/** Two machines' clocks drift by milliseconds in this time; leases last 45 seconds. */
const MEASURE_EVERY_MS = 30_000;

export interface DatabaseClock {
  now(): number;
  stop(): void;
}

/**
 * Our own clock plus its measured distance from the database's, measured again every 30 seconds.
 * Rejects with `database_unavailable` when the first measurement fails; later ones are skipped.
 */
export async function followDatabaseClock(
  handle: Kysely<Tables>,
  clock: Clock,
): Promise<DatabaseClock> {
  let offset = await measure(handle, clock);
  const follow = setInterval(() => {
    measure(handle, clock).then(
      (measured) => {
        offset = measured;
      },
      () => {
        // The last distance stays good for a while; a database that is gone shows elsewhere.
      },
    );
  }, MEASURE_EVERY_MS).unref();
  return { now: () => Math.round(clock.now() + offset), stop: () => clearInterval(follow) };
}

async function measure(handle: Kysely<Tables>, clock: Clock): Promise<number> {
  const asked = clock.now();
  const answer = await POSTGRES.clock?.execute(handle);
  const answered = clock.now();
  const theirs = answer?.rows[0]?.now ?? answered;
  // The answer was made somewhere between asking and reading: assume the middle.
  return theirs - (asked + answered) / 2;
}
