import type { FindingCode } from '../findings/finding-codes.ts';
import { numberFromText } from '../json-value.ts';
import { TextRewriter } from './text-rewriter.ts';
import { QUOTES, bareWordAt, commentAt, mendedEnd, straightEnd } from './token-ends.ts';
import { bareWordFix, excerpt, meantLiteral, quoteFault, shorten } from './fault-words.ts';

export interface TextFault {
  readonly code: FindingCode;
  /** In UTF-16 units of the original text. */
  readonly offset: number;
  readonly message: string;
  readonly fix?: string | undefined;
}

export interface MendedText {
  /** The text with its common faults mended: what the author meant. */
  readonly text: string;
  readonly faults: readonly TextFault[];
  /** The text was JSON as it stood, and is not changed. */
  readonly isFaultless: boolean;
  /** False when a fault was found that leaves no sensible reading. */
  readonly readable: boolean;
  /** The offset in the original text that an offset in the mended one comes from. */
  originOf(offset: number): number;
}

/** The deepest nesting read; the deepest known document has 11 levels. */
const MAX_DEPTH = 32;
/** After so many faults the text is no JSON document, and more of them would help nobody. */
const MAX_FAULTS = 100;

/**
 * Rewrites what word processors, chat programs and habits of other languages do to JSON: curly and
 * single quotes, missing quotes, comments, trailing and missing commas, brackets never closed. The
 * result is for reading on; each change is a fault of the document. Linear in the length.
 */
export function mendJson(text: string): MendedText {
  // Most texts are faultless, and the engine's own parser sees that a hundred times faster.
  return isFaultless(text)
    ? { text, faults: [], isFaultless: true, readable: true, originOf: (offset) => offset }
    : new Mender(text).run();
}

function isFaultless(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return isWithin(value, MAX_DEPTH);
  } catch {
    return false;
  }
}

/** True for a value of at most so many objects and arrays inside each other. */
function isWithin(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((each) => isWithin(each, depth - 1));
}

type State = 'key' | 'colon' | 'value' | 'comma';
interface Level {
  readonly close: '}' | ']';
  readonly offset: number;
  state: State;
  /** Where the last comma stands in the mended text, while nothing has followed it. */
  comma: number | undefined;
}

const ODD_BLANK =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u00a0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]/;

class Mender {
  readonly #text: TextRewriter;
  #faults: TextFault[] = [];
  #readable = true;
  #levels: Level[] = [];
  #rootDone = false;

  constructor(source: string) {
    this.#text = new TextRewriter(source);
  }

  run(): MendedText {
    if (this.#text.source.startsWith('\ufeff')) {
      this.#fault('byte_order_mark', 0, 'The file begins with an invisible byte order mark.');
      this.#text.replace('', 1);
    }
    while (this.#readable && this.#text.at < this.#text.source.length) {
      this.#step();
    }
    if (this.#readable) {
      this.#closeAll();
    }
    const text = this.#text;
    return {
      text: text.toString(),
      faults: this.#faults,
      isFaultless: false,
      readable: this.#readable,
      originOf: (offset) => text.originOf(offset),
    };
  }

  #step(): void {
    const char = this.#text.peek();
    if (char === ' ' || char === '\t' || char === '\n' || char === '\r') {
      this.#text.copy(1);
    } else if (ODD_BLANK.test(char)) {
      const code = char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
      this.#fault(
        'invisible_character',
        this.#text.at,
        `An invisible character (U+${code}) stands between the members.`,
        'delete it and type an ordinary blank',
      );
      this.#text.replace(' ', 1);
    } else if (commentAt(this.#text.source, this.#text.at) !== '') {
      this.#comment();
    } else if (this.#rootDone) {
      this.#fail(this.#text.at, 'Something follows after the end of the document.', 'remove it');
    } else {
      this.#token(char);
    }
  }

  #token(char: string): void {
    if (char === '{' || char === '[') {
      this.#open(char);
    } else if (char === '}' || char === ']') {
      this.#close(char);
    } else if (char === ',') {
      this.#comma();
    } else if (char === ':') {
      this.#colon();
    } else if (QUOTES.includes(char)) {
      this.#beforeValue();
      this.#string(char);
      this.#afterValue();
    } else {
      this.#beforeValue();
      this.#bareWord();
      this.#afterValue();
    }
  }

  #open(char: '{' | '['): void {
    this.#beforeValue();
    if (this.#levels.length >= MAX_DEPTH) {
      const message = `The nesting is deeper than ${String(MAX_DEPTH)} levels here.`;
      this.#fault('too_deep', this.#text.at, message);
      this.#readable = false;
      return;
    }
    const [close, state] = char === '{' ? (['}', 'key'] as const) : ([']', 'value'] as const);
    this.#levels.push({ close, state, offset: this.#text.at, comma: undefined });
    this.#text.copy(1);
  }

  #close(char: string): void {
    const level = this.#levels.at(-1);
    if (level?.close !== char) {
      const message =
        level === undefined
          ? `This ${char} closes nothing.`
          : `This ${char} does not fit: a ${level.close} is expected for the bracket of line ${String(this.#lineOf(level.offset))}.`;
      this.#fail(this.#text.at, message, 'compare the brackets around this place');
      return;
    }
    if (isInsideMember(level)) {
      this.#fail(
        this.#text.at,
        'A key without a value stands before this }.',
        'write `"key": "value"`',
      );
      return;
    }
    this.#dropTrailingComma(level);
    this.#levels.pop();
    this.#text.copy(1);
    this.#afterValue();
  }

  #comma(): void {
    const level = this.#levels.at(-1);
    if (
      level === undefined ||
      level.state === 'colon' ||
      (level.state === 'value' && level.close === '}')
    ) {
      this.#fail(
        this.#text.at,
        'A comma stands where a value is expected.',
        'write the value before the comma',
      );
      return;
    }
    if (level.state !== 'comma') {
      this.#fault(
        'trailing_comma',
        this.#text.at,
        'A comma stands where no member precedes it.',
        'remove the comma',
      );
      this.#text.replace(' ', 1);
      return;
    }
    level.comma = this.#text.length;
    level.state = level.close === '}' ? 'key' : 'value';
    this.#text.copy(1);
  }

  #colon(): void {
    const level = this.#levels.at(-1);
    if (level?.state !== 'colon') {
      this.#fail(this.#text.at, 'A colon stands where none is expected.', 'write `"key": "value"`');
      return;
    }
    level.state = 'value';
    this.#text.copy(1);
  }

  /** Puts in the comma or colon that should stand before a value that begins here. */
  #beforeValue(): void {
    const level = this.#levels.at(-1);
    if (level === undefined) {
      return;
    }
    if (level.state === 'comma') {
      this.#fault(
        'missing_comma',
        this.#text.at,
        'A comma is missing before this.',
        'put a comma at the end of the member before',
      );
      this.#text.insert(',');
      level.state = level.close === '}' ? 'key' : 'value';
    } else if (level.state === 'colon') {
      this.#fault(
        'json_syntax',
        this.#text.at,
        'A colon is missing between key and value.',
        'write `"key": "value"`',
      );
      this.#text.insert(':');
      level.state = 'value';
    }
    level.comma = undefined;
    if (level.state === 'key' && '{['.includes(this.#text.peek())) {
      this.#fail(
        this.#text.at,
        'A key is expected here, not a bracket.',
        'write `"key":` before the bracket',
      );
    }
  }

  #afterValue(): void {
    const level = this.#levels.at(-1);
    if (level === undefined) {
      this.#rootDone = true;
    } else {
      level.state = level.state === 'key' ? 'colon' : 'comma';
    }
  }

  #string(open: string): void {
    const start = this.#text.at;
    const end =
      open === '"'
        ? straightEnd(this.#text.source, start, this.#levels.at(-1)?.state === 'key')
        : mendedEnd(this.#text.source, start);
    const inner = this.#text.source.slice(start + 1, end.offset);
    const fault = quoteFault(open, end.close, inner);
    if (fault === undefined) {
      this.#text.copy(end.offset + 1 - start);
      return;
    }
    this.#fault(fault.code, fault.atEnd ? end.offset : start, fault.message, fault.fix);
    this.#text.replace('"', 1);
    this.#text.copyEscaped(end.offset);
    this.#text.replace('"', end.close.length);
  }

  #bareWord(): void {
    const start = this.#text.at;
    const word = bareWordAt(this.#text.source, start);
    const end = start + word.length;
    if (word === '') {
      this.#fail(start, 'This character has no place here.', 'remove it');
      return;
    }
    const isKey = this.#levels.at(-1)?.state === 'key';
    if (
      !isKey &&
      (word === 'true' || word === 'false' || word === 'null' || numberFromText(word) !== undefined)
    ) {
      this.#text.copy(word.length);
      return;
    }
    if (this.#levels.length === 0) {
      this.#fail(start, `The document begins with ${excerpt(word)}, not with {.`, 'write { … }');
      return;
    }
    // `connection_id": string`: only the opening quote is missing, the closing one belongs to it.
    const closing = QUOTES.includes(this.#text.source.charAt(end) || ' ') ? 1 : 0;
    this.#fault(
      'missing_quotes',
      start,
      `${excerpt(word)} has no quotes${closing === 1 ? ' at its beginning' : ''}.`,
      bareWordFix(word, isKey),
    );
    const literal = isKey ? undefined : meantLiteral(word);
    if (literal !== undefined) {
      this.#text.replace(literal, end + closing - start);
      return;
    }
    this.#text.insert('"');
    this.#text.copyEscaped(end);
    this.#text.replace('"', closing);
  }

  #comment(): void {
    const start = this.#text.at;
    const comment = commentAt(this.#text.source, start);
    const words = comment.replace(/^[/*#\s]+|[/*\s]+$/g, '');
    this.#fault(
      'comment',
      start,
      'JSON has no comments of this form.',
      `write it as a member, \`"//": ${JSON.stringify(shorten(words))}\`, or remove it`,
    );
    this.#text.replace(' ', comment.length);
  }

  #dropTrailingComma(level: Level): void {
    if (level.comma !== undefined) {
      const offset = this.#text.blank(level.comma);
      this.#fault(
        'trailing_comma',
        offset,
        `A comma stands before the closing ${level.close}.`,
        'remove the comma',
      );
    }
  }

  #closeAll(): void {
    for (const level of this.#levels.toReversed()) {
      if (isInsideMember(level)) {
        this.#fail(this.#text.at, 'The text ends in the middle of a member.', 'write the rest');
        return;
      }
      const line = String(this.#lineOf(level.offset));
      this.#fault(
        'json_syntax',
        level.offset,
        `The bracket that opens here (line ${line}) is never closed.`,
        `write ${level.close} at its end`,
      );
      this.#dropTrailingComma(level);
      this.#text.insert(level.close);
      this.#levels.pop();
      this.#afterValue();
    }
    if (!this.#rootDone) {
      this.#fail(
        0,
        'The document is empty.',
        'write an object: `{ "id": … }`; `patchcord new NAME` makes a complete one',
      );
    }
  }

  #fault(code: FindingCode, offset: number, message: string, fix?: string): void {
    if (this.#faults.length < MAX_FAULTS) {
      this.#faults.push({ code, offset, message, fix });
    } else {
      this.#readable = false;
    }
  }

  #fail(offset: number, message: string, fix: string): void {
    this.#fault('json_syntax', offset, message, fix);
    this.#readable = false;
  }

  #lineOf(offset: number): number {
    return this.#text.source.slice(0, offset).split(/\r\n|\n|\r/).length;
  }
}

/** Between a key and its value. */
function isInsideMember({ state, close }: Level): boolean {
  return state === 'colon' || (state === 'value' && close === '}');
}
