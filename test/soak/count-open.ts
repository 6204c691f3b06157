import type { Database } from '../../src/store/database.ts';

/** Steps that are not settled; those behind a parked create wait for a person, which is an end too. */
export async function countOpen(database: Pick<Database, 'read'>): Promise<number> {
  const { open } = await database.read
    .selectFrom('step')
    .innerJoin('lane', 'lane.id', 'step.lane_id')
    .select((eb) => eb.fn.countAll<number>().as('open'))
    .where('step.state', 'in', ['pending', 'sending', 'unknown'])
    .where('lane.state', '<>', 'parked')
    .executeTakeFirstOrThrow();
  return open;
}

/** Which of the servers works on most lanes now; the first one where none does. */
export async function findBusiest(
  database: Pick<Database, 'read'>,
  origins: readonly string[],
): Promise<number> {
  const busiest = await database.read
    .selectFrom('lane')
    .select('node')
    .where('state', '=', 'leased')
    .groupBy('node')
    .orderBy((eb) => eb.fn.countAll(), 'desc')
    .executeTakeFirst();
  // A node is named by its host and port.
  const port = busiest?.node?.split(':').at(-1);
  return Math.max(
    0,
    origins.findIndex((origin) => new URL(origin).port === port),
  );
}
