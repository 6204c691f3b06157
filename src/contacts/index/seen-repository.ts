import type { Handle } from '../../store/handle.ts';
import type { Tables } from '../../store/schema.ts';
import { contactId, numberOf } from './contact-rows-repository.ts';

/** Contacts of a chunk; 2 KiB of bits. */
const CHUNK = 16_384;

/** Which contacts of which book. */
export interface SeenOf {
  readonly book: number;
  /** Place in `KINDS`. */
  readonly kind: number;
}

/** Notes that the CRM told of the contacts with these numbers: they are there. */
export async function noteSeen(
  handle: Handle,
  of: SeenOf,
  numbers: readonly number[],
): Promise<void> {
  for (const [chunk, places] of placesByChunk(numbers)) {
    const before = await readChunk(handle, of, chunk);
    const change = {
      bits: withBits(before.bits, places),
      deleted: before.deleted === NOBODY ? null : withoutBits(before.deleted, places),
    };
    await writeChunk(handle, { ...of, chunk }, change);
  }
}

/** Notes that the CRM calls the contacts with these numbers deleted. */
export async function noteDeleted(
  handle: Handle,
  of: SeenOf,
  numbers: readonly number[],
): Promise<void> {
  for (const [chunk, places] of placesByChunk(numbers)) {
    const before = await readChunk(handle, of, chunk);
    const change = {
      bits: withoutBits(before.bits, places),
      deleted: withBits(before.deleted, places),
    };
    await writeChunk(handle, { ...of, chunk }, change);
  }
}

/** Whom the CRM called deleted is gone, or stays by a person's word. */
export async function forgetDeleted(handle: Handle, of: SeenOf): Promise<void> {
  await handle
    .updateTable('contact_seen')
    .set({ deleted: null })
    .where('book', '=', of.book)
    .where('kind', '=', of.kind)
    .where('deleted', 'is not', null)
    .execute();
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
    await writeChunk(handle, { ...of, chunk }, { missed: withBits(NOBODY, places) });
  }
}

/** Contacts that the CRM did not tell of, or called deleted, by their ids. */
export interface Unseen {
  readonly ids: readonly number[];
  /** Those of them that the full pass before has not seen either, or that the CRM called deleted. */
  readonly again: readonly number[];
  /** Contacts that were not looked at: we made them, and lists of CRMs lag. */
  readonly young: number;
}

/**
 * Those that may be gone, chunk by chunk: whom the CRM calls deleted, and, where `unseen` says so, whom it
 * did not tell of since the last full pass began; of these not what we made since `madeBefore`.
 */
export async function findUnseen(
  handle: Handle,
  of: SeenOf,
  range: {
    readonly nextNumber: number;
    readonly madeBefore: number;
    readonly unseen: boolean;
  },
): Promise<Unseen> {
  const ids: number[] = [];
  const again: number[] = [];
  let young = 0;
  for (let from = 0; from < range.nextNumber; from += CHUNK) {
    const { bits, missed, deleted } = await readChunk(handle, of, from / CHUNK);
    if (!range.unseen && deleted === NOBODY) continue;
    const rows = await handle
      .selectFrom('contact')
      .select(['id', 'made', 'changed_at'])
      .where('id', '>=', contactId(of.book, from))
      .where('id', '<', contactId(of.book, from + CHUNK))
      .where('kind', '=', of.kind)
      .execute();
    for (const { id, made, changed_at: changedAt } of rows) {
      const place = numberOf(id) - from;
      const isDeleted = hasBit(deleted, place);
      if (hasBit(bits, place) || (!isDeleted && !range.unseen)) continue;
      if (!isDeleted && made !== 0 && changedAt >= range.madeBefore) {
        young += 1;
        continue;
      }
      ids.push(id);
      if (isDeleted || hasBit(missed, place)) again.push(id);
    }
  }
  return { ids, again, young };
}

const NOBODY = new Uint8Array(CHUNK / 8);

async function readChunk(
  handle: Handle,
  of: SeenOf,
  chunk: number,
): Promise<Record<'bits' | 'missed' | 'deleted', Uint8Array>> {
  const row = await handle
    .selectFrom('contact_seen')
    .select(['bits', 'missed', 'deleted'])
    .where('book', '=', of.book)
    .where('kind', '=', of.kind)
    .where('chunk', '=', chunk)
    .executeTakeFirst();
  const { bits, missed, deleted } = row ?? {};
  return { bits: bits ?? NOBODY, missed: missed ?? NOBODY, deleted: deleted ?? NOBODY };
}

async function writeChunk(
  handle: Handle,
  of: SeenOf & { readonly chunk: number },
  change: Partial<Omit<Tables['contact_seen'], keyof typeof of>>,
): Promise<void> {
  await handle
    .insertInto('contact_seen')
    .values({ ...of, ...{ bits: NOBODY, missed: null, deleted: null }, ...change })
    .onConflict((conflict) => conflict.columns(['book', 'kind', 'chunk']).doUpdateSet(change))
    .execute();
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

function withoutBits(before: Uint8Array, places: readonly number[]): Uint8Array {
  const bits = Uint8Array.from(before);
  for (const place of places) bits[place >> 3] = (bits[place >> 3] ?? 0) & ~(1 << (place & 7));
  return bits;
}

function hasBit(bits: Uint8Array, place: number): boolean {
  return ((bits[place >> 3] ?? 0) & (1 << (place & 7))) !== 0;
}
