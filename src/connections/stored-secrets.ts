import type { OrganizationScope } from '../organizations/scope.ts';
import type { Handle } from '../store/handle.ts';
import type { PropertyChange } from './merge-properties.ts';
import { deleteSecrets, listSecrets, putSecret } from './secrets-repository.ts';
import type { Vault } from './vault.ts';

/** A connection's secrets by label, opened. Rejects with `internal` when one cannot be opened. */
export async function openSecrets(
  handle: Handle,
  scope: OrganizationScope,
  from: { readonly connectionId: string; readonly vault: Vault },
): Promise<ReadonlyMap<string, string>> {
  const { connectionId, vault } = from;
  const sealed = await listSecrets(handle, scope, connectionId);
  return new Map(
    sealed.map((secret) => {
      const place = { organizationId: scope.organizationId, connectionId, field: secret.field };
      return [secret.field, vault.open(place, secret)] as const;
    }),
  );
}

/** Seals the new secrets of a change and takes out the dropped ones. */
export async function writeSecrets(
  handle: Handle,
  scope: OrganizationScope,
  write: {
    readonly vault: Vault;
    readonly connectionId: string;
    readonly change: PropertyChange;
    readonly now: number;
  },
): Promise<void> {
  const { vault, connectionId, change, now } = write;
  for (const [field, value] of change.sealed) {
    const place = { organizationId: scope.organizationId, connectionId, field };
    await putSecret(handle, scope, { ...vault.seal(place, value), connectionId, field, now });
  }
  await deleteSecrets(handle, scope, { connectionId, fields: change.dropped });
}
