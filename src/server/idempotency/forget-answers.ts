import type { Vault } from '../../connections/vault.ts';
import type { Handle } from '../../store/handle.ts';
import { openRecord, sealRecord } from './sealed-record.ts';

/**
 * Forgets the answers to requests about contacts that say something of somebody; resolves with how many
 * there were. A repeat of such a request is told that its answer was lost, and does nothing again.
 */
export async function forgetAnswers(
  transaction: Handle,
  vault: Vault,
  of: { readonly organizationId: string; readonly isOf: (answer: unknown) => boolean },
): Promise<number> {
  const rows = await transaction
    .selectFrom('idempotency')
    .selectAll()
    .where('organization_id', '=', of.organizationId)
    .where('state', '=', 'done')
    .where('route', 'like', '%/contacts%')
    .execute();
  let forgotten = 0;
  for (const row of rows) {
    const record = openRecord(vault, row);
    const body = record?.answer?.body;
    if (record === undefined || body === undefined || !of.isOf(JSON.parse(body))) continue;
    const { fingerprint } = record;
    await transaction
      .updateTable('idempotency')
      .set(sealRecord(vault, row.id, { fingerprint }))
      .where('id', '=', row.id)
      .execute();
    forgotten += 1;
  }
  return forgotten;
}
