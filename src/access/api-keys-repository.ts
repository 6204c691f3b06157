import type { AdminScope, OrganizationScope } from '../organizations/scope.ts';
import type { Handle } from '../store/handle.ts';
import { readPage } from '../store/page.ts';
import { prepared } from '../store/prepared.ts';
import type { Page, PageOf } from '../store/page.ts';
import type { Tables } from '../store/schema.ts';

type ApiKeyRow = Tables['api_key'];
/** A key with what the rows beside it say of whose it is. */
export interface KeyWithOwner extends ApiKeyRow {
  readonly organization_domain: string | null;
  /** Why its organization does not work as usual; null while it does. */
  readonly hold_state: 'suspended' | 'deleting' | null;
  readonly hold_reason: string | null;
  readonly hold_since: number | null;
  /** Of the key's phone system: since when its events need a signature. */
  readonly signatures_required_at: number | null;
}
type Either = OrganizationScope | AdminScope;

/** Rejects with `conflict` for a foreign or missing phone system. */
export async function insertApiKey(
  handle: Handle,
  scope: Either,
  key: Omit<ApiKeyRow, 'organization_id'>,
): Promise<void> {
  const organization_id = 'organizationId' in scope ? scope.organizationId : null;
  await handle
    .insertInto('api_key')
    .values({ ...key, organization_id })
    .execute();
}

/** The key with this public beginning: the one look-up that happens before a scope is known. */
export async function findApiKeyByPrefix(
  handle: Handle,
  prefix: string,
): Promise<KeyWithOwner | undefined> {
  const [row] = await selectByPrefix(handle, { prefix });
  return row;
}

const selectByPrefix = prepared((handle, of: { readonly prefix: string }) =>
  handle
    .selectFrom('api_key')
    .leftJoin('organization_hold', 'organization_hold.organization_id', 'api_key.organization_id')
    .leftJoin('organization', 'organization.id', 'api_key.organization_id')
    .leftJoin('phone_system', 'phone_system.id', 'api_key.phone_system_id')
    .selectAll('api_key')
    .select([
      'phone_system.signatures_required_at',
      'organization.domain as organization_domain',
      'organization_hold.state as hold_state',
      'organization_hold.reason as hold_reason',
      'organization_hold.since as hold_since',
    ])
    .where('prefix', '=', of.prefix),
);

/** The organization's keys; for the operator the keys of all organizations and the admin keys. */
export async function listApiKeys(
  handle: Handle,
  scope: Either,
  page: Page,
): Promise<PageOf<ApiKeyRow>> {
  const query = within(handle, scope);
  return await readPage(query, page, { column: 'id', key: (row) => row.id });
}

/** The keys of a shared phone system, for the operator. */
export async function listKeysOfPhoneSystem(
  handle: Handle,
  scope: AdminScope,
  of: { readonly id: string; readonly page: Page },
): Promise<PageOf<ApiKeyRow>> {
  const query = within(handle, scope).where('phone_system_id', '=', of.id);
  return await readPage(query, of.page, { column: 'id', key: (row) => row.id });
}

/** By id or public beginning. Undefined for a foreign one as for a missing one. */
export async function findApiKey(
  handle: Handle,
  scope: Either,
  named: string,
): Promise<ApiKeyRow | undefined> {
  return await within(handle, scope)
    .where((where) => where.or([where('id', '=', named), where('prefix', '=', named)]))
    .executeTakeFirst();
}

/** Ends a key at `now`; true when it was in the scope and not ended before. */
export async function revokeApiKey(
  handle: Handle,
  scope: Either,
  revocation: { readonly id: string; readonly now: number },
): Promise<boolean> {
  const result = await handle
    .updateTable('api_key')
    .set({ revoked_at: revocation.now })
    .where('id', '=', revocation.id)
    .where('revoked_at', 'is', null)
    .$if('organizationId' in scope, (query) =>
      query.where('organization_id', '=', organizationOf(scope)),
    )
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Notes the use of a key that has just been proven. */
export async function touchApiKey(handle: Handle, id: string, now: number): Promise<void> {
  await handle.updateTable('api_key').set({ last_used_at: now }).where('id', '=', id).execute();
}

function within(handle: Handle, scope: Either) {
  return handle
    .selectFrom('api_key')
    .selectAll()
    .$if('organizationId' in scope, (query) =>
      query.where('organization_id', '=', organizationOf(scope)),
    );
}

// An empty id is nobody's: were the test above ever wrong, nothing would be found.
function organizationOf(scope: Either): string {
  return 'organizationId' in scope ? scope.organizationId : '';
}
