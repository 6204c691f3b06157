import type { Selectable, Transaction } from 'kysely';

import type { OrganizationScope } from '../organizations/scope.ts';
import { countUsage } from '../organizations/usage.ts';
import type { Tables } from '../store/schema.ts';
import type { Ids } from '../text/uuid.ts';
import type { CallEvent } from './call-event.ts';
import type { CallFacts, ReceivedEvent } from './call-facts.ts';
import { storableJson } from './storable-json.ts';

export type CallRow = Selectable<Tables['call']>;

export interface CallIdentity {
  readonly organizationId: string;
  readonly phoneSystemId: string;
  readonly externalId: string;
  /** Our id, where the event is of this very call and not of the newest with the external id. */
  readonly id?: string;
}

/** The call that is meant: the newest with the phone system's id, unless ours is given. */
export async function findCall(
  transaction: Transaction<Tables>,
  identity: CallIdentity,
): Promise<CallRow | undefined> {
  const [newest] = await findCalls(transaction, identity, 1);
  return newest;
}

/** The calls that have this id of the phone system, the newest first. */
export async function findCalls(
  transaction: Transaction<Tables>,
  identity: CallIdentity,
  limit: number,
): Promise<readonly CallRow[]> {
  return await transaction
    .selectFrom('call')
    .selectAll()
    .where('organization_id', '=', identity.organizationId)
    .where('phone_system_id', '=', identity.phoneSystemId)
    .where('external_id', '=', identity.externalId)
    .$if(identity.id !== undefined, (query) => query.where('id', '=', identity.id ?? ''))
    .orderBy('generation', 'desc')
    .limit(limit)
    .execute();
}

/** The body of this event as it was taken in before, JSON text; `undefined` for a new one. */
export async function findEventBody(
  transaction: Transaction<Tables>,
  callId: string,
  event: CallEvent,
): Promise<string | undefined> {
  const row = await transaction
    .selectFrom('call_event')
    .select('body')
    .where('call_id', '=', callId)
    .where('kind', '=', event.kind)
    .where('event_key', '=', event.eventId)
    .executeTakeFirst();
  return row?.body;
}

/** Adds a call without events; `undefined` when another node was faster. */
export async function insertCall(
  transaction: Transaction<Tables>,
  call: CallIdentity & { id: string; generation: number; now: number },
): Promise<CallRow | undefined> {
  const added = await transaction
    .insertInto('call')
    .values({
      id: call.id,
      organization_id: call.organizationId,
      phone_system_id: call.phoneSystemId,
      external_id: call.externalId,
      generation: call.generation,
      phase: 'ringing',
      facts: '{}',
      event_count: 1,
      started_at: call.now,
      created_at: call.now,
      last_event_at: call.now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
  if (added !== undefined) {
    await countUsage(transaction, call, { id: call.id, at: call.now, counts: { calls: 1 } });
  }
  return added;
}

/** Locks a call of the organization for this transaction; false when it is gone. */
export async function lockCall(
  transaction: Transaction<Tables>,
  scope: OrganizationScope,
  callId: string,
): Promise<boolean> {
  const result = await transaction
    .updateTable('call')
    .set((eb) => ({ event_count: eb.ref('event_count') }))
    .where('organization_id', '=', scope.organizationId)
    .where('id', '=', callId)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Locks the call for this transaction and counts one more event. */
export async function countEvent(
  transaction: Transaction<Tables>,
  callId: string,
  now: number,
): Promise<CallRow> {
  return await transaction
    .updateTable('call')
    .set((eb) => ({ event_count: eb('event_count', '+', 1), last_event_at: now }))
    .where('id', '=', callId)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Keeps an event; false when it stands there already. */
export async function insertEvent(
  transaction: Transaction<Tables>,
  ids: Ids,
  row: { call: CallRow; event: CallEvent; body: string; receivedAt: number },
): Promise<boolean> {
  const inserted = await transaction
    .insertInto('call_event')
    .values({
      id: ids.next(),
      organization_id: row.call.organization_id,
      call_id: row.call.id,
      kind: row.event.kind,
      event_key: row.event.eventId,
      sequence: row.call.event_count,
      received_at: row.receivedAt,
      event: storableJson(row.event),
      body: row.body,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  return inserted !== undefined;
}

/** All events of a call in the order of arrival. */
export async function readEvents(
  transaction: Transaction<Tables>,
  callId: string,
): Promise<readonly ReceivedEvent[]> {
  const rows = await transaction
    .selectFrom('call_event')
    .select(['event', 'received_at', 'sequence'])
    .where('call_id', '=', callId)
    .orderBy('sequence')
    .execute();
  return rows.map((row) => ({
    // Written by `insertEvent` from a CallEvent.
    event: JSON.parse(row.event) as CallEvent,
    receivedAt: row.received_at,
    sequence: row.sequence,
  }));
}

/** Writes what is known of a call now. */
export async function updateFacts(
  transaction: Transaction<Tables>,
  callId: string,
  facts: CallFacts,
): Promise<void> {
  await transaction
    .updateTable('call')
    .set({ facts: JSON.stringify(facts), phase: facts.phase, started_at: facts.startedAt })
    .where('id', '=', callId)
    .execute();
}

/** What is known of a call; `undefined` for one whose first event is being taken in. */
export function readFacts(row: Pick<CallRow, 'facts'>): CallFacts | undefined {
  return row.facts === '{}' ? undefined : (JSON.parse(row.facts) as CallFacts);
}

/** Notes the recordings that an event announced. */
export async function announceRecordings(
  transaction: Transaction<Tables>,
  ids: Ids,
  of: { call: CallRow; facts: CallFacts; now: number },
): Promise<void> {
  const rows = of.facts.recordings
    .filter((recording) => recording.url !== undefined && recording.recordingId === undefined)
    .map((recording) => ({
      id: ids.next(),
      organization_id: of.call.organization_id,
      call_id: of.call.id,
      key: recording.key,
      state: 'announced' as const,
      source_url: null,
      address: recording.url ?? null,
      file: null,
      size: null,
      sha256: null,
      media_type: null,
      filename: recording.filename ?? null,
      message: null,
      created_at: of.now,
      stored_at: null,
      expires_at: recording.expiresAt ?? null,
    }));
  if (rows.length === 0) return;
  await transaction
    .insertInto('recording')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['call_id', 'key']).doNothing())
    .execute();
}
