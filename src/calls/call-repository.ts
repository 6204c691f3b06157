import type { Selectable, Transaction } from 'kysely';

import type { OrganizationScope } from '../organizations/scope.ts';
import { countUsage } from '../organizations/usage.ts';
import { prepared } from '../store/prepared.ts';
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
  const { organizationId, phoneSystemId, externalId, id } = identity;
  const given = id === undefined ? {} : { id };
  return await selectCalls(transaction, {
    ...{ organizationId, phoneSystemId, externalId, limit },
    ...given,
  });
}

const selectCalls = prepared((handle, of: CallIdentity & { readonly limit: number }) =>
  handle
    .selectFrom('call')
    .selectAll()
    .where('organization_id', '=', of.organizationId)
    .where('phone_system_id', '=', of.phoneSystemId)
    .where('external_id', '=', of.externalId)
    .$if(of.id !== undefined, (query) => query.where('id', '=', of.id ?? ''))
    .orderBy('generation', 'desc')
    .limit(of.limit),
);

/** The body of this event as it was taken in before, JSON text; `undefined` for a new one. */
export async function findEventBody(
  transaction: Transaction<Tables>,
  callId: string,
  event: CallEvent,
): Promise<string | undefined> {
  const of = { callId, kind: event.kind, key: event.eventId };
  const [row] = await selectEventBody(transaction, of);
  return row?.body;
}

const selectEventBody = prepared(
  (handle, of: { readonly callId: string; readonly kind: string; readonly key: string }) =>
    handle
      .selectFrom('call_event')
      .select('body')
      .where('call_id', '=', of.callId)
      .where('kind', '=', of.kind)
      .where('event_key', '=', of.key),
);

/** Adds a call without events; `undefined` when another node was faster. */
export async function insertCall(
  transaction: Transaction<Tables>,
  call: CallIdentity & { id: string; generation: number; now: number },
): Promise<CallRow | undefined> {
  const [added] = await insertCallRow(transaction, {
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
  });
  if (added !== undefined) {
    await countUsage(transaction, call, { id: call.id, at: call.now, counts: { calls: 1 } });
  }
  return added;
}

const insertCallRow = prepared((handle, row: CallRow) =>
  handle
    .insertInto('call')
    .values({ ...row })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll(),
);

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
  const [row] = await addEvent(transaction, { callId, now });
  if (row === undefined) throw new Error('a call that was read is gone');
  return row;
}

const addEvent = prepared((handle, of: { readonly callId: string; readonly now: number }) =>
  handle
    .updateTable('call')
    .set((eb) => ({ event_count: eb('event_count', '+', 1), last_event_at: of.now }))
    .where('id', '=', of.callId)
    .returningAll(),
);

/** Keeps an event; false when it stands there already. */
export async function insertEvent(
  transaction: Transaction<Tables>,
  ids: Ids,
  row: { call: CallRow; event: CallEvent; body: string; receivedAt: number },
): Promise<boolean> {
  const inserted = await insertEventRow(transaction, {
    id: ids.next(),
    organization_id: row.call.organization_id,
    call_id: row.call.id,
    kind: row.event.kind,
    event_key: row.event.eventId,
    sequence: row.call.event_count,
    received_at: row.receivedAt,
    event: storableJson(row.event),
    body: row.body,
  });
  return inserted.length > 0;
}

const insertEventRow = prepared((handle, row: Tables['call_event']) =>
  handle
    .insertInto('call_event')
    .values({ ...row })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id'),
);

/** All events of a call in the order of arrival. */
export async function readEvents(
  transaction: Transaction<Tables>,
  callId: string,
): Promise<readonly ReceivedEvent[]> {
  const rows = await selectEvents(transaction, { callId });
  return rows.map((row) => ({
    // Written by `insertEvent` from a CallEvent.
    event: JSON.parse(row.event) as CallEvent,
    receivedAt: row.received_at,
    sequence: row.sequence,
  }));
}

const selectEvents = prepared((handle, of: { readonly callId: string }) =>
  handle
    .selectFrom('call_event')
    .select(['event', 'received_at', 'sequence'])
    .where('call_id', '=', of.callId)
    .orderBy('sequence'),
);

/** Writes what is known of a call now. */
export async function updateFacts(
  transaction: Transaction<Tables>,
  callId: string,
  facts: CallFacts,
): Promise<void> {
  const { phase, startedAt } = facts;
  await writeFacts(transaction, { callId, facts: JSON.stringify(facts), phase, startedAt });
}

const writeFacts = prepared(
  (
    handle,
    of: Pick<CallRow, 'facts' | 'phase'> & { readonly callId: string; readonly startedAt: number },
  ) =>
    handle
      .updateTable('call')
      .set({ facts: of.facts, phase: of.phase, started_at: of.startedAt })
      .where('id', '=', of.callId),
);

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
