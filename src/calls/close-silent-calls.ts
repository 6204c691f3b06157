import type { Database } from '../store/database.ts';
import type { CallConnection, ConnectionBook } from './call-connection.ts';
import { CLOSED_WITHOUT_END } from './call-facts.ts';
import type { CallEvent } from './call-event.ts';
import { recordEvent } from './intake.ts';
import type { PlanLanesDeps } from './plan-lanes.ts';
import { selectSilentCalls } from './silent-calls-repository.ts';

/** A call that is silent for this long has ended, and its end was lost. */
export const SILENT_MS = 6 * 60 * 60 * 1_000;
const BATCH = 100;

/**
 * Ends calls whose end was never reported, with an unknown duration and flagged as such. Returns
 * how many.
 */
export async function closeSilentCalls(
  deps: PlanLanesDeps & { readonly database: Database; readonly connections: ConnectionBook },
  silentMs: number = SILENT_MS,
): Promise<number> {
  const { database } = deps;
  const rows = await selectSilentCalls(database.read, {
    before: database.now() - silentMs,
    limit: BATCH,
  });
  for (const row of rows) {
    const connections: readonly CallConnection[] = await deps.connections.ofOrganization(
      row.organization_id,
    );
    const event: CallEvent = {
      eventId: CLOSED_WITHOUT_END,
      callId: row.external_id,
      kind: 'ended',
      cause: CLOSED_WITHOUT_END,
      extensions: [],
      unknownKeys: [],
    };
    await database.write((transaction) =>
      recordEvent(transaction, deps, {
        identity: {
          organizationId: row.organization_id,
          phoneSystemId: row.phone_system_id,
          externalId: row.external_id,
        },
        event,
        body: { note: 'written by Patchcord: the end of this call was never reported' },
        connections,
        now: database.now(),
      }),
    );
  }
  return rows.length;
}
