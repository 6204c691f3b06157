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
  for (const [chunk, places] of placesByChunk(numbers)) {
    const { bits: before } = await readChunk(handle, of, chunk);
    const bits = withBits(before, places);
    await handle
      .insertInto('contact_seen')
      .values({ ...of, chunk, bits, missed: null })
      .onConflict((conflict) => conflict.columns(['book', 'kind', 'chunk']).doUpdateSet({ bits }))
      .execute();
  }
}

/** Nobody is seen yet: a full pass begins. Who was seen since the last one is no longer missed. */
export async function forgetSeen(handle: Handle, of: SeenOf): Promise<void> {
  const rows = await handle
    .selectFrom('contact_seen')
    .select(['chunk', 'bits', 'missed'])
    .where('book', '=', of.book)
    .where('kind', '=', of.kind)
    .execute();
  for (const { chunk, bits, missed } of rows) {
    const still = missed?.map((byte, at) => byte & ~(bits[at] ?? 0));
    await changeChunk(handle, { ...of, chunk }, { bits: NOBODY, missed: still ?? null });
  }
}

/** Notes that the pass that ends has missed these contacts, and no others. */
export async function noteMissed(
  handle: Handle,
  of: SeenOf,
  ids: readonly number[],
): Promise<void> {
  const byChunk = placesByChunk(ids.map(numberOf));
  await handle
    .updateTable('contact_seen')
    .set({ missed: null })
    .where('book', '=', of.book)
    .where('kind', '=', of.kind)
    .where('missed', 'is not', null)
    .execute();
  for (const [chunk, places] of byChunk) {
    const missed = withBits(NOBODY, places);
    await handle
      .insertInto('contact_seen')
      .values({ ...of, chunk, bits: NOBODY, missed })
      .onConflict((conflict) => conflict.columns(['book', 'kind', 'chunk']).doUpdateSet({ missed }))
      .execute();
  }
}

/** Contacts that a full pass has not seen, by their ids. */
export interface Unseen {
  readonly ids: readonly number[];
  /** Those of them that the full pass before has not seen either. */
  readonly again: readonly number[];
}

/**
 * The contacts that the CRM did not tell of, chunk by chunk. What we made is left out when it is
 * younger than `madeBefore`: lists of CRMs lag.
 */
export async function findUnseen(
  handle: Handle,
  of: SeenOf,
  range: { readonly nextNumber: number; readonly madeBefore: number },
): Promise<Unseen> {
  const ids: number[] = [];
  const again: number[] = [];
  for (let from = 0; from < range.nextNumber; from += CHUNK) {
    const { bits, missed } = await readChunk(handle, of, from / CHUNK);
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
      if (hasBit(bits, place)) continue;
      ids.push(id);
      if (hasBit(missed, place)) again.push(id);
    }
  }
  return { ids, again };
}

const NOBODY = new Uint8Array(CHUNK / 8);

async function readChunk(
  handle: Handle,
  of: SeenOf,
  chunk: number,
): Promise<{ readonly bits: Uint8Array; readonly missed: Uint8Array }> {
  const row = await handle
    .selectFrom('contact_seen')
    .select(['bits', 'missed'])
    .where('book', '=', of.book)
    .where('kind', '=', of.kind)
    .where('chunk', '=', chunk)
    .executeTakeFirst();
  return { bits: row?.bits ?? NOBODY, missed: row?.missed ?? NOBODY };
}

async function changeChunk(
  handle: Handle,
  of: SeenOf & { readonly chunk: number },
  change: { readonly bits: Uint8Array; readonly missed: Uint8Array | null },
): Promise<void> {
  await handle
    .updateTable('contact_seen')
    .set(change)
    .where('book', '=', of.book)
    .where('kind', '=', of.kind)
    .where('chunk', '=', of.chunk)
    .execute();
}

function placesByChunk(numbers: readonly number[]): ReadonlyMap<number, readonly number[]> {
  const byChunk = new Map<number, number[]>();
  for (const number of numbers) {
    const chunk = Math.floor(number / CHUNK);
    const list = byChunk.get(chunk);
    if (list === undefined) byChunk.set(chunk, [number % CHUNK]);
    else list.push(number % CHUNK);
  }
  return byChunk;
}

/** A copy: a driver's buffer may be part of a larger one that it uses again. */
function withBits(before: Uint8Array, places: readonly number[]): Uint8Array {
  const bits = Uint8Array.from(before);
  for (const place of places) bits[place >> 3] = (bits[place >> 3] ?? 0) | (1 << (place & 7));
  return bits;
}

function hasBit(bits: Uint8Array, place: number): boolean {
  return ((bits[place >> 3] ?? 0) & (1 << (place & 7))) !== 0;
}
