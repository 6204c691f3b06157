import type { Database } from '../../store/database.ts';
import type { Handle } from '../../store/handle.ts';
import type { CallEvent } from '../call-event.ts';
import type { CallFacts } from '../call-facts.ts';
import { readMemory } from '../step-rows.ts';
import { storableJson } from '../storable-json.ts';
import type { ErasedCounts } from './counts.ts';
import { isPersonIn, withoutNumbers, withoutPerson } from './person.ts';
import type { IsPerson } from './person.ts';

/** How many rows of each kind went, or would go. */
type ErasedRows = Pick<ErasedCounts, 'calls' | 'events' | 'exchanges' | 'recordings'>;

/** Work that still needs the person: the call is erased when it is done. */
const UNDER_WAY = ['pending', 'sending', 'unknown'] as const;
/** What no longer waits: a request that has left, and whose answer is on its way, does. */
const SENT = ['sending'] as const;

const WORDS = 'Erased at the wish of the person.';
const ERASED_BODY = '{"erased":true}';

export interface CallErasure {
  readonly hasNumber: (number: string) => boolean;
  /** True: what the CRM has not been told yet is given up; only requests that have left are waited for. */
  readonly givesUp: boolean;
}

/** True when nothing of a call needs the person any more. */
export async function isAtRest(
  handle: Handle,
  callId: string,
  { givesUp }: Pick<CallErasure, 'givesUp'>,
): Promise<boolean> {
  const call = await handle
    .selectFrom('call')
    .select('phase')
    .where('id', '=', callId)
    .executeTakeFirst();
  if (call?.phase !== 'ended') return false;
  const lanes = await handle
    .selectFrom('lane')
    .leftJoin('step', (join) =>
      join
        .onRef('step.lane_id', '=', 'lane.id')
        .on('step.state', 'in', givesUp ? [...SENT] : [...UNDER_WAY]),
    )
    .select(['lane.state', 'lane.unplanned_from', 'step.id as step'])
    .where('lane.call_id', '=', callId)
    .execute();
  return lanes.every(
    ({ state, unplanned_from: unplanned, step }) =>
      // Whoever has claimed a lane has read it, and may be about to send.
      state !== 'leased' && step === null && (unplanned === null || givesUp),
  );
}

/** What `eraseCall` would take away. */
export async function countErasable(handle: Handle, callId: string): Promise<ErasedRows> {
  const events = await handle
    .selectFrom('call_event')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('call_id', '=', callId)
    .where('body', '<>', ERASED_BODY)
    .executeTakeFirst();
  const exchanges = await handle
    .selectFrom('lane')
    .innerJoin('attempt', 'attempt.lane_id', 'lane.id')
    .innerJoin('exchange', 'exchange.attempt_id', 'attempt.id')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('lane.call_id', '=', callId)
    .executeTakeFirst();
  return {
    calls: 1,
    events: Number(events?.count ?? 0),
    exchanges: Number(exchanges?.count ?? 0),
    recordings: await countRecordings(handle, callId),
  };
}

async function countRecordings(handle: Handle, callId: string): Promise<number> {
  const there = await handle
    .selectFrom('recording')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('call_id', '=', callId)
    .where('state', '<>', 'deleted')
    .executeTakeFirst();
  return Number(there?.count ?? 0);
}

/** Takes the files of a call's recordings away: before what names them, so that none is forgotten. */
export async function removeFiles(
  deps: {
    readonly database: Pick<Database, 'read'>;
    readonly removeFile: (file: string) => Promise<void>;
  },
  callId: string,
): Promise<void> {
  const files = await deps.database.read
    .selectFrom('recording')
    .select('file')
    .where('call_id', '=', callId)
    .where('file', 'is not', null)
    .execute();
  for (const { file } of files) if (file !== null) await deps.removeFile(file);
}

/**
 * Takes a person out of a call: the row and its times stay. `waits`: the call, or work for it, is under
 * way, and nothing was written. What was erased before counts no second time.
 */
export async function eraseCall(
  transaction: Handle,
  callId: string,
  of: CallErasure,
): Promise<ErasedRows | 'waits'> {
  if (!(await holdLanes(transaction, callId))) return 'waits';
  if (!(await isAtRest(transaction, callId, of))) return 'waits';
  const { calls, isPerson } = await eraseFacts(transaction, callId, of.hasNumber);
  const events = await eraseEvents(transaction, callId, { ...of, isPerson });
  const exchanges = await eraseLanes(transaction, callId, of);
  const recordings = await eraseRecordings(transaction, callId);
  return { calls, events, exchanges, recordings };
}

/** Nobody claims its lanes until the end of the transaction; false where somebody has. */
async function holdLanes(transaction: Handle, callId: string): Promise<boolean> {
  const held = await transaction
    .updateTable('lane')
    .set((eb) => ({ revision: eb('revision', '+', 1) }))
    .where('call_id', '=', callId)
    .returning(['id', 'state'])
    .execute();
  return held.every(({ state }) => state !== 'leased');
}

async function eraseFacts(
  transaction: Handle,
  callId: string,
  hasNumber: (number: string) => boolean,
): Promise<{ readonly calls: number; readonly isPerson: IsPerson }> {
  const call = await transaction
    .selectFrom('call')
    .select(['facts', 'external_id'])
    .where('id', '=', callId)
    .executeTakeFirst();
  if (call === undefined) return { calls: 0, isPerson: () => true };
  // Written by us, so they are what they were.
  const before = JSON.parse(call.facts) as CallFacts;
  const isPerson = isPersonIn(before, hasNumber);
  const facts = withoutPerson(before, isPerson);
  const recordings = facts.recordings.map(({ filename: _name, ...kept }) => kept);
  const text = withoutNumbers(storableJson({ ...facts, recordings }), hasNumber);
  const isNamed = withoutNumbers(call.external_id, hasNumber) !== call.external_id;
  if (text === call.facts && !isNamed) return { calls: 0, isPerson };
  await transaction
    .updateTable('call')
    .set({ facts: text, ...(isNamed ? { external_id: `erased ${callId}` } : {}) })
    .where('id', '=', callId)
    .execute();
  return { calls: 1, isPerson };
}

async function eraseEvents(
  transaction: Handle,
  callId: string,
  of: { readonly hasNumber: (number: string) => boolean; readonly isPerson: IsPerson },
): Promise<number> {
  const events = await transaction
    .selectFrom('call_event')
    .select(['id', 'event', 'event_key'])
    .where('call_id', '=', callId)
    .where('body', '<>', ERASED_BODY)
    .execute();
  for (const { id, event, event_key: key } of events) {
    const { recording, ...told } = withoutPerson(JSON.parse(event) as CallEvent, of.isPerson);
    const { filename: _name, ...kept } = recording ?? {};
    const erased = recording === undefined ? told : { ...told, recording: kept };
    const isNamed = withoutNumbers(key, of.hasNumber) !== key;
    await transaction
      .updateTable('call_event')
      .set({
        event: withoutNumbers(storableJson(erased), of.hasNumber),
        body: ERASED_BODY,
        ...(isNamed ? { event_key: `erased ${id}` } : {}),
      })
      .where('id', '=', id)
      .execute();
  }
  return events.length;
}

async function eraseLanes(
  transaction: Handle,
  callId: string,
  { hasNumber, givesUp }: CallErasure,
): Promise<number> {
  const lanes = await transaction
    .selectFrom('lane')
    .select(['id', 'memory', 'state', 'skip_message'])
    .where('call_id', '=', callId)
    .execute();
  let exchanges = 0;
  for (const lane of lanes) {
    const { createdAt, activity } = readMemory(lane);
    const id = activity?.['activity_id'];
    const memory = {
      ...(createdAt === undefined ? {} : { createdAt }),
      ...(id === undefined ? {} : { activity: { activity_id: id } }),
    };
    const { skip_message: skipped } = lane;
    const isOver = lane.state === 'parked' || givesUp;
    await transaction
      .updateTable('lane')
      .set({
        memory: storableJson(memory),
        skip_message: skipped === null ? null : withoutNumbers(skipped, hasNumber),
        ...(isOver ? { state: 'idle' as const } : {}),
        ...(givesUp ? { unplanned_from: null } : {}),
      })
      .where('id', '=', lane.id)
      .execute();
    const ofLane = transaction.selectFrom('attempt').select('id').where('lane_id', '=', lane.id);
    const went = await transaction
      .deleteFrom('exchange')
      .where('attempt_id', 'in', ofLane)
      .executeTakeFirst();
    exchanges += Number(went.numDeletedRows);
    await transaction
      .updateTable('attempt')
      .set({ message: null, notes: '[]' })
      .where('lane_id', '=', lane.id)
      .execute();
    await transaction
      .updateTable('step')
      .set({ message: WORDS, progress: null, sent_values: null })
      .where('lane_id', '=', lane.id)
      .execute();
    // Nothing is left from which they could be tried again.
    await transaction
      .updateTable('step')
      .set({ state: 'discarded' })
      .where('lane_id', '=', lane.id)
      .where('state', 'in', givesUp ? ['parked', 'pending', 'unknown'] : ['parked'])
      .execute();
  }
  return exchanges;
}

async function eraseRecordings(transaction: Handle, callId: string): Promise<number> {
  const there = await countRecordings(transaction, callId);
  await transaction
    .updateTable('recording')
    .set({
      ...{ state: 'deleted', file: null, filename: null, source_url: null, address: null },
      ...{ ready_at: null, message: WORDS },
    })
    .where('call_id', '=', callId)
    .execute();
  await transaction.deleteFrom('recording_address').where('call_id', '=', callId).execute();
  return there;
}
