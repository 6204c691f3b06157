import type * as z from 'zod';

import type { UserLink as UserLinkRow } from '../../connections/user-links-repository.ts';
import type { UserLink } from '../../contract/user-links.ts';
import { iso } from './present.ts';

/** A user link as the API shows it. */
export function presentUserLink(row: UserLinkRow): z.input<typeof UserLink> {
  return {
    external_id: row.external_id,
    connection_id: row.connection_id,
    extension_id: row.extension_id,
    extension_number: row.extension_number,
    crm_user_id: row.crm_user_id,
    crm_user_name: row.crm_user_name,
    linked_at: iso(row.linked_at),
  };
}
