import { recordDeed } from '../access/audit.ts';
import { againOnConflict } from '../store/again-on-conflict.ts';
import type { Tables } from '../store/schema.ts';
import {
  findExtensionByExternalId,
  findExtensionByNumber,
  insertExtension,
  updateExtension,
} from './extensions-repository.ts';
import type { OrganizationDeps } from './organizations.ts';
import { hasAll } from './put.ts';
import type { Put, PutResult } from './put.ts';
import type { OrganizationScope } from './scope.ts';

type Extension = Tables['extension'];
export type WantedExtension = Pick<Extension, 'number' | 'name' | 'email'>;

/**
 * Makes the extension of an external id, or brings it to the wanted values; nothing is written
 * where it has them. One of this number without an external id is taken over. Rejects with
 * `conflict` when another one has the number.
 */
export async function putExtension(
  { database, ids }: OrganizationDeps,
  scope: OrganizationScope,
  { externalId, wanted, actor, allow }: Put<WantedExtension, Extension>,
): Promise<PutResult<Extension>> {
  return await againOnConflict(() =>
    database.write(async (transaction) => {
      const at = database.now();
      const known = await findExtensionByExternalId(transaction, scope, externalId);
      allow(known);
      if (known !== undefined && hasAll(known, wanted)) return { row: known, created: false };
      const namesake = await findExtensionByNumber(transaction, scope, wanted.number);
      const before = known ?? (namesake?.external_id === null ? namesake : undefined);
      const values = { ...wanted, external_id: externalId };
      const fresh = { id: ids.next(), created_at: at, ...values };
      const row = {
        ...(before ?? { ...fresh, organization_id: scope.organizationId }),
        ...values,
      };
      if (before === undefined) await insertExtension(transaction, scope, fresh);
      else await updateExtension(transaction, scope, { id: before.id, ...values });
      await recordDeed(transaction, scope, {
        ids,
        actor,
        action: before === undefined ? 'extension.created' : 'extension.updated',
        objectKind: 'extension',
        objectId: row.id,
        details: { number: row.number, external_id: externalId },
        at,
      });
      return { row, created: before === undefined };
    }),
  );
}
