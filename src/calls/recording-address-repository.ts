import type { Transaction } from 'kysely';

import type { SealedSecret } from '../connections/vault.ts';
import type { Handle } from '../store/handle.ts';
import type { Tables } from '../store/schema.ts';

/** An address of a recording, sealed, with the name that stands for it. */
export interface SealedAddress extends SealedSecret {
  readonly name: string;
}

/** Keeps the addresses that an event told; one that its call has already stays as it is. */
export async function insertAddresses(
  transaction: Transaction<Tables>,
  call: { readonly callId: string; readonly organizationId: string },
  addresses: readonly SealedAddress[],
): Promise<void> {
  if (addresses.length === 0) return;
  await transaction
    .insertInto('recording_address')
    .values(
      addresses.map(({ name, keyId, nonce, sealed }) => ({
        organization_id: call.organizationId,
        call_id: call.callId,
        name,
        key_id: keyId,
        nonce,
        sealed,
      })),
    )
    .onConflict((conflict) => conflict.columns(['call_id', 'name']).doNothing())
    .execute();
}

/** All addresses of the recordings of a call. */
export async function selectAddresses(
  handle: Handle,
  of: { readonly organizationId: string; readonly callId: string },
): Promise<readonly SealedAddress[]> {
  return await handle
    .selectFrom('recording_address')
    .select(['name', 'key_id as keyId', 'nonce', 'sealed'])
    .where('organization_id', '=', of.organizationId)
    .where('call_id', '=', of.callId)
    .execute();
}
