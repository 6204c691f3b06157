import { sql } from 'kysely';
import type { Kysely, Selectable, Transaction } from 'kysely';

import { countUsage } from '../organizations/usage.ts';
import type { SpooledFile } from '../recordings/spool.ts';
import { prepared } from '../store/prepared.ts';
import type { Tables } from '../store/schema.ts';

export type RecordingRow = Selectable<Tables['recording']>;

/** What names a recording within its call. */
export interface RecordingName {
  readonly callId: string;
  readonly key: string;
}

type Handle = Kysely<Tables> | Transaction<Tables>;

/** A recording of a call by the key that its step names. */
export async function findRecording(
  handle: Handle,
  of: RecordingName,
): Promise<RecordingRow | undefined> {
  return await handle
    .selectFrom('recording')
    .selectAll()
    .where('call_id', '=', of.callId)
    .where('key', '=', of.key)
    .executeTakeFirst();
}

/**
 * A recording by its id alone, for whoever proved by a signature that he may have it; `held` when its
 * organization is suspended or being deleted.
 */
export async function findRecordingById(
  handle: Handle,
  id: string,
): Promise<(RecordingRow & { readonly held: boolean }) | undefined> {
  const row = await handle
    .selectFrom('recording')
    .leftJoin('organization_hold as hold', 'hold.organization_id', 'recording.organization_id')
    .selectAll('recording')
    .select('hold.state as hold')
    .where('recording.id', '=', id)
    .executeTakeFirst();
  return row === undefined ? undefined : { ...row, held: row.hold !== null };
}

/** All recordings of a call of an organization, in the order in which they became known. */
export async function selectRecordings(
  handle: Handle,
  of: { readonly organizationId: string; readonly callId: string },
): Promise<readonly RecordingRow[]> {
  return await handle
    .selectFrom('recording')
    .selectAll()
    .where('organization_id', '=', of.organizationId)
    .where('call_id', '=', of.callId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

/** The recordings of a call whose bytes are here and can be read. */
export async function selectStored(
  handle: Handle,
  callId: string,
): Promise<readonly { readonly id: string; readonly key: string }[]> {
  return await selectStoredOf(handle, { callId });
}

// A bound state makes SQLite plan the statement anew at each run, since an index is of some states only.
const selectStoredOf = prepared((handle, given: { readonly callId: string }) =>
  handle
    .selectFrom('recording')
    .select(['id', 'key'])
    .where('call_id', '=', given.callId)
    .where(sql<boolean>`state = 'stored'`)
    .where('failure', 'is', null),
);

/**
 * Whether the same bytes came for this call before, and were not lost since: announced under two
 * addresses, for example.
 */
export async function hasEarlierTwin(handle: Handle, of: RecordingRow): Promise<boolean> {
  const { id, stored_at: storedAt } = of;
  const row = await handle
    .selectFrom('recording')
    .select('id')
    .where('call_id', '=', of.call_id)
    .where('sha256', '=', of.sha256)
    .where('failure', 'is', null)
    .where('id', '<>', id)
    .where((eb) =>
      eb.or([
        eb('stored_at', '<', storedAt),
        eb.and([eb('stored_at', '=', storedAt), eb('id', '<', id)]),
      ]),
    )
    .executeTakeFirst();
  return row !== undefined;
}

/** Adds a recording that is in the spool. The caller holds the lock of its call. */
export async function insertStored(
  transaction: Transaction<Tables>,
  row: RecordingName & {
    readonly id: string;
    readonly organizationId: string;
    readonly spooled: SpooledFile;
    readonly mediaType: string | undefined;
    readonly filename: string | undefined;
    readonly now: number;
  },
): Promise<void> {
  await transaction
    .insertInto('recording')
    .values({
      id: row.id,
      organization_id: row.organizationId,
      call_id: row.callId,
      key: row.key,
      state: 'stored',
      source_url: null,
      address: null,
      ...storedColumns(row.spooled, row.now),
      media_type: row.mediaType ?? null,
      filename: row.filename ?? null,
      created_at: row.now,
    })
    .execute();
  await countRecording(transaction, row);
}

/**
 * The bytes of a known recording have come: fetched, or handed over after they could not be had.
 * False when somebody else was faster.
 */
export async function markStored(
  transaction: Transaction<Tables>,
  of: {
    readonly id: string;
    readonly spooled: SpooledFile;
    readonly mediaType?: string | undefined;
    readonly filename?: string | undefined;
    readonly now: number;
  },
): Promise<boolean> {
  const updated = await transaction
    .updateTable('recording')
    .set({
      state: 'stored',
      ...storedColumns(of.spooled, of.now),
      media_type: of.mediaType ?? of.spooled.mediaType ?? null,
      ...(of.filename === undefined ? {} : { filename: of.filename }),
    })
    .where('id', '=', of.id)
    .where((eb) => eb.or([eb('state', '<>', 'stored'), eb('failure', 'is not', null)]))
    .returning('organization_id as organizationId')
    .executeTakeFirst();
  if (updated !== undefined) await countRecording(transaction, { ...of, ...updated });
  return updated !== undefined;
}

async function countRecording(
  transaction: Transaction<Tables>,
  of: {
    readonly id: string;
    readonly organizationId: string;
    readonly spooled: SpooledFile;
    readonly now: number;
  },
): Promise<void> {
  const counts = { recordings: 1, recording_bytes: of.spooled.size };
  await countUsage(transaction, of, { id: of.id, at: of.now, counts });
}

function storedColumns(spooled: SpooledFile, now: number) {
  return {
    file: spooled.file,
    size: spooled.size,
    sha256: spooled.sha256,
    seconds: spooled.seconds ?? null,
    stored_at: now,
    failure: null,
    message: null,
    ready_at: null,
  };
}

/** Notes why a recording cannot be had, unless other bytes of it than `file` have come meanwhile. */
export async function markFailed(
  transaction: Transaction<Tables>,
  of: {
    readonly id: string;
    /** As the row was read; `null` for one whose bytes never came. */
    readonly file: string | null;
    readonly failure: string;
    readonly message: string;
  },
): Promise<void> {
  await transaction
    .updateTable('recording')
    .set({ failure: of.failure, message: of.message, ready_at: null })
    .where('id', '=', of.id)
    .where('file', 'is not distinct from', of.file)
    .where('state', '<>', 'deleted')
    .where('failure', 'is', null)
    .execute();
}

/** A fetch that may go better later. */
export async function markLater(
  transaction: Transaction<Tables>,
  of: { readonly id: string; readonly message?: string; readonly readyAt: number },
): Promise<void> {
  await transaction
    .updateTable('recording')
    .set({
      ready_at: of.readyAt,
      ...(of.message === undefined ? {} : { message: of.message }),
    })
    .where('id', '=', of.id)
    .where(sql<boolean>`state = 'announced'`)
    .where('failure', 'is', null)
    .execute();
}

/** Somebody asked for another try: what was wrong is forgotten, and the clock begins anew. */
export async function forgetFailure(
  transaction: Transaction<Tables>,
  of: RecordingName & { readonly now: number },
): Promise<void> {
  await transaction
    .updateTable('recording')
    .set({ failure: null, message: null, first_at: null, ready_at: of.now })
    .where('call_id', '=', of.callId)
    .where('key', '=', of.key)
    .where('failure', 'is not', null)
    .execute();
}

/** Steps of a call need these recordings: from now on they are fetched, and kept for links. */
export async function wantRecordings(
  transaction: Transaction<Tables>,
  of: {
    readonly callId: string;
    readonly steps: readonly {
      readonly method: string;
      readonly recordingKey?: string;
      readonly skipped?: unknown;
    }[];
    readonly now: number;
  },
): Promise<void> {
  const wanted = of.steps.filter((step) => step.skipped === undefined);
  for (const { method, recordingKey } of wanted) {
    if (recordingKey === undefined) continue;
    const linked = method === 'UploadFile' ? {} : { linked: 1 };
    await transaction
      .updateTable('recording')
      .set((eb) => ({ ready_at: eb.fn.coalesce('ready_at', eb.val(of.now)), ...linked }))
      .where('call_id', '=', of.callId)
      .where('key', '=', recordingKey)
      .execute();
  }
}

/**
 * Makes the steps that wait for a recording due, on all connections of its call; with `parked` those
 * too that were parked because it could not be had. The lanes are locked first, as everywhere.
 */
export async function wakeSteps(
  transaction: Transaction<Tables>,
  of: RecordingName & { readonly parked?: true; readonly now: number },
): Promise<void> {
  const lanes = await transaction
    .updateTable('lane')
    .set((eb) => ({ revision: eb('revision', '+', 1), updated_at: of.now }))
    .where('call_id', '=', of.callId)
    .where('id', 'in', (eb) =>
      eb.selectFrom('step').select('step.lane_id').where('step.recording_key', '=', of.key),
    )
    .returning('id')
    .execute();
  if (lanes.length === 0) return;
  const ids = lanes.map(({ id }) => id);
  // A claimed lane gets its state from whoever holds it.
  await transaction
    .updateTable('lane')
    .set({ state: 'ready', ready_at: of.now })
    .where('id', 'in', ids)
    .where('state', '<>', 'leased')
    .execute();
  const steps = transaction
    .updateTable('step')
    .set({ ready_at: of.now, updated_at: of.now })
    .where('recording_key', '=', of.key)
    .where('lane_id', 'in', ids);
  await steps.where('state', '=', 'pending').execute();
  if (of.parked === undefined) return;
  await steps
    .set({
      state: 'pending',
      reason: null,
      message: 'The recording was handed over',
      attempts: 0,
      first_at: null,
    })
    .where('state', '=', 'parked')
    .where('reason', 'like', 'recording%')
    .execute();
}

/** Recordings in the spool that nothing needs any more. Times are epoch milliseconds. */
export async function findDelivered(
  handle: Kysely<Tables>,
  of: {
    /** All steps were settled before. */
    readonly before: number;
    /** Those that a CRM links to were stored before. */
    readonly linkedBefore: number;
    readonly limit: number;
  },
): Promise<readonly RecordingRow[]> {
  return await handle
    .selectFrom('recording')
    .selectAll()
    // Written out: a partial index is not used for a bound value.
    .where(sql<boolean>`state = 'stored'`)
    .where('stored_at', '<', of.before)
    .where((eb) => eb.or([eb('linked', 'is', null), eb('stored_at', '<', of.linkedBefore)]))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('step')
            .innerJoin('lane', 'lane.id', 'step.lane_id')
            .select('step.id')
            .whereRef('lane.call_id', '=', 'recording.call_id')
            .whereRef('step.recording_key', '=', 'recording.key')
            .where((eb) =>
              eb.or([
                eb('step.state', 'in', ['pending', 'sending', 'unknown', 'parked']),
                eb('step.updated_at', '>=', of.before),
              ]),
            ),
        ),
      ),
    )
    .orderBy('stored_at')
    .limit(of.limit)
    .execute();
}

/** The bytes of a recording go; what is known of it stays. */
export async function markDeleted(transaction: Transaction<Tables>, id: string): Promise<void> {
  await transaction
    .updateTable('recording')
    .set({ state: 'deleted', file: null })
    .where('id', '=', id)
    .execute();
}

/** Those of some files of the spool that no recording names. */
export async function findUnnamed(
  handle: Kysely<Tables>,
  files: readonly string[],
): Promise<readonly string[]> {
  if (files.length === 0) return [];
  const named = await handle
    .selectFrom('recording')
    .select('file')
    .where('file', 'in', files)
    .execute();
  const known = new Set(named.map((row) => row.file));
  return files.filter((file) => !known.has(file));
}
