import type { Selectable, Transaction } from 'kysely';

import type { OrganizationScope } from '../organizations/scope.ts';
import { countUsage } from '../organizations/usage.ts';
import { prepared, preparedChange } from '../store/prepared.ts';
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

/** A call with the events that it has. */
export interface CallWithEvents {
  readonly row: CallRow;
  /** In the order of arrival. */
  readonly events: readonly ReceivedEvent[];
  /** The body of this very event as it was taken in before, JSON text; absent for a new one. */
  readonly knownBody?: string;
}

/** The event that one looks for among those of a call. */
type Sought = Pick<CallEvent, 'kind' | 'eventId'>;

/** The call that is meant, with its events: the newest with the phone system's id, unless ours is given. */
export async function findCallWithEvents(
  transaction: Transaction<Tables>,
  identity: CallIdentity,
  { kind, eventId: key }: Sought,
): Promise<CallWithEvents | undefined> {
  const rows = await selectCallWithEvents(transaction, { ...identityOf(identity), kind, key });
  const [first] = rows;
  if (first === undefined) return undefined;
  const known = rows.find(({ known_body: body }) => body !== null);
  return {
    row: first,
    events: rows
      .flatMap(({ event, received_at: receivedAt, sequence }) =>
        event === null || receivedAt === null || sequence === null
          ? []
          : [toReceived({ event, received_at: receivedAt, sequence })],
      )
      .toSorted((a, b) => a.sequence - b.sequence),
    ...(known === undefined || known.known_body === null ? {} : { knownBody: known.known_body }),
  };
}

interface SoughtColumns {
  readonly kind: string;
  readonly key: string;
}

// A join without order and limit: SQLite takes several times as long for a table in between.
const selectCallWithEvents = prepared((handle, of: CallIdentity & SoughtColumns) =>
  handle
    .selectFrom('call')
    .leftJoin('call_event', 'call_event.call_id', 'call.id')
    .selectAll('call')
    .select(['call_event.event', 'call_event.received_at', 'call_event.sequence'])
    .select((eb) =>
      eb
        .case()
        .when(eb.and([eb('call_event.kind', '=', of.kind), eb('event_key', '=', of.key)]))
        .then(eb.ref('call_event.body'))
        .end()
        .as('known_body'),
    )
    .where('call.organization_id', '=', of.organizationId)
    .where('call.phone_system_id', '=', of.phoneSystemId)
    .where('call.external_id', '=', of.externalId)
    .$if(of.id !== undefined, (query) => query.where('call.id', '=', of.id ?? ''))
    .$if(of.id === undefined, (query) =>
      query.where('call.generation', '=', (eb) =>
        eb
          .selectFrom('call as other')
          .select((all) => all.fn.max('other.generation').as('newest'))
          .where('other.organization_id', '=', of.organizationId)
          .where('other.phone_system_id', '=', of.phoneSystemId)
          .where('other.external_id', '=', of.externalId),
      ),
    ),
);

/**
 * The calls that have this id of the phone system, the newest first, each with the body under which it
 * has this very event.
 */
export async function findCalls(
  transaction: Transaction<Tables>,
  identity: CallIdentity,
  of: { readonly event: Sought; readonly limit: number },
): Promise<readonly (CallRow & { readonly known_body: string | null })[]> {
  const { event, limit } = of;
  const sought = { kind: event.kind, key: event.eventId };
  return await selectCalls(transaction, { ...identityOf(identity), ...sought, limit });
}

const selectCalls = prepared(
  (handle, of: CallIdentity & SoughtColumns & { readonly limit: number }) =>
    handle
      .selectFrom('call')
      .leftJoin('call_event as known', (join) =>
        join
          .onRef('known.call_id', '=', 'call.id')
          .on('known.kind', '=', of.kind)
          .on('known.event_key', '=', of.key),
      )
      .selectAll('call')
      .select('known.body as known_body')
      .where('call.organization_id', '=', of.organizationId)
      .where('phone_system_id', '=', of.phoneSystemId)
      .where('external_id', '=', of.externalId)
      .orderBy('generation', 'desc')
      .limit(of.limit),
);

/** Its own members only: a statement has a place for each. */
function identityOf({ organizationId, phoneSystemId, externalId, id }: CallIdentity): CallIdentity {
  return { organizationId, phoneSystemId, externalId, ...(id === undefined ? {} : { id }) };
}

/** Adds a call with its first event counted; false when somebody else was faster. */
export async function insertCall(
  transaction: Transaction<Tables>,
  call: CallIdentity & { id: string; generation: number; facts: CallFacts; now: number },
): Promise<boolean> {
  const added = await insertCallRow(transaction, {
    id: call.id,
    organization_id: call.organizationId,
    phone_system_id: call.phoneSystemId,
    external_id: call.externalId,
    generation: call.generation,
    phase: call.facts.phase,
    facts: JSON.stringify(call.facts),
    event_count: 1,
    started_at: call.facts.startedAt,
    created_at: call.now,
    last_event_at: call.now,
  });
  if (added === 0) return false;
  await countUsage(transaction, call, { id: call.id, at: call.now, counts: { calls: 1 } });
  return true;
}

const insertCallRow = preparedChange((handle, row: CallRow) =>
  handle
    .insertInto('call')
    .values({ ...row })
    .onConflict((conflict) => conflict.doNothing()),
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

/**
 * Counts one more event of a call and writes what is known of it now; false, and nothing is written,
 * when it has had another event since it was read. Locks the call for this transaction.
 */
export async function growCall(
  transaction: Transaction<Tables>,
  call: Pick<CallRow, 'id' | 'event_count'>,
  grown: { readonly facts: CallFacts; readonly now: number },
): Promise<boolean> {
  const { facts, now } = grown;
  const changed = await writeGrown(transaction, {
    callId: call.id,
    before: call.event_count,
    after: call.event_count + 1,
    facts: JSON.stringify(facts),
    phase: facts.phase,
    startedAt: facts.startedAt,
    now,
  });
  return changed > 0;
}

const writeGrown = preparedChange(
  (
    handle,
    of: Pick<CallRow, 'facts' | 'phase'> & {
      readonly callId: string;
      readonly before: number;
      readonly after: number;
      readonly startedAt: number;
      readonly now: number;
    },
  ) =>
    handle
      .updateTable('call')
      .set({ event_count: of.after, last_event_at: of.now, facts: of.facts })
      .set({ phase: of.phase, started_at: of.startedAt })
      .where('id', '=', of.callId)
      .where('event_count', '=', of.before),
);

/** Keeps an event of a call that has counted it: `sequence` is its number there. */
export async function insertEvent(
  transaction: Transaction<Tables>,
  ids: Ids,
  row: {
    readonly callId: string;
    readonly organizationId: string;
    readonly received: ReceivedEvent;
    readonly body: string;
  },
): Promise<void> {
  const { event, sequence, receivedAt } = row.received;
  await insertEventRow(transaction, {
    id: ids.next(),
    organization_id: row.organizationId,
    call_id: row.callId,
    kind: event.kind,
    event_key: event.eventId,
    sequence,
    received_at: receivedAt,
    event: storableJson(event),
    body: row.body,
  });
}

const insertEventRow = prepared((handle, row: Tables['call_event']) =>
  handle.insertInto('call_event').values({ ...row }),
);

/** All events of a call in the order of arrival. */
export async function readEvents(
  transaction: Transaction<Tables>,
  callId: string,
): Promise<readonly ReceivedEvent[]> {
  return (await selectEvents(transaction, { callId })).map(toReceived);
}

const selectEvents = prepared((handle, of: { readonly callId: string }) =>
  handle
    .selectFrom('call_event')
    .select(['event', 'received_at', 'sequence'])
    .where('call_id', '=', of.callId)
    .orderBy('sequence'),
);

function toReceived(
  row: Pick<Tables['call_event'], 'event' | 'received_at' | 'sequence'>,
): ReceivedEvent {
  return {
    // Written by `insertEvent` from a CallEvent.
    event: JSON.parse(row.event) as CallEvent,
    receivedAt: row.received_at,
    sequence: row.sequence,
  };
}

/** What is known of a call; `undefined` for one whose first event is being taken in. */
export function readFacts(row: Pick<CallRow, 'facts'>): CallFacts | undefined {
  return row.facts === '{}' ? undefined : (JSON.parse(row.facts) as CallFacts);
}

/** Notes the recordings that an event announced. */
export async function announceRecordings(
  transaction: Transaction<Tables>,
  ids: Ids,
  of: { callId: string; organizationId: string; facts: CallFacts; now: number },
): Promise<void> {
  const rows = of.facts.recordings
    .filter((recording) => recording.url !== undefined && recording.recordingId === undefined)
    .map((recording) => ({
      id: ids.next(),
      organization_id: of.organizationId,
      call_id: of.callId,
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
