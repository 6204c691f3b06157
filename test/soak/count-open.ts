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
