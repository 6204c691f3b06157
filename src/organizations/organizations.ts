import { recordDeed } from '../access/audit.ts';
import type { Actor } from '../access/audit.ts';
import type { Database } from '../store/database.ts';
import type { Ids } from '../text/uuid.ts';
import { insertOrganization } from './organizations-repository.ts';
import type { OrganizationRow } from './organizations-repository.ts';
import { ADMIN } from './scope.ts';

export interface OrganizationDeps {
  readonly database: Database;
  readonly ids: Ids;
}

export interface OrganizationRequest {
  readonly name: string;
  /** Its id in the system of whoever provisions it. */
  readonly externalId?: string | undefined;
  /** What a phone system of several organizations calls it. */
  readonly domain?: string | undefined;
  /** ISO 3166-1 alpha-2: where numbers without a country code are dialled. */
  readonly country: string;
  /** IANA name. */
  readonly timezone: string;
  readonly actor: Actor;
}

/** Makes an organization. Rejects with `conflict` when another one has the domain or external id. */
export async function createOrganization(
  { database, ids }: OrganizationDeps,
  request: OrganizationRequest,
): Promise<OrganizationRow> {
  const now = database.now();
  const row = {
    id: ids.next(),
    name: request.name,
    domain: request.domain ?? null,
    country: request.country,
    timezone: request.timezone,
    external_id: request.externalId ?? null,
    created_at: now,
  };
  await database.write(async (transaction) => {
    await insertOrganization(transaction, ADMIN, row);
    await recordDeed(
      transaction,
      { organizationId: row.id },
      {
        ids,
        actor: request.actor,
        action: 'organization.created',
        objectKind: 'organization',
        objectId: row.id,
        details: { name: row.name },
        at: now,
      },
    );
  });
  return row;
}
