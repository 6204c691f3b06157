import type { Kysely } from 'kysely';

import type { OrganizationScope } from '../organizations/scope.ts';
import type { Tables } from '../store/schema.ts';

/** What names a call, to us and to its phone system. */
export interface CallName {
  readonly id: string;
  readonly external_id: string;
  readonly phone_system_id: string;
}

/** A call of the organization by our id or by the phone system's: its newest call of that id. */
export async function findCallByAnyId(
  handle: Kysely<Tables>,
  scope: OrganizationScope,
  of: { readonly callId: string; readonly phoneSystemId?: string | undefined },
): Promise<CallName | undefined> {
  const { phoneSystemId } = of;
  return await handle
    .selectFrom('call')
    .select(['id', 'external_id', 'phone_system_id'])
    .where('organization_id', '=', scope.organizationId)
    .where((eb) => eb.or([eb('id', '=', of.callId), eb('external_id', '=', of.callId)]))
    .$if(phoneSystemId !== undefined, (query) =>
      query.where('phone_system_id', '=', phoneSystemId ?? ''),
    )
    // Our id is unique; a phone system may use the same text as an id of its own.
    .orderBy((eb) => eb.case().when('id', '=', of.callId).then(0).else(1).end())
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}
