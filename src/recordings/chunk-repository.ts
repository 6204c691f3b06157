import { sql } from 'kysely';
import type { Kysely, Transaction } from 'kysely';

import type { Database } from '../store/database.ts';
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

/**
 * Copies bytes of a sealed chunk from `at`, at most `length`, to the same place of a buffer; returns
 * how many, `undefined` when the chunk is not there. PostgreSQL's driver knows no binary answers: of
 * bytes it makes a text twice as long and a buffer beside it. Base64 is shorter, and is decoded to
 * where the bytes belong.
 */
export async function copySlice(
  database: Pick<Database, 'dialect' | 'read'>,
  of: {
    readonly file: string;
    readonly number: number;
    readonly at: number;
    readonly length: number;
  },
  into: Buffer,
): Promise<number | undefined> {
  const bytes = sql<string | Uint8Array>`substr(sealed, ${of.at + 1}, ${of.length})`;
  const text = sql<string | Uint8Array>`encode(${bytes}, 'base64')`;
  const slice = database.dialect === 'postgres' ? text : bytes;
  const row = await database.read
    .selectFrom('recording_chunk')
    .select(slice.as('slice'))
    .where('file', '=', of.file)
    .where('number', '=', of.number)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  if (typeof row.slice === 'string') return into.write(row.slice, of.at, 'base64');
  into.set(row.slice, of.at);
  return row.slice.length;
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
