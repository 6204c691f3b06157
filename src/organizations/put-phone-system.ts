import { recordDeed } from '../access/audit.ts';
import { againOnConflict } from '../store/again-on-conflict.ts';
import type { OrganizationDeps } from './organizations.ts';
import {
  findPhoneSystemByExternalId,
  insertPhoneSystem,
  renamePhoneSystem,
} from './phone-systems-repository.ts';
import type { PhoneSystem } from './phone-systems-repository.ts';
import { hasAll } from './put.ts';
import type { Put, PutResult } from './put.ts';
import type { AdminScope, OrganizationScope } from './scope.ts';

/**
 * Makes the scope's phone system of an external id, or renames it; nothing is written where it has
 * the name. In the operator's scope it is a shared one. Rejects with `conflict` for a name in use.
 */
export async function putPhoneSystem(
  { database, ids }: OrganizationDeps,
  scope: OrganizationScope | AdminScope,
  { externalId, wanted, actor, allow }: Put<Pick<PhoneSystem, 'name'>, PhoneSystem>,
): Promise<PutResult<PhoneSystem>> {
  return await againOnConflict(() =>
    database.write(async (transaction) => {
      const at = database.now();
      const known = await findPhoneSystemByExternalId(transaction, scope, externalId);
      allow(known);
      if (known !== undefined && hasAll(known, wanted)) return { row: known, created: false };
      const organization_id = 'organizationId' in scope ? scope.organizationId : null;
      const fresh = { id: ids.next(), external_id: externalId, created_at: at, ...wanted };
      const row = {
        ...(known ?? { ...fresh, organization_id, signatures_required_at: null }),
        ...wanted,
      };
      if (known === undefined) await insertPhoneSystem(transaction, scope, fresh);
      else await renamePhoneSystem(transaction, scope, { id: known.id, ...wanted });
      await recordDeed(transaction, scope, {
        ids,
        actor,
        action: known === undefined ? 'phone_system.created' : 'phone_system.updated',
        objectKind: 'phone_system',
        objectId: row.id,
        details: { ...wanted, external_id: externalId },
        at,
      });
      return { row, created: known === undefined };
    }),
  );
}
