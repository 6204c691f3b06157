import type { Database } from '../store/database.ts';
import { firstIdAt } from '../text/uuid.ts';

/** Whose requests and answers: those of the calls on one connection. */
export interface LogOf {
  readonly organizationId: string;
  readonly connectionId: string;
}

/** Lanes of one transaction: a slice that the writer does not feel. */
const SLICE = 100;

/**
 * Removes requests and answers of a connection that left before a moment (epoch milliseconds), from calls
 * after an id on. Resolves with the last call that it looked at: the next run goes on behind it.
 */
export async function removeExchangesOf(
  database: Database,
  of: LogOf,
  { after, before }: { readonly after: string; readonly before: number },
): Promise<string> {
  const end = firstIdAt(before);
  for (let last = after; ;) {
    const lanes = await database.read
      .selectFrom('lane')
      .select(['id', 'call_id'])
      .where('organization_id', '=', of.organizationId)
      .where('connection_id', '=', of.connectionId)
      .where('call_id', '>', last)
      .where('call_id', '<', end)
      .orderBy('call_id')
      .limit(SLICE)
      .execute();
    const next = lanes.at(-1)?.call_id;
    if (next === undefined) return last;
    const ids = lanes.map(({ id }) => id);
    await database.write(async (transaction) => {
      const attempts = transaction.selectFrom('attempt').select('id').where('lane_id', 'in', ids);
      await transaction
        .deleteFrom('exchange')
        .where('attempt_id', 'in', attempts)
        .where('started_at', '<', before)
        .execute();
    });
    last = next;
  }
}
