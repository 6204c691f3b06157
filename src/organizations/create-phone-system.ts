import { recordDeed } from '../access/audit.ts';
import type { Actor } from '../access/audit.ts';
import type { OrganizationDeps } from './organizations.ts';
import { insertPhoneSystem } from './phone-systems-repository.ts';
import type { PhoneSystem } from './phone-systems-repository.ts';
import type { AdminScope, OrganizationScope } from './scope.ts';

/**
 * Makes a phone system of an organization, or in the operator's scope a shared one. Rejects with
 * `conflict` when the scope has one of this name or external id.
 */
export async function createPhoneSystem(
  { database, ids }: OrganizationDeps,
  scope: OrganizationScope | AdminScope,
  request: {
    readonly name: string;
    readonly externalId?: string | undefined;
    readonly actor: Actor;
  },
): Promise<PhoneSystem> {
  const at = database.now();
  const row = {
    id: ids.next(),
    external_id: request.externalId ?? null,
    name: request.name,
    created_at: at,
  };
  await database.write(async (transaction) => {
    await insertPhoneSystem(transaction, scope, row);
    await recordDeed(transaction, scope, {
      ids,
      actor: request.actor,
      action: 'phone_system.created',
      objectKind: 'phone_system',
      objectId: row.id,
      details: { name: row.name },
      at,
    });
  });
  const organization_id = 'organizationId' in scope ? scope.organizationId : null;
  return { ...row, organization_id, signatures_required_at: null };
}
