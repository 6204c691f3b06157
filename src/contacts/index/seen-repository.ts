import type { Handle } from '../../store/handle.ts';
import { contactId, numberOf } from './contact-rows-repository.ts';

/** Contacts of a chunk; 2 KiB of bits. */
const CHUNK = 16_384;

/** Which contacts of which book. */
export interface SeenOf {
  readonly book: number;
  /** Place in `KINDS`. */
  readonly kind: number;
}

/** Notes that the CRM told of the contacts with these numbers. */
export async function noteSeen(
  handle: Handle,
  of: SeenOf,
  numbers: readonly number[],
): Promise<void> {
  const byChunk = new Map<number, number[]>();
  for (const number of numbers) {
    const chunk = Math.floor(number / CHUNK);
    const list = byChunk.get(chunk);
    if (list === undefined) byChunk.set(chunk, [number % CHUNK]);
    else list.push(number % CHUNK);
  }
  for (const [chunk, places] of byChunk) {
    const bits = await readBits(handle, of, chunk);
    for (const place of places) bits[place >> 3] = (bits[place >> 3] ?? 0) | (1 << (place & 7));
    await handle
      .insertInto('contact_seen')
      .values({ ...of, chunk, bits })
      .onConflict((conflict) => conflict.columns(['book', 'kind', 'chunk']).doUpdateSet({ bits }))
      .execute();
  }
}

/** Nobody is seen yet: a full pass begins. */
export async function forgetSeen(handle: Handle, of: SeenOf): Promise<void> {
  await handle
    .deleteFrom('contact_seen')
    .where('book', '=', of.book)
    .where('kind', '=', of.kind)
    .execute();
}

/**
 * Ids of contacts that the CRM did not tell of, chunk by chunk. What we made is left out when it is
 * younger than `madeBefore`: lists of CRMs lag.
 */
export async function findUnseen(
  handle: Handle,
  of: SeenOf,
  range: { readonly nextNumber: number; readonly madeBefore: number },
): Promise<readonly number[]> {
  const unseen: number[] = [];
  for (let from = 0; from < range.nextNumber; from += CHUNK) {
    const bits = await readBits(handle, of, from / CHUNK);
    const rows = await handle
      .selectFrom('contact')
      .select('id')
      .where('id', '>=', contactId(of.book, from))
      .where('id', '<', contactId(of.book, from + CHUNK))
      .where('kind', '=', of.kind)
      .where((eb) => eb.or([eb('made', '=', 0), eb('changed_at', '<', range.madeBefore)]))
      .execute();
    for (const { id } of rows) {
      const place = numberOf(id) - from;
      if (((bits[place >> 3] ?? 0) & (1 << (place & 7))) === 0) unseen.push(id);
    }
  }
  return unseen;
}

async function readBits(handle: Handle, of: SeenOf, chunk: number): Promise<Uint8Array> {
  const row = await handle
    .selectFrom('contact_seen')
    .select('bits')
    .where('book', '=', of.book)
    .where('kind', '=', of.kind)
    .where('chunk', '=', chunk)
    .executeTakeFirst();
  // A driver's buffer may be part of a larger one that it uses again.
  return row === undefined ? new Uint8Array(CHUNK / 8) : Uint8Array.from(row.bits);
}
