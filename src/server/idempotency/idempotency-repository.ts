import type { Handle } from '../../store/handle.ts';
import type { Tables } from '../../store/schema.ts';

export type IdempotencyRow = Tables['idempotency'];

/** The row of a request with an Idempotency-Key. */
export async function findRequest(handle: Handle, id: string): Promise<IdempotencyRow | undefined> {
  return await handle.selectFrom('idempotency').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Keeps the first request with a key; false when another node has just kept one. */
export async function insertRequest(handle: Handle, row: IdempotencyRow): Promise<boolean> {
  const result = await handle
    .insertInto('idempotency')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Puts another try in the place of one that ended or expired; false when another node was faster. */
export async function replaceRequest(
  handle: Handle,
  row: IdempotencyRow,
  before: Pick<IdempotencyRow, 'token' | 'state'>,
): Promise<boolean> {
  const { id, ...values } = row;
  const result = await handle
    .updateTable('idempotency')
    .set(values)
    .where('id', '=', id)
    .where('token', '=', before.token)
    .where('state', '=', before.state)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Notes, in the transaction of the effect, that there is one; false when another try took over. */
export async function markCommitted(
  handle: Handle,
  of: Pick<IdempotencyRow, 'id' | 'token'>,
): Promise<boolean> {
  const result = await handle
    .updateTable('idempotency')
    .set({ state: 'committed' })
    .where('id', '=', of.id)
    .where('token', '=', of.token)
    .where('state', 'in', ['in_progress', 'committed'])
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Notes that the effect did not come about. */
export async function unmarkCommitted(
  handle: Handle,
  of: Pick<IdempotencyRow, 'id' | 'token'>,
): Promise<void> {
  await handle
    .updateTable('idempotency')
    .set({ state: 'in_progress' })
    .where('id', '=', of.id)
    .where('token', '=', of.token)
    .where('state', '=', 'committed')
    .execute();
}

/** Keeps the answer of this try. */
export async function keepAnswer(
  handle: Handle,
  of: Pick<IdempotencyRow, 'id' | 'token' | 'key_id' | 'nonce' | 'sealed'>,
): Promise<void> {
  const { id, token, ...content } = of;
  await handle
    .updateTable('idempotency')
    .set({ state: 'done', ...content })
    .where('id', '=', id)
    .where('token', '=', token)
    .execute();
}

/** Forgets a try that had no effect, so that the request may come again. */
export async function forgetRequest(
  handle: Handle,
  of: Pick<IdempotencyRow, 'id' | 'token'>,
): Promise<void> {
  await handle
    .deleteFrom('idempotency')
    .where('id', '=', of.id)
    .where('token', '=', of.token)
    .where('state', '=', 'in_progress')
    .execute();
}

/** Ends the wait for a try that had its effect and will have no answer. */
export async function endRequest(
  handle: Handle,
  of: Pick<IdempotencyRow, 'id' | 'token'> & { readonly now: number },
): Promise<void> {
  await handle
    .updateTable('idempotency')
    .set({ locked_until: of.now })
    .where('id', '=', of.id)
    .where('token', '=', of.token)
    .where('state', '=', 'committed')
    .execute();
}

/** Deletes up to `limit` requests whose time is over. */
export async function deleteExpired(
  handle: Handle,
  old: { readonly now: number; readonly limit: number },
): Promise<void> {
  const expired = handle
    .selectFrom('idempotency')
    .select('id')
    .where('expires_at', '<=', old.now)
    .orderBy('expires_at')
    .limit(old.limit);
  await handle.deleteFrom('idempotency').where('id', 'in', expired).execute();
}
