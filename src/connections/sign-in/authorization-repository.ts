import type { AdminScope, OrganizationScope } from '../../organizations/scope.ts';
import type { Handle } from '../../store/handle.ts';
import type { Tables } from '../../store/schema.ts';

export type AuthorizationRow = Tables['authorization_request'];

/** Keeps a person's way to the CRM's sign-in page. */
export async function insertAuthorization(
  handle: Handle,
  scope: OrganizationScope,
  row: Omit<AuthorizationRow, 'organization_id'>,
): Promise<void> {
  await handle
    .insertInto('authorization_request')
    .values({ ...row, organization_id: scope.organizationId })
    .execute();
}

/** With what keeps the organization from working; null when nothing does. */
type FoundAuthorization = AuthorizationRow & {
  readonly hold: Tables['organization_hold']['state'] | null;
};

/**
 * The way that a `state` belongs to. It is asked for by whoever comes back from the CRM, who has no
 * key: 256 random bits are the permission, and the row says whose they are.
 */
export async function findAuthorization(
  handle: Handle,
  _scope: AdminScope,
  stateHash: string,
): Promise<FoundAuthorization | undefined> {
  return await handle
    .selectFrom('authorization_request')
    .leftJoin(
      'organization_hold as hold',
      'hold.organization_id',
      'authorization_request.organization_id',
    )
    .selectAll('authorization_request')
    .select('hold.state as hold')
    .where('state_hash', '=', stateHash)
    .executeTakeFirst();
}

/** Uses a `state` up; false when somebody did before. */
export async function markAuthorizationUsed(
  handle: Handle,
  scope: OrganizationScope,
  use: { readonly stateHash: string; readonly now: number },
): Promise<boolean> {
  const result = await handle
    .updateTable('authorization_request')
    .set({ used_at: use.now })
    .where('organization_id', '=', scope.organizationId)
    .where('state_hash', '=', use.stateHash)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Makes every open way of a connection useless: somebody signed it out. */
export async function deleteAuthorizations(
  handle: Handle,
  scope: OrganizationScope,
  connectionId: string,
): Promise<void> {
  await handle
    .deleteFrom('authorization_request')
    .where('organization_id', '=', scope.organizationId)
    .where('connection_id', '=', connectionId)
    .execute();
}

/** Removes the ways begun before a moment (epoch milliseconds), the oldest first, one slice. */
export async function deleteOldAuthorizations(
  handle: Handle,
  _scope: AdminScope,
  old: { readonly before: number; readonly limit: number },
): Promise<void> {
  await handle
    .deleteFrom('authorization_request')
    .where('state_hash', 'in', (query) =>
      query
        .selectFrom('authorization_request')
        .select('state_hash')
        .where('created_at', '<', old.before)
        .orderBy('created_at')
        .limit(old.limit),
    )
    .execute();
}

/** Removes offers of another account received before a moment that nobody took. */
export async function deleteOldOffers(
  handle: Handle,
  _scope: AdminScope,
  before: number,
): Promise<void> {
  await handle.deleteFrom('sign_in_offer').where('received_at', '<', before).execute();
}
