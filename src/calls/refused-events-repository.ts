import type { AdminScope, OrganizationScope } from '../organizations/scope.ts';
import type { Handle } from '../store/handle.ts';
import { readPage } from '../store/page.ts';
import type { Page, PageOf } from '../store/page.ts';
import type { Tables } from '../store/schema.ts';

/** Events of the organization's phone systems that belong to nobody, oldest first. */
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

/** Events of a shared phone system that belong to nobody, oldest first, for the operator. */
export async function listRefusedEventsOf(
  handle: Handle,
  _scope: AdminScope,
  of: { readonly id: string; readonly page: Page },
): Promise<PageOf<Tables['refused_event']>> {
  const query = handle.selectFrom('refused_event').selectAll().where('phone_system_id', '=', of.id);
  return await readPage(query, of.page, { column: 'id', key: (row) => row.id });
}
