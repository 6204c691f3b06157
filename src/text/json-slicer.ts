import { GatheredBytes } from './gathered-bytes.ts';

/** Why a text cannot be cut. */
export class SliceFault extends Error {
  readonly code: 'not_json' | 'twice' | 'too_deep' | 'element_too_large' | 'envelope_too_large';

  constructor(code: SliceFault['code']) {
    super(`The JSON cannot be cut: ${code}.`);
    this.name = 'SliceFault';
    this.code = code;
  }
}

export interface SliceLimits {
  /** Of the whole text: brackets inside brackets. */
  readonly depth: number;
  readonly elementBytes: number;
  /** Of what stands outside the list. */
  readonly envelopeBytes: number;
  /** About as many bytes of elements come at once. */
  readonly batchBytes: number;
}

/** Some elements of the list, as they came. */
export interface SlicedElements {
  /** In UTF-8: a JSON array, not yet checked. */
  readonly array: Uint8Array;
  /** A number in it has many digits or an exponent: a double may not keep it. */
  readonly longNumbers: boolean;
  /** A text in it has an escape such as `\u0000`. */
  readonly escapes: boolean;
}

const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const LETTER_U = 0x75;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** What a byte outside of texts is; all that is not named is passed over. */
const KINDS = new Uint8Array(256);
const SIGN = 1;
const DIGIT = 2;
const EXPONENT = 3;
const BLANK = 4;
for (const sign of [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT, QUOTE, COMMA, COLON]) {
  KINDS[sign] = SIGN;
}
for (let digit = 0x30; digit <= 0x39; digit += 1) KINDS[digit] = DIGIT;
for (const letter of [0x65, 0x45]) KINDS[letter] = EXPONENT;
for (const blank of [0x20, 0x09, 0x0a, 0x0d]) KINDS[blank] = BLANK;

/** As `NEEDS_CARE` of lossless-json.ts. */
const LONG_NUMBER_DIGITS = 16;

/**
 * Cuts the elements of one list out of a JSON text that comes in pieces, without reading a value: it
 * knows brackets, texts and the keys that lead to the list. What it cuts is checked by whoever parses
 * it. What stands outside the list is kept, with the list's first element in its place. U+0000 and a
 * byte order mark go, as where a whole body is decoded. Bytes that are no UTF-8 are passed on.
 */
export class JsonSlicer {
  readonly #path: readonly string[];
  readonly #limits: SliceLimits;
  readonly #envelope = new GatheredBytes();
  /** What has begun in earlier pieces: an element of the list, and a key outside it. */
  readonly #begun = new GatheredBytes();
  readonly #key = new GatheredBytes();
  #where: 'before' | 'inside' | 'behind' = 'before';
  #isFirst = true;
  /** A comma of the list was the last: an element must come. */
  #owesElement = false;
  #depth = 0;
  #listDepth = 0;
  #inText = false;
  #escaped = false;
  /** Keys of the path by which the innermost object on it was reached. */
  #matched = 0;
  /** In that object a key comes next; the text is one; the value that comes next is the path's. */
  #keyNext = false;
  #isKey = false;
  #leadsOn = false;
  #digits = 0;
  /** Of the element that has begun, and of those that are whole and not given yet. */
  #begunHas = { longNumbers: false, escapes: false };
  #wholeHas = { longNumbers: false, escapes: false };
  #marks = 0;

  constructor(path: readonly string[], limits: SliceLimits) {
    this.#path = path;
    this.#limits = limits;
  }

  /** True once the list has begun. */
  get hasBegun(): boolean {
    return this.#where !== 'before';
  }

  /** Takes the next bytes, which it may keep, and gives elements that are whole. Throws a `SliceFault`. */
  *take(piece: Uint8Array): Generator<SlicedElements, void> {
    const bytes = this.#cleaned(piece);
    let at = 0;
    while (at < bytes.length) {
      if (this.#where !== 'inside') {
        at = this.#outside(bytes, at);
        continue;
      }
      const cut = this.#inside(bytes, at);
      if (cut.elements !== undefined) yield cut.elements;
      ({ at } = cut);
    }
  }

  /**
   * What stood outside the list, the list with its first element: JSON that is not yet checked. The
   * whole text where the list was not found. Throws a `SliceFault` for a list that did not end.
   */
  end(): Uint8Array {
    if (this.#where === 'inside') throw new SliceFault('not_json');
    return this.#envelope.joined();
  }

  #cleaned(piece: Uint8Array): Uint8Array {
    let bytes = piece.includes(0) ? piece.filter((byte) => byte !== 0) : piece;
    while (this.#marks < BYTE_ORDER_MARK.length && bytes.length > 0) {
      if (bytes[0] !== BYTE_ORDER_MARK[this.#marks]) {
        // What only began like one stays, and is no JSON.
        if (this.#marks > 0) throw new SliceFault('not_json');
        this.#marks = BYTE_ORDER_MARK.length;
        break;
      }
      this.#marks += 1;
      bytes = bytes.subarray(1);
    }
    return bytes;
  }

  /** Goes on outside the list; answers where the list begins, or the end. */
  #outside(bytes: Uint8Array, start: number): number {
    let at = start;
    for (; at < bytes.length; at += 1) {
      if (this.#inText) {
        at = this.#text(bytes, at);
        continue;
      }
      const byte = bytes[at] ?? 0;
      const kind = KINDS[byte];
      if (kind === BLANK) continue;
      if (kind !== SIGN) {
        this.#leadsOn = false;
        continue;
      }
      if (byte === OPEN_LIST && this.#isList()) {
        this.#keep(bytes.subarray(start, at + 1));
        this.#where = 'inside';
        this.#deeper();
        this.#listDepth = this.#depth;
        return at + 1;
      }
      this.#sign(byte);
    }
    this.#keep(bytes.subarray(start));
    return at;
  }

  #isList(): boolean {
    if (this.#where !== 'before') return false;
    return this.#path.length === 0
      ? this.#depth === 0
      : this.#leadsOn && this.#matched === this.#path.length - 1;
  }

  #sign(byte: number): void {
    switch (byte) {
      case QUOTE:
        this.#inText = true;
        this.#isKey = this.#keyNext && this.#isOnPath();
        this.#keyNext = false;
        if (!this.#isKey) this.#leadsOn = false;
        break;
      case OPEN_OBJECT:
        this.#deeper();
        if (this.#leadsOn && this.#matched < this.#path.length - 1) this.#matched += 1;
        this.#leadsOn = false;
        this.#keyNext = this.#isOnPath();
        break;
      case OPEN_LIST:
        this.#deeper();
        this.#leadsOn = false;
        this.#keyNext = false;
        break;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        if (this.#isOnPath() && this.#matched > 0) this.#matched -= 1;
        this.#depth -= 1;
        if (this.#depth < 0) throw new SliceFault('not_json');
        this.#leadsOn = false;
        this.#keyNext = false;
        break;
      case COMMA:
        this.#leadsOn = false;
        this.#keyNext = this.#isOnPath();
        break;
      default:
        // A colon: the value of the key is next.
        break;
    }
  }

  #deeper(): void {
    this.#depth += 1;
    if (this.#depth > this.#limits.depth) throw new SliceFault('too_deep');
  }

  #keep(bytes: Uint8Array): void {
    this.#envelope.add(bytes);
    if (this.#envelope.length > this.#limits.envelopeBytes) {
      throw new SliceFault('envelope_too_large');
    }
  }

  /** True right inside the innermost object on the path. */
  #isOnPath(): boolean {
    return this.#path.length > 0 && this.#depth === this.#matched + 1;
  }

  /** Goes through a text; answers where it ends, or the last place of the piece. */
  #text(bytes: Uint8Array, start: number): number {
    let at = start;
    for (; at < bytes.length; at += 1) {
      if (this.#escaped) {
        this.#escaped = false;
        if (bytes[at] === LETTER_U) this.#begunHas.escapes = true;
        continue;
      }
      // Most of a text is neither.
      while (at < bytes.length && bytes[at] !== QUOTE && bytes[at] !== BACKSLASH) at += 1;
      if (at >= bytes.length) break;
      if (bytes[at] === BACKSLASH) {
        this.#escaped = true;
        continue;
      }
      this.#inText = false;
      if (this.#isKey) {
        this.#key.add(bytes.subarray(start, at));
        this.#keyEnds();
      }
      return at;
    }
    if (this.#isKey) this.#key.add(bytes.subarray(start, at));
    return bytes.length - 1;
  }

  #keyEnds(): void {
    const written = new TextDecoder().decode(this.#key.joined());
    this.#key.clear();
    this.#isKey = false;
    this.#leadsOn = keyOf(written) === this.#path[this.#matched];
    // Of two members with one key the last counts, and the records of the first are given away.
    if (this.#leadsOn && this.#where === 'behind') throw new SliceFault('twice');
  }

  /** Goes on inside the list, to the end of a batch, of the piece, or of the list. */
  #inside(bytes: Uint8Array, start: number): Cut {
    const { batchBytes, depth: mostDepth } = this.#limits;
    const listDepth = this.#listDepth;
    let depth = this.#depth;
    let digits = this.#digits;
    /** Where the element at hand begins in this piece. */
    let from = start;
    for (let at = start; at < bytes.length; at += 1) {
      if (this.#inText) {
        at = this.#text(bytes, at);
        continue;
      }
      const byte = bytes[at] ?? 0;
      const kind = KINDS[byte];
      if (kind === DIGIT) {
        digits += 1;
        if (digits === LONG_NUMBER_DIGITS) this.#begunHas.longNumbers = true;
        continue;
      }
      if (kind === EXPONENT && digits > 0) this.#begunHas.longNumbers = true;
      digits = 0;
      if (kind !== SIGN) continue;
      if (byte === QUOTE) this.#inText = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        depth += 1;
        if (depth > mostDepth) throw new SliceFault('too_deep');
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        if (depth === listDepth) return this.#close(bytes, { start, from, at });
        depth -= 1;
      } else if (byte === COMMA && depth === listDepth) {
        this.#elementEnds(bytes, { start, from, at });
        from = at + 1;
        this.#owesElement = true;
        if (from - start >= batchBytes) {
          this.#depth = depth;
          this.#digits = 0;
          return { at: from, elements: this.#elements(bytes.subarray(start, at)) };
        }
      }
    }
    this.#depth = depth;
    this.#digits = digits;
    const elements = from === start ? undefined : this.#elements(bytes.subarray(start, from - 1));
    this.#begun.add(bytes.subarray(from));
    if (this.#begun.length > this.#limits.elementBytes) throw new SliceFault('element_too_large');
    return { at: bytes.length, elements };
  }

  /** The element at hand ends; where it is the first of this piece, some of it may have come before. */
  #elementEnds(bytes: Uint8Array, { start, from, at }: Place): void {
    const before = from === start ? this.#begun.length : 0;
    if (before + at - from > this.#limits.elementBytes) throw new SliceFault('element_too_large');
    this.#wholeHas.longNumbers ||= this.#begunHas.longNumbers;
    this.#wholeHas.escapes ||= this.#begunHas.escapes;
    this.#begunHas = { longNumbers: false, escapes: false };
    if (!this.#isFirst) return;
    this.#isFirst = false;
    this.#envelope.add(this.#begun.joined());
    this.#envelope.add(bytes.subarray(from, at));
  }

  /** The last elements; the bracket itself belongs to what is outside. */
  #close(bytes: Uint8Array, place: Place): Cut {
    const { start, at } = place;
    if (bytes[at] !== CLOSE_LIST) throw new SliceFault('not_json');
    this.#elementEnds(bytes, place);
    this.#depth = this.#listDepth;
    this.#where = 'behind';
    const rest = bytes.subarray(start, at);
    if (!isBlank(this.#begun.bytes) || !isBlank(rest))
      return { at, elements: this.#elements(rest) };
    if (this.#owesElement) throw new SliceFault('not_json');
    this.#begun.clear();
    return { at };
  }

  #elements(rest: Uint8Array): SlicedElements {
    // Nothing before a comma would be no fault in a list of its own.
    if (isBlank(this.#begun.bytes) && isBlank(rest)) throw new SliceFault('not_json');
    const array = this.#begun.joined(rest, LIST_SIGNS);
    this.#begun.clear();
    const has = this.#wholeHas;
    this.#wholeHas = { longNumbers: false, escapes: false };
    return { array, ...has };
  }
}

/** A place in a piece: where the piece, the element at hand and what ends it begin. */
interface Place {
  readonly start: number;
  readonly from: number;
  readonly at: number;
}

interface Cut {
  /** Where it goes on. */
  readonly at: number;
  readonly elements?: SlicedElements | undefined;
}

/** The text of a key, its escapes undone. */
function keyOf(written: string): string | undefined {
  if (!written.includes('\\')) return written;
  try {
    const key: unknown = JSON.parse(`"${written}"`);
    return typeof key === 'string' ? key : undefined;
  } catch {
    return undefined;
  }
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => KINDS[byte] === BLANK);
}

const LIST_SIGNS = [OPEN_LIST, CLOSE_LIST];
