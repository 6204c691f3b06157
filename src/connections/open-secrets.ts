import type { OrganizationScope } from '../organizations/scope.ts';
import type { Handle } from '../store/handle.ts';
import { listSecrets } from './secrets-repository.ts';
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
