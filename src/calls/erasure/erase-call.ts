import type { Database } from '../../store/database.ts';
import type { Handle } from '../../store/handle.ts';
import type { CallEvent } from '../call-event.ts';
import type { CallFacts } from '../call-facts.ts';
import { readMemory } from '../step-rows.ts';
import { storableJson } from '../storable-json.ts';
import { isPersonIn, withoutPerson } from './person.ts';

/** How many rows of each kind went, or would go. */
export interface ErasedRows {
  readonly calls: number;
  readonly events: number;
  readonly exchanges: number;
  readonly recordings: number;
}

export const NOTHING: ErasedRows = { calls: 0, events: 0, exchanges: 0, recordings: 0 };

/** Work that still needs the person: the call is erased when it is done. */
const UNDER_WAY = ['pending', 'sending', 'unknown'] as const;

const WORDS = 'Erased at the wish of the person.';

/**
 * Takes a person out of a call: the row and its times stay. `waits`: the call, or work for it, is under
 * way. With `dryRun` nothing is written.
 */
export async function eraseCall(
  deps: {
    readonly database: Database;
    readonly removeFile: (file: string) => Promise<void>;
  },
  callId: string,
  of: { readonly hasNumber: (number: string) => boolean; readonly dryRun: boolean },
): Promise<ErasedRows | 'waits'> {
  const { database } = deps;
  if (!(await isAtRest(database.read, callId))) return 'waits';
  const rows = await countRows(database.read, callId);
  if (of.dryRun) return rows;
  // First the files, then what names them: cut off between, the next run removes them again.
  const files = await database.read
    .selectFrom('recording')
    .select('file')
    .where('call_id', '=', callId)
    .where('file', 'is not', null)
    .execute();
  for (const { file } of files) if (file !== null) await deps.removeFile(file);
  return await database.write(async (transaction) => {
    if (!(await isAtRest(transaction, callId))) return 'waits';
    await eraseFacts(transaction, callId, of.hasNumber);
    await eraseLanes(transaction, callId);
    await eraseRecordings(transaction, callId);
    return rows;
  });
}

async function isAtRest(handle: Handle, callId: string): Promise<boolean> {
  const call = await handle
    .selectFrom('call')
    .select('phase')
    .where('id', '=', callId)
    .executeTakeFirst();
  if (call?.phase !== 'ended') return false;
  const step = await handle
    .selectFrom('lane')
    .innerJoin('step', 'step.lane_id', 'lane.id')
    .select('step.id')
    .where('lane.call_id', '=', callId)
    .where('step.state', 'in', [...UNDER_WAY])
    .limit(1)
    .executeTakeFirst();
  return step === undefined;
}

async function countRows(handle: Handle, callId: string): Promise<ErasedRows> {
  const events = await handle
    .selectFrom('call_event')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('call_id', '=', callId)
    .executeTakeFirst();
  const exchanges = await handle
    .selectFrom('lane')
    .innerJoin('attempt', 'attempt.lane_id', 'lane.id')
    .innerJoin('exchange', 'exchange.attempt_id', 'attempt.id')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('lane.call_id', '=', callId)
    .executeTakeFirst();
  const recordings = await handle
    .selectFrom('recording')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('call_id', '=', callId)
    .where('state', '<>', 'deleted')
    .executeTakeFirst();
  return {
    calls: 1,
    events: Number(events?.count ?? 0),
    exchanges: Number(exchanges?.count ?? 0),
    recordings: Number(recordings?.count ?? 0),
  };
}

async function eraseFacts(
  transaction: Handle,
  callId: string,
  hasNumber: (number: string) => boolean,
): Promise<void> {
  const call = await transaction
    .selectFrom('call')
    .select('facts')
    .where('id', '=', callId)
    .executeTakeFirst();
  if (call === undefined) return;
  // Written by us, so they are what they were.
  const before = JSON.parse(call.facts) as CallFacts;
  const isPerson = isPersonIn(before, hasNumber);
  const facts = withoutPerson(before, isPerson);
  const recordings = facts.recordings.map(({ filename: _name, ...kept }) => kept);
  await transaction
    .updateTable('call')
    .set({ facts: storableJson({ ...facts, recordings }) })
    .where('id', '=', callId)
    .execute();
  const events = await transaction
    .selectFrom('call_event')
    .select(['id', 'event'])
    .where('call_id', '=', callId)
    .execute();
  for (const { id, event } of events) {
    const { recording, ...told } = withoutPerson(JSON.parse(event) as CallEvent, isPerson);
    const { filename: _name, ...kept } = recording ?? {};
    const erased = recording === undefined ? told : { ...told, recording: kept };
    await transaction
      .updateTable('call_event')
      .set({ event: storableJson(erased), body: '{"erased":true}' })
      .where('id', '=', id)
      .execute();
  }
}

async function eraseLanes(transaction: Handle, callId: string): Promise<void> {
  const lanes = await transaction
    .selectFrom('lane')
    .select(['id', 'memory', 'state'])
    .where('call_id', '=', callId)
    .execute();
  for (const lane of lanes) {
    const { createdAt, activity } = readMemory(lane);
    const id = activity?.['activity_id'];
    const memory = {
      ...(createdAt === undefined ? {} : { createdAt }),
      ...(id === undefined ? {} : { activity: { activity_id: id } }),
    };
    await transaction
      .updateTable('lane')
      .set((eb) => ({
        memory: storableJson(memory),
        revision: eb('revision', '+', 1),
        ...(lane.state === 'parked' ? { state: 'idle' as const } : {}),
      }))
      .where('id', '=', lane.id)
      .execute();
    const ofLane = transaction.selectFrom('attempt').select('id').where('lane_id', '=', lane.id);
    await transaction.deleteFrom('exchange').where('attempt_id', 'in', ofLane).execute();
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
      .where('state', '=', 'parked')
      .execute();
  }
}

async function eraseRecordings(transaction: Handle, callId: string): Promise<void> {
  await transaction
    .updateTable('recording')
    .set({
      ...{ state: 'deleted', file: null, filename: null, source_url: null, address: null },
      ...{ ready_at: null, message: WORDS },
    })
    .where('call_id', '=', callId)
    .execute();
  await transaction.deleteFrom('recording_address').where('call_id', '=', callId).execute();
}
