import type { CallEvent } from '../../calls/call-event.ts';
import type { StoredEvent } from '../../calls/onlooker.ts';
import { readFacts } from '../../calls/call-repository.ts';
import type { Handle } from '../../store/handle.ts';

/** An event that some process has stored. */
export interface RecentEvent {
  readonly organizationId: string;
  readonly event: CallEvent;
  readonly stored: StoredEvent;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

/** More at once than screens can show. */
const MOST = 500;

/** Events of these organizations whose ids come after `since`, the oldest first. */
export async function selectRecentEvents(
  handle: Handle,
  organizationIds: readonly string[],
  since: string,
): Promise<readonly RecentEvent[]> {
  if (organizationIds.length === 0) return [];
  const rows = await handle
    .selectFrom('call_event')
    .innerJoin('call', 'call.id', 'call_event.call_id')
    .select(['call_event.event', 'call_event.sequence', 'call.facts', 'call.id'])
    .select('call_event.received_at')
    .select(['call.organization_id', 'call.phone_system_id', 'call.external_id'])
    .where('call_event.id', '>', since)
    .where('call_event.organization_id', 'in', organizationIds)
    .orderBy('call_event.id')
    .limit(MOST)
    .execute();
  return rows.flatMap((row) => {
    const facts = readFacts(row);
    if (facts === undefined) return [];
    return {
      organizationId: row.organization_id,
      // Written by the intake from a CallEvent.
      event: JSON.parse(row.event) as CallEvent,
      stored: {
        ...{ callId: row.id, phoneSystemId: row.phone_system_id, phoneCallId: row.external_id },
        ...{ sequence: row.sequence, facts },
      },
      receivedAt: row.received_at,
    };
  });
}
