import type * as z from 'zod';

import type { RefusedEvent } from '../../contract/call-events.ts';
import type { Tables } from '../../store/schema.ts';
import { iso } from './present.ts';
import { hideAddressTokens } from '../../text/hide-address-tokens.ts';

/** An event that belongs to nobody as the API shows it. */
export function presentRefusedEvent(row: Tables['refused_event']): z.input<typeof RefusedEvent> {
  const body: unknown = JSON.parse(hideAddressTokens(row.body));
  return {
    id: row.id,
    phone_system_id: row.phone_system_id,
    code: row.code,
    message: row.message,
    body,
    received_at: iso(row.received_at),
  };
}
