import type { Handle } from '../store/handle.ts';
import { readPage } from '../store/page.ts';
import type { Page, PageOf } from '../store/page.ts';
import type { Tables } from '../store/schema.ts';
import type { AdminScope, OrganizationScope } from './scope.ts';

export type SigningSecretRow = Tables['signing_secret'];
type Either = OrganizationScope | AdminScope;

/** Rejects with `conflict` for a foreign or missing phone system. */
export async function insertSigningSecret(
  handle: Handle,
  scope: Either,
  row: Omit<SigningSecretRow, 'organization_id'>,
): Promise<void> {
  await handle
    .insertInto('signing_secret')
    .values({ ...row, organization_id: ownerOf(scope) })
    .execute();
}

/** The signing secrets of a phone system of the scope, oldest first. */
export async function listSigningSecrets(
  handle: Handle,
  scope: Either,
  of: { readonly phoneSystemId: string; readonly page: Page },
): Promise<PageOf<SigningSecretRow>> {
  return await readPage(own(handle, scope, of.phoneSystemId), of.page, {
    column: 'id',
    key: (row) => row.id,
  });
}

/** All of them: a phone system has two at most. */
export async function selectSigningSecrets(
  handle: Handle,
  scope: Either,
  phoneSystemId: string,
): Promise<readonly SigningSecretRow[]> {
  return await own(handle, scope, phoneSystemId).orderBy('id').execute();
}

/** Takes one out for good. */
export async function deleteSigningSecret(
  handle: Handle,
  scope: Either,
  id: string,
): Promise<void> {
  await handle
    .deleteFrom('signing_secret')
    .where('organization_id', 'is not distinct from', ownerOf(scope))
    .where('id', '=', id)
    .execute();
}

/** Notes when a secret was last used. */
export async function touchSigningSecret(handle: Handle, id: string, now: number): Promise<void> {
  await handle
    .updateTable('signing_secret')
    .set({ last_used_at: now })
    .where('id', '=', id)
    .execute();
}

function own(handle: Handle, scope: Either, phoneSystemId: string) {
  return handle
    .selectFrom('signing_secret')
    .selectAll()
    .where('organization_id', 'is not distinct from', ownerOf(scope))
    .where('phone_system_id', '=', phoneSystemId);
}

function ownerOf(scope: Either): string | null {
  return 'organizationId' in scope ? scope.organizationId : null;
}
