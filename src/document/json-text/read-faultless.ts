import type { JsonNode, Member, StringNode } from './json-node.ts';

const QUOTE = 0x22;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/**
 * Reads a text that is known to be JSON (RFC 8259), in one pass and with the place of every value.
 * Of any other text the result means nothing.
 */
export function readFaultless(text: string): JsonNode {
  return new Reader(text).value();
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): JsonNode {
    this.#skipBlanks();
    switch (this.#text.charCodeAt(this.#at)) {
      case OPEN_OBJECT:
        return this.#object();
      case OPEN_LIST:
        return this.#array();
      case QUOTE:
        return this.#string();
      default:
        return this.#word();
    }
  }

  #object(): JsonNode {
    const offset = this.#at;
    const members: Member[] = [];
    for (let isMore = this.#enter(CLOSE_OBJECT); isMore; isMore = this.#goOn()) {
      this.#skipBlanks();
      const key = this.#string();
      this.#skipBlanks();
      // The colon.
      this.#at += 1;
      members.push({ key, value: this.value() });
    }
    return { kind: 'object', offset, length: this.#at - offset, members };
  }

  #array(): JsonNode {
    const offset = this.#at;
    const elements: JsonNode[] = [];
    for (let isMore = this.#enter(CLOSE_LIST); isMore; isMore = this.#goOn()) {
      elements.push(this.value());
    }
    return { kind: 'array', offset, length: this.#at - offset, elements };
  }

  /** Goes behind an opening bracket, and behind the closing one if it follows; false for that. */
  #enter(close: number): boolean {
    this.#at += 1;
    this.#skipBlanks();
    if (this.#text.charCodeAt(this.#at) !== close) return true;
    this.#at += 1;
    return false;
  }

  /** Goes behind the comma or bracket that follows a value; true for a comma. */
  #goOn(): boolean {
    this.#skipBlanks();
    this.#at += 1;
    return this.#text.charCodeAt(this.#at - 1) === COMMA;
  }

  #string(): StringNode {
    const offset = this.#at;
    let end = this.#text.indexOf('"', offset + 1);
    while (this.#isEscaped(end)) end = this.#text.indexOf('"', end + 1);
    this.#at = end + 1;
    const inner = this.#text.slice(offset + 1, end);
    const value = inner.includes('\\') ? unescaped(this.#text.slice(offset, end + 1)) : inner;
    return { kind: 'string', offset, length: end + 1 - offset, value };
  }

  /** True behind an odd number of backslashes: two of them are one that is written. */
  #isEscaped(at: number): boolean {
    let count = 0;
    while (this.#text.charCodeAt(at - 1 - count) === BACKSLASH) count += 1;
    return count % 2 === 1;
  }

  /** A number, `true`, `false` or `null`. */
  #word(): JsonNode {
    const offset = this.#at;
    ENDS_A_WORD.lastIndex = offset;
    this.#at = ENDS_A_WORD.exec(this.#text)?.index ?? this.#text.length;
    const source = this.#text.slice(offset, this.#at);
    const place = { offset, length: source.length };
    if (source === 'null') return { kind: 'null', ...place };
    if (source === 'true' || source === 'false') {
      return { kind: 'boolean', ...place, value: source === 'true' };
    }
    return { kind: 'number', ...place, source };
  }

  #skipBlanks(): void {
    for (let code = this.#text.charCodeAt(this.#at); isBlank(code);) {
      this.#at += 1;
      code = this.#text.charCodeAt(this.#at);
    }
  }
}

const ENDS_A_WORD = /[\s,}\]]/g;

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function unescaped(written: string): string {
  const value: unknown = JSON.parse(written);
  return String(value);
}
