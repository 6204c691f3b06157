import type * as z from 'zod';

import type { PhoneSystem } from '../../contract/phone-systems.ts';
import type { PhoneSystem as PhoneSystemRow } from '../../organizations/phone-systems-repository.ts';
import { iso } from './present.ts';

/** A phone system, of an organization or a shared one, as the API shows it. */
export function presentPhoneSystem(row: PhoneSystemRow): z.input<typeof PhoneSystem> {
  return {
    id: row.id,
    external_id: row.external_id,
    name: row.name,
    webhook_path: `/hooks/ringotel/${row.id}`,
    signatures_required: row.signatures_required_at !== null,
    created_at: iso(row.created_at),
  };
}
