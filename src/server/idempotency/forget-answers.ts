import type { Vault } from '../../connections/vault.ts';
import type { Handle } from '../../store/handle.ts';
import { openRecord, sealRecord } from './sealed-record.ts';

/** Ids of requests about contacts whose answers are kept and say something of somebody. */
export async function findAnswers(
  handle: Handle,
  vault: Vault,
  of: { readonly organizationId: string; readonly isOf: (answer: unknown) => boolean },
): Promise<readonly string[]> {
  const rows = await handle
    .selectFrom('idempotency')
    .selectAll()
    .where('organization_id', '=', of.organizationId)
    .where('state', '=', 'done')
    .where('route', 'like', '%/contacts%')
    .execute();
  return rows.flatMap((row) => {
    const body = openRecord(vault, row)?.answer?.body;
    return body !== undefined && of.isOf(JSON.parse(body)) ? [row.id] : [];
  });
}

/**
 * Forgets answers; resolves with how many there were. A repeat of such a request is told that its answer
 * was lost, and does nothing again.
 */
export async function forgetAnswers(
  transaction: Handle,
  vault: Vault,
  ids: readonly string[],
): Promise<number> {
  let forgotten = 0;
  for (const id of ids) {
    const row = await transaction
      .selectFrom('idempotency')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    const record = row === undefined ? undefined : openRecord(vault, row);
    if (record?.answer === undefined) continue;
    const { fingerprint } = record;
    await transaction
      .updateTable('idempotency')
      .set(sealRecord(vault, id, { fingerprint }))
      .where('id', '=', id)
      .execute();
    forgotten += 1;
  }
  return forgotten;
}
