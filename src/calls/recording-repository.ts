import { sql } from 'kysely';
import type { Kysely, Selectable, Transaction } from 'kysely';

import type { SpooledFile } from '../recordings/spool.ts';
import type { Tables } from '../store/schema.ts';

export type RecordingRow = Selectable<Tables['recording']>;

/** A recording of a call by the key that its step names. */
export async function findRecording(
  handle: Kysely<Tables>,
  of: { readonly callId: string; readonly key: string },
): Promise<RecordingRow | undefined> {
  return await handle
    .selectFrom('recording')
    .selectAll()
    .where('call_id', '=', of.callId)
    .where('key', '=', of.key)
    .executeTakeFirst();
}

/** Whether a call has a recording of these bytes. */
export async function hasBytes(
  handle: Kysely<Tables> | Transaction<Tables>,
  of: { readonly callId: string; readonly sha256: string },
): Promise<boolean> {
  const row = await handle
    .selectFrom('recording')
    .select('id')
    .where('call_id', '=', of.callId)
    .where('sha256', '=', of.sha256)
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether the same bytes came for this call before: announced under two addresses, for example. */
export async function hasEarlierTwin(handle: Kysely<Tables>, of: RecordingRow): Promise<boolean> {
  const { id, stored_at: storedAt } = of;
  const row = await handle
    .selectFrom('recording')
    .select('id')
    .where('call_id', '=', of.call_id)
    .where('sha256', '=', of.sha256)
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

/** Adds a recording that is in the spool; false when this call has it already. */
export async function insertStored(
  transaction: Transaction<Tables>,
  row: {
    id: string;
    organizationId: string;
    callId: string;
    key: string;
    spooled: SpooledFile;
    mediaType: string | undefined;
    filename: string | undefined;
    now: number;
  },
): Promise<boolean> {
  const inserted = await transaction
    .insertInto('recording')
    .values({
      id: row.id,
      organization_id: row.organizationId,
      call_id: row.callId,
      key: row.key,
      state: 'stored',
      source_url: null,
      file: row.spooled.file,
      size: row.spooled.size,
      sha256: row.spooled.sha256,
      media_type: row.mediaType ?? null,
      filename: row.filename ?? null,
      message: null,
      created_at: row.now,
      stored_at: row.now,
    })
    .onConflict((conflict) => conflict.columns(['call_id', 'key']).doNothing())
    .returning('id')
    .executeTakeFirst();
  return inserted !== undefined;
}

/** An announced recording has been fetched; false when somebody else was faster. */
export async function markStored(
  transaction: Transaction<Tables>,
  of: { id: string; spooled: SpooledFile; now: number },
): Promise<boolean> {
  const updated = await transaction
    .updateTable('recording')
    .set({
      state: 'stored',
      file: of.spooled.file,
      size: of.spooled.size,
      sha256: of.spooled.sha256,
      media_type: of.spooled.mediaType ?? null,
      stored_at: of.now,
    })
    .where('id', '=', of.id)
    .where('state', '<>', 'stored')
    .returning('id')
    .executeTakeFirst();
  return updated !== undefined;
}

/** Recordings in the spool whose uploads are all settled since before `before`. */
export async function findDelivered(
  handle: Kysely<Tables>,
  of: { readonly before: number; readonly limit: number },
): Promise<readonly RecordingRow[]> {
  return await handle
    .selectFrom('recording')
    .selectAll()
    // Written out: a partial index is not used for a bound value.
    .where(sql<boolean>`state = 'stored'`)
    .where('stored_at', '<', of.before)
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
