import type * as z from 'zod';

import type { Key } from '../../contract/keys.ts';
import type { Tables } from '../../store/schema.ts';
import { iso, isoOrNull } from './present.ts';

/** A key as the API shows it: without its secret. */
export function presentKey(row: Tables['api_key']): z.input<typeof Key> {
  return {
    id: row.id,
    name: row.name,
    scope: row.scope,
    phone_system_id: row.phone_system_id,
    prefix: row.prefix,
    created_at: iso(row.created_at),
    last_used_at: isoOrNull(row.last_used_at),
    expires_at: isoOrNull(row.expires_at),
    revoked_at: isoOrNull(row.revoked_at),
  };
}
