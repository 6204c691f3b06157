import type { AdminScope, OrganizationScope } from '../../organizations/scope.ts';
import type { Handle } from '../../store/handle.ts';
import type { Tables } from '../../store/schema.ts';

export type SignInRow = Tables['sign_in'];
export type SignInOfferRow = Tables['sign_in_offer'];

/** A connection's sign-in; undefined for a foreign connection, and before the first. */
export async function findSignIn(
  handle: Handle,
  scope: OrganizationScope,
  connectionId: string,
): Promise<SignInRow | undefined> {
  return await handle
    .selectFrom('sign_in')
    .selectAll()
    .where('organization_id', '=', scope.organizationId)
    .where('connection_id', '=', connectionId)
    .executeTakeFirst();
}

/** Writes the row of a connection that has none yet; one that another node wrote meanwhile stays. */
export async function insertSignIn(
  handle: Handle,
  scope: OrganizationScope,
  row: Omit<SignInRow, 'organization_id'>,
): Promise<void> {
  await handle
    .insertInto('sign_in')
    .values({ ...row, organization_id: scope.organizationId })
    .onConflict((conflict) => conflict.column('connection_id').doNothing())
    .execute();
}

/** Writes a changed row; false when it is no longer the one with `fence`: another node was faster. */
export async function updateSignIn(
  handle: Handle,
  scope: OrganizationScope,
  change: { readonly connectionId: string; readonly fence: number } & {
    readonly row: Partial<Omit<SignInRow, 'organization_id' | 'connection_id'>>;
  },
): Promise<boolean> {
  const result = await handle
    .updateTable('sign_in')
    .set(change.row)
    .where('organization_id', '=', scope.organizationId)
    .where('connection_id', '=', change.connectionId)
    .where('fence', '=', change.fence)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/**
 * Sign-ins whose tokens are due and came before a moment, in order of their connections; none of an
 * organization that is held.
 */
export async function listIdleSignIns(
  handle: Handle,
  _scope: AdminScope,
  of: {
    readonly now: number;
    readonly receivedBefore: number;
    readonly after: string;
    readonly limit: number;
  },
): Promise<readonly Pick<SignInRow, 'connection_id' | 'organization_id'>[]> {
  return await handle
    .selectFrom('sign_in')
    .select(['connection_id', 'organization_id'])
    .where('connection_id', '>', of.after)
    .where('sealed', 'is not', null)
    .where('needs_auth', 'is', null)
    .where('status', '=', 'idle')
    .where('refresh_at', '<=', of.now)
    .where('received_at', '<', of.receivedBefore)
    .where((row) => row.or([row('retry_at', 'is', null), row('retry_at', '<=', of.now)]))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('organization_hold')
            .select('organization_hold.organization_id')
            .whereRef('organization_hold.organization_id', '=', 'sign_in.organization_id'),
        ),
      ),
    )
    .orderBy('connection_id')
    .limit(of.limit)
    .execute();
}

/** The sign-in with another account that waits for a person's word. */
export async function findOffer(
  handle: Handle,
  scope: OrganizationScope,
  connectionId: string,
): Promise<SignInOfferRow | undefined> {
  return await handle
    .selectFrom('sign_in_offer')
    .selectAll()
    .where('organization_id', '=', scope.organizationId)
    .where('connection_id', '=', connectionId)
    .executeTakeFirst();
}

/** Keeps an offer in place of an earlier one. */
export async function putOffer(
  handle: Handle,
  scope: OrganizationScope,
  offer: Omit<SignInOfferRow, 'organization_id'>,
): Promise<void> {
  const { connection_id, ...content } = offer;
  await handle
    .insertInto('sign_in_offer')
    .values({ ...offer, organization_id: scope.organizationId })
    .onConflict((conflict) =>
      conflict
        .column('connection_id')
        .doUpdateSet(content)
        .where('sign_in_offer.organization_id', '=', scope.organizationId)
        .where('sign_in_offer.connection_id', '=', connection_id),
    )
    .execute();
}

/** Takes an offer out: it was confirmed, replaced by a sign-in, or forgotten. */
export async function deleteOffer(
  handle: Handle,
  scope: OrganizationScope,
  connectionId: string,
): Promise<void> {
  await handle
    .deleteFrom('sign_in_offer')
    .where('organization_id', '=', scope.organizationId)
    .where('connection_id', '=', connectionId)
    .execute();
}
