import type { Transaction } from 'kysely';

import type { AdminScope, OrganizationScope } from '../organizations/scope.ts';
import type { Handle } from '../store/handle.ts';
import { readPage } from '../store/page.ts';
import type { Page, PageOf } from '../store/page.ts';
import type { Tables } from '../store/schema.ts';

/** Most that are kept of one phone system: a flood of them must not fill the disk. */
export const REFUSED_KEPT = 1_000;

/** Keeps an event that was not taken. */
export async function insertRefusedEvent(
  transaction: Transaction<Tables>,
  row: Tables['refused_event'],
): Promise<void> {
  await transaction.insertInto('refused_event').values(row).execute();
}

/** Leaves only the newest of a phone system. */
export async function removeSurplusRefused(
  transaction: Transaction<Tables>,
  phoneSystemId: string,
): Promise<void> {
  await transaction
    .deleteFrom('refused_event')
    .where('phone_system_id', '=', phoneSystemId)
    // Ids are in the order of time.
    .where('id', '<=', (of) =>
      of
        .selectFrom('refused_event as kept')
        .select('kept.id')
        .where('kept.phone_system_id', '=', phoneSystemId)
        .orderBy('kept.id', 'desc')
        .offset(REFUSED_KEPT)
        .limit(1),
    )
    .execute();
}

/** Events of the organization's phone systems that were not taken, oldest first. */
export async function listRefusedEvents(
  handle: Handle,
  scope: OrganizationScope,
  page: Page,
): Promise<PageOf<Tables['refused_event']>> {
  const query = handle
    .selectFrom('refused_event')
    .selectAll()
    .where('phone_system_id', 'in', (of) =>
      of
        .selectFrom('phone_system')
        .select('id')
        .where('organization_id', '=', scope.organizationId),
    );
  return await readPage(query, page, { column: 'id', key: (row) => row.id });
}

/** Events of a shared phone system that were not taken, oldest first, for the operator. */
export async function listRefusedEventsOf(
  handle: Handle,
  _scope: AdminScope,
  of: { readonly id: string; readonly page: Page },
): Promise<PageOf<Tables['refused_event']>> {
  const query = handle.selectFrom('refused_event').selectAll().where('phone_system_id', '=', of.id);
  return await readPage(query, of.page, { column: 'id', key: (row) => row.id });
}
