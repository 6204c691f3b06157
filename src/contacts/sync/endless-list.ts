import type { ContactKey } from '../contact-record.ts';

/** Pages in a row that tell of nobody new. */
const MOST_PAGES = 20;
/** Of a million contacts one in forty seems known, and never all of so many pages. */
const BITS = 2 ** 23;
const BITS_PER_KEY = 4;

/** Sees a list that tells of the same contacts for ever, under marks that are always new. */
export interface EndlessWatch {
  /** Takes in whom a page tells of: of the method object at this place. */
  told(object: number, key: ContactKey): void;
  /** A page is whole; true when so many in a row told of nobody new that the list has no end. */
  pageEnds(): boolean;
}

/** Makes the watch over one reading; it holds 1 MiB, however long the list is. */
export function createEndlessWatch(): EndlessWatch {
  const bits = new Uint8Array(BITS / 8);
  let place = 0;
  let told = 0;
  let fresh = 0;
  let pages = 0;
  return {
    told: (object, key) => {
      // Another list of the document may tell of the same ones once more.
      if (object !== place) bits.fill(0);
      place = object;
      told += 1;
      if (add(bits, key)) fresh += 1;
    },
    pageEnds: () => {
      if (fresh > 0) pages = 0;
      else if (told > 0) pages += 1;
      [told, fresh] = [0, 0];
      return pages >= MOST_PAGES;
    },
  };
}

/** Sets the bits of a key; true when one of them was not set yet. */
function add(bits: Uint8Array, { contactType, crmId }: ContactKey): boolean {
  const first = hash(crmId, hash(contactType, 0x811c9dc5));
  const step = hash(crmId, 0x9e3779b9) | 1;
  let isNew = false;
  for (let count = 0; count < BITS_PER_KEY; count += 1) {
    const bit = (first + Math.imul(step, count)) & (BITS - 1);
    const byte = bits[bit >> 3] ?? 0;
    const mask = 1 << (bit & 7);
    if ((byte & mask) === 0) {
      bits[bit >> 3] = byte | mask;
      isNew = true;
    }
  }
  return isNew;
}

/** FNV-1a over the characters: https://www.ietf.org/archive/id/draft-eastlake-fnv-17.html, section 2. */
function hash(text: string, from: number): number {
  let value = from;
  for (let at = 0; at < text.length; at += 1) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  }
  // The low bits, which are used, are the weak ones.
  return value ^ (value >>> 15);
}
