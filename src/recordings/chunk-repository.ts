import { sql } from 'kysely';
import type { Kysely, Transaction } from 'kysely';

import type { Tables } from '../store/schema.ts';

/** Adds a sealed chunk of a file; the same one again changes nothing. */
export async function insertChunk(
  transaction: Transaction<Tables>,
  chunk: {
    readonly file: string;
    readonly number: number;
    readonly sealed: Uint8Array;
    readonly now: number;
  },
): Promise<void> {
  await transaction
    .insertInto('recording_chunk')
    .values({
      file: chunk.file,
      number: chunk.number,
      sealed: chunk.sealed,
      written_at: chunk.now,
    })
    .onConflict((conflict) => conflict.columns(['file', 'number']).doNothing())
    .execute();
}

/** Bytes of a sealed chunk from `at`, at most `length`; `undefined` when the chunk is not there. */
export async function selectSlice(
  handle: Kysely<Tables>,
  of: {
    readonly file: string;
    readonly number: number;
    readonly at: number;
    readonly length: number;
  },
): Promise<Uint8Array | undefined> {
  const row = await handle
    .selectFrom('recording_chunk')
    .select(sql<Uint8Array>`substr(sealed, ${of.at + 1}, ${of.length})`.as('slice'))
    .where('file', '=', of.file)
    .where('number', '=', of.number)
    .executeTakeFirst();
  return row?.slice;
}

/** Removes some chunks of a file, the last ones first; returns how many went. */
export async function deleteChunks(
  transaction: Transaction<Tables>,
  of: { readonly file: string; readonly limit: number },
): Promise<number> {
  const numbers = transaction
    .selectFrom('recording_chunk')
    .select('number')
    .where('file', '=', of.file)
    .orderBy('number', 'desc')
    .limit(of.limit);
  const result = await transaction
    .deleteFrom('recording_chunk')
    .where('file', '=', of.file)
    .where('number', 'in', numbers)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Files whose last chunk was written before a moment, the oldest first. */
export async function selectFilesWrittenBefore(
  handle: Kysely<Tables>,
  of: { readonly writtenBefore: number; readonly limit: number },
): Promise<readonly string[]> {
  const rows = await handle
    .selectFrom('recording_chunk')
    .select('file')
    .groupBy('file')
    .having((eb) => eb(eb.fn.max('written_at'), '<', of.writtenBefore))
    .orderBy((eb) => eb.fn.max('written_at'))
    .limit(of.limit)
    .execute();
  return rows.map(({ file }) => file);
}
