import type { Insertable, Transaction, Updateable } from 'kysely';

import { prepared, preparedRows } from '../store/prepared.ts';
import type { Tables } from '../store/schema.ts';

/** Adds the steps of a plan. */
export async function insertSteps(
  transaction: Transaction<Tables>,
  rows: readonly Insertable<Tables['step']>[],
): Promise<void> {
  for (let at = 0; at < rows.length; at += STEPS_AT_ONCE) {
    await insertRows(transaction, rows.slice(at, at + STEPS_AT_ONCE));
  }
}

/** A plan adds two or three steps; those of many recordings come in several statements. */
const STEPS_AT_ONCE = 8;

const insertRows = preparedRows((handle, rows: readonly Insertable<Tables['step']>[]) =>
  handle.insertInto('step').values([...rows]),
);

/** Changes a step; the caller holds the lock of its lane. */
export async function changeStep(
  transaction: Transaction<Tables>,
  stepId: string,
  change: Updateable<Tables['step']>,
): Promise<void> {
  await writeStep(transaction, { ...change, of_step: stepId });
}

const writeStep = prepared(
  (
    handle,
    { of_step: stepId, ...change }: Updateable<Tables['step']> & { readonly of_step: string },
  ) => handle.updateTable('step').set(change).where('id', '=', stepId),
);

/** Whether a connection may send: its own state, and whether its organization is held. */
export async function findSendingState(
  transaction: Transaction<Tables>,
  connectionId: string,
): Promise<
  | (Pick<Tables['connection'], 'state' | 'permits'> & {
      readonly until: number | null;
      readonly hold: string | null;
    })
  | undefined
> {
  const [health] = await selectSendingState(transaction, { connectionId });
  return health;
}

const selectSendingState = prepared((handle, of: { readonly connectionId: string }) =>
  handle
    .selectFrom('connection')
    .leftJoin(
      'organization_hold',
      'organization_hold.organization_id',
      'connection.organization_id',
    )
    .select(['connection.state', 'connection.permits', 'state_until as until'])
    .select('organization_hold.state as hold')
    .where('id', '=', of.connectionId),
);
