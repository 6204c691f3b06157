import type { Transaction } from 'kysely';

import { AppError } from '../errors/app-error.ts';
import type { Tables } from '../store/schema.ts';
import { canonicalJson } from '../text/canonical-json.ts';
import type { Ids } from '../text/uuid.ts';
import type { CallEvent } from './call-event.ts';
import {
  countEvent,
  findCall,
  findCalls,
  findEventBody,
  insertCall,
  readFacts,
} from './call-repository.ts';
import type { CallIdentity, CallRow } from './call-repository.ts';
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

export type OpenedCall =
  /** The call, locked, with one more event counted. */
  | { readonly status: 'counted'; readonly call: CallRow }
  /** The event was taken in before; `same` is false where its body was another one. */
  | { readonly status: 'repeated'; readonly call: CallRow; readonly same: boolean };

interface OpenWork {
  readonly identity: CallIdentity;
  readonly event: CallEvent;
  /** JSON text. */
  readonly body: string;
  readonly now: number;
}

/**
 * Finds the call of an event, or begins it, in the caller's transaction. Rejects with `conflict` when
 * the call has all the events that a call may have, and with `not_found` for an id of ours that is gone.
 */
export async function openCall(
  transaction: Transaction<Tables>,
  ids: Ids,
  work: OpenWork,
): Promise<OpenedCall> {
  const { identity, event, now } = work;
  const calls = await readCalls(transaction, identity);
  for (const { row } of calls) {
    const body = await findEventBody(transaction, row.id, event);
    if (body !== undefined) return { status: 'repeated', call: row, same: isSame(body, work.body) };
  }
  const known = whichCall(calls, event, now);
  if (known !== undefined && !(known === calls[0] && isAnotherCall(known, event, now))) {
    refuseFlood(known.row, event);
    return { status: 'counted', call: await countEvent(transaction, known.row.id, now) };
  }
  if (identity.id !== undefined) {
    throw new AppError('not_found', `There is no call '${identity.id}'.`);
  }
  const generation = (known?.row.generation ?? 0) + 1;
  const added = await insertCall(transaction, { ...identity, id: ids.next(), generation, now });
  if (added !== undefined) return { status: 'counted', call: added };
  // Another node took in the first event of this call between our reading and our writing.
  const theirs = await findCall(transaction, identity);
  if (theirs === undefined) throw new Error('a call that exists cannot be read');
  return { status: 'counted', call: await countEvent(transaction, theirs.id, now) };
}

interface FoundCall extends KnownCall {
  readonly row: CallRow;
}

/** The calls of this id, the newest first; most ids are used once, and cost one query. */
async function readCalls(
  transaction: Transaction<Tables>,
  identity: CallIdentity,
): Promise<readonly FoundCall[]> {
  const newest = await findCall(transaction, identity);
  if (newest === undefined) return [];
  const rows =
    newest.generation === 1 || identity.id !== undefined
      ? [newest]
      : await findCalls(transaction, identity, GENERATIONS_MAX);
  return rows.map((row) => ({ row, facts: readFacts(row), createdAt: row.created_at }));
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
