import type { OrganizationScope } from '../organizations/scope.ts';
import type { Handle } from '../store/handle.ts';
import type { SealedSecret } from './vault.ts';

/** A connection's sealed secrets by field. */
export async function listSecrets(
  handle: Handle,
  scope: OrganizationScope,
  connectionId: string,
): Promise<readonly (SealedSecret & { readonly field: string })[]> {
  return await handle
    .selectFrom('secret')
    .select(['field', 'key_id as keyId', 'nonce', 'sealed'])
    .where('organization_id', '=', scope.organizationId)
    .where('connection_id', '=', connectionId)
    .orderBy('field')
    .execute();
}

/** The fields that have a secret, for each of these connections. */
export async function listSecretFields(
  handle: Handle,
  scope: OrganizationScope,
  connectionIds: readonly string[],
): Promise<readonly { readonly connection_id: string; readonly field: string }[]> {
  if (connectionIds.length === 0) return [];
  return await handle
    .selectFrom('secret')
    .select(['connection_id', 'field'])
    .where('organization_id', '=', scope.organizationId)
    .where('connection_id', 'in', connectionIds)
    .orderBy('field')
    .execute();
}

/** Writes or replaces one secret; rejects with `conflict` for a foreign or missing connection. */
export async function putSecret(
  handle: Handle,
  scope: OrganizationScope,
  secret: SealedSecret & { connectionId: string; field: string; now: number },
): Promise<void> {
  const content = {
    key_id: secret.keyId,
    nonce: secret.nonce,
    sealed: secret.sealed,
    updated_at: secret.now,
  };
  await handle
    .insertInto('secret')
    .values({
      organization_id: scope.organizationId,
      connection_id: secret.connectionId,
      field: secret.field,
      ...content,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['connection_id', 'field'])
        .doUpdateSet(content)
        .where('secret.organization_id', '=', scope.organizationId),
    )
    .execute();
}

/** Takes secrets out for good. */
export async function deleteSecrets(
  handle: Handle,
  scope: OrganizationScope,
  secrets: { readonly connectionId: string; readonly fields: readonly string[] },
): Promise<void> {
  if (secrets.fields.length === 0) return;
  await handle
    .deleteFrom('secret')
    .where('organization_id', '=', scope.organizationId)
    .where('connection_id', '=', secrets.connectionId)
    .where('field', 'in', secrets.fields)
    .execute();
}
