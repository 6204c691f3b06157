import { recordDeed } from '../access/audit.ts';
import { againOnConflict } from '../store/again-on-conflict.ts';
import {
  findOrganizationByExternalId,
  insertOrganization,
  updateOrganization,
} from './organizations-repository.ts';
import type { OrganizationRow } from './organizations-repository.ts';
import type { OrganizationDeps } from './organizations.ts';
import { hasAll } from './put.ts';
import type { Put, PutResult } from './put.ts';
import { ADMIN } from './scope.ts';

export type WantedOrganization = Pick<OrganizationRow, 'name' | 'domain' | 'country' | 'timezone'>;

/**
 * Makes the organization of an external id, or brings it to the wanted values; nothing is written
 * where it has them. Rejects with `conflict` when another one has the domain.
 */
export async function putOrganization(
  { database, ids }: OrganizationDeps,
  { externalId, wanted, actor, allow }: Put<WantedOrganization, OrganizationRow>,
): Promise<PutResult<OrganizationRow>> {
  return await againOnConflict(() =>
    database.write(async (transaction) => {
      const at = database.now();
      const known = await findOrganizationByExternalId(transaction, ADMIN, externalId);
      allow(known);
      if (known !== undefined && hasAll(known, wanted)) return { row: known, created: false };
      const row = known ?? { id: ids.next(), external_id: externalId, created_at: at, ...wanted };
      if (known === undefined) await insertOrganization(transaction, ADMIN, { ...row, ...wanted });
      else await updateOrganization(transaction, ADMIN, { id: known.id, ...wanted });
      await recordDeed(
        transaction,
        { organizationId: row.id },
        {
          ids,
          actor,
          action: known === undefined ? 'organization.created' : 'organization.updated',
          objectKind: 'organization',
          objectId: row.id,
          details: { ...wanted, external_id: externalId },
          at,
        },
      );
      return { row: { ...row, ...wanted }, created: known === undefined };
    }),
  );
}
