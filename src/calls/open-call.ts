import type { Transaction } from 'kysely';

import { AppError } from '../errors/app-error.ts';
import type { Tables } from '../store/schema.ts';
import { canonicalJson } from '../text/canonical-json.ts';
import type { Ids } from '../text/uuid.ts';
import type { CallEvent } from './call-event.ts';
import { mergeEvents } from './call-facts.ts';
import type { CallFacts, ReceivedEvent } from './call-facts.ts';
import {
  findCalls,
  findCallWithEvents,
  growCall,
  insertCall,
  lockCall,
  readFacts,
} from './call-repository.ts';
import type { CallIdentity, CallRow, CallWithEvents } from './call-repository.ts';
import { isAnotherCall, whichCall } from './which-call.ts';
import type { KnownCall } from './which-call.ts';

/** No call has as many; each event of a call costs a reading of all before it. */
export const CALL_EVENTS_MAX = 500;
/** A call must be able to end, also by our own hand, when it has all the events it may have. */
const ENDS_MAX = 10;
/** An id that a phone system has used more often than this is looked for among its newest calls. */
const GENERATIONS_MAX = 20;

/** Reason of the `conflict` by which a call's flood of events is refused. */
export const TOO_MANY = 'too_many_events';

/** Whoever lost a race has locked the call: a second one is lost only if the call itself is another. */
const RACES_MAX = 5;

export interface GrownCall {
  readonly status: 'grown';
  readonly id: string;
  readonly organizationId: string;
  readonly phoneSystemId: string;
  /** The event with its number, which the call has counted. */
  readonly received: ReceivedEvent;
  /** With the event merged. */
  readonly facts: CallFacts;
  /** Without it; absent where the call begins with it. */
  readonly previous?: CallFacts | undefined;
}

export type OpenedCall =
  /** The call, locked, with one more event counted and merged. */
  | GrownCall
  /** The event was taken in before; `same` is false where its body was another one. */
  | { readonly status: 'repeated'; readonly id: string; readonly same: boolean };

interface OpenWork {
  readonly identity: CallIdentity;
  readonly event: CallEvent;
  /** JSON text. */
  readonly body: string;
  readonly now: number;
}

/**
 * Finds the call of an event, or begins it, and lets it grow by the event, in the caller's transaction;
 * the event itself the caller keeps. Rejects with `conflict` when the call has all the events that a
 * call may have, and with `not_found` for an id of ours that is gone.
 */
export async function openCall(
  transaction: Transaction<Tables>,
  ids: Ids,
  work: OpenWork,
): Promise<OpenedCall> {
  for (let race = 0; race < RACES_MAX; race += 1) {
    const opened = await tryToOpen(transaction, ids, work);
    if (opened !== undefined) return opened;
  }
  throw new AppError('database_unavailable', 'A call changes faster than it can be read.', {
    details: { rolledBack: true },
  });
}

/** `undefined` when another event of this call was taken in between our reading and our writing. */
async function tryToOpen(
  transaction: Transaction<Tables>,
  ids: Ids,
  work: OpenWork,
): Promise<OpenedCall | undefined> {
  const { identity, event, now } = work;
  const newest = await findCallWithEvents(transaction, identity, event);
  if (newest?.knownBody !== undefined) return repeated(newest.row, newest.knownBody, work.body);
  const calls = newest === undefined ? [] : await readCalls(transaction, newest, work);
  const known = calls.find(({ knownBody }) => knownBody !== undefined);
  if (known?.knownBody !== undefined) return repeated(known.row, known.knownBody, work.body);
  const which = whichCall(calls, event, now);
  if (which !== undefined && !(which === calls[0] && isAnotherCall(which, event, now))) {
    const found =
      which === calls[0]
        ? newest
        : await findCallWithEvents(transaction, { ...identity, id: which.row.id }, event);
    return found === undefined ? undefined : await grow(transaction, found, work);
  }
  if (identity.id !== undefined) {
    throw new AppError('not_found', `There is no call '${identity.id}'.`);
  }
  const received = { event, receivedAt: now, sequence: 1 };
  const facts = mergeEvents([received]);
  const generation = (which?.row.generation ?? 0) + 1;
  const { organizationId, phoneSystemId } = identity;
  const id = ids.next();
  const added = await insertCall(transaction, { ...identity, id, generation, facts, now });
  return added
    ? { status: 'grown', id, organizationId, phoneSystemId, received, facts }
    : undefined;
}

async function grow(
  transaction: Transaction<Tables>,
  { row, events }: CallWithEvents,
  { event, now }: OpenWork,
): Promise<GrownCall | undefined> {
  refuseFlood(row, event);
  const received = { event, receivedAt: now, sequence: row.event_count + 1 };
  const facts = mergeEvents([...events, received]);
  if (!(await growCall(transaction, row, { facts, now }))) {
    await lockCall(transaction, { organizationId: row.organization_id }, row.id);
    return undefined;
  }
  return {
    status: 'grown',
    id: row.id,
    organizationId: row.organization_id,
    phoneSystemId: row.phone_system_id,
    received,
    facts,
    previous: readFacts(row),
  };
}

function repeated(call: CallRow, knownBody: string, body: string): OpenedCall {
  return { status: 'repeated', id: call.id, same: isSame(knownBody, body) };
}

interface FoundCall extends KnownCall {
  readonly row: CallRow;
  readonly knownBody?: string;
}

/** The calls of this id, the newest first; most ids are used once, and cost no further query. */
async function readCalls(
  transaction: Transaction<Tables>,
  { row: newest }: CallWithEvents,
  { identity, event }: OpenWork,
): Promise<readonly FoundCall[]> {
  if (newest.generation === 1 || identity.id !== undefined) return [toFound(newest)];
  const rows = await findCalls(transaction, identity, { event, limit: GENERATIONS_MAX });
  return rows.map((row) => ({
    ...toFound(row),
    ...(row.known_body === null ? {} : { knownBody: row.known_body }),
  }));
}

function toFound(row: CallRow): FoundCall {
  return { row, facts: readFacts(row), createdAt: row.created_at };
}

/** JSON is the same in whatever order its keys stand. */
function isSame(kept: string, body: string): boolean {
  return kept === body || canonicalJson(JSON.parse(kept)) === canonicalJson(JSON.parse(body));
}

function refuseFlood(call: CallRow, event: CallEvent): void {
  const most = event.kind === 'ended' ? CALL_EVENTS_MAX + ENDS_MAX : CALL_EVENTS_MAX;
  if (call.event_count < most) return;
  throw new AppError('conflict', `This call has ${CALL_EVENTS_MAX} events; more are not taken.`, {
    details: { reason: TOO_MANY },
  });
}
