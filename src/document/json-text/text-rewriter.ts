/**
 * Reads a text from left to right and writes another, remembering for each unit written where it
 * comes from. Units are UTF-16.
 */
export class TextRewriter {
  readonly source: string;
  readonly #out: string[] = [];
  readonly #origins: number[] = [];
  #at = 0;

  constructor(source: string) {
    this.source = source;
  }

  /** Where reading stands. */
  get at(): number {
    return this.#at;
  }

  /** How much is written. */
  get length(): number {
    return this.#out.length;
  }

  /** The unit `ahead` of where reading stands, or the empty text behind the end. */
  peek(ahead = 0): string {
    return this.source.charAt(this.#at + ahead);
  }

  /** Writes a text that the source does not have. */
  insert(text: string): void {
    for (let index = 0; index < text.length; index += 1) {
      this.#out.push(text.charAt(index));
      this.#origins.push(this.#at);
    }
  }

  /** Writes a text in place of the next units of the source. */
  replace(text: string, sourceLength: number): void {
    this.insert(text);
    this.#at += sourceLength;
  }

  /** Writes the next units of the source as they are. */
  copy(count: number): void {
    for (let left = count; left > 0; left -= 1) {
      this.replace(this.peek(), 1);
    }
  }

  /** Writes the source up to an offset as the inside of a JSON text; RFC 8259, section 7. */
  copyEscaped(end: number): void {
    while (this.#at < end) {
      const char = this.peek();
      const isEscape = char === '\\' && this.#at + 1 < end && '"\\/bfnrtu'.includes(this.peek(1));
      if (isEscape) {
        this.copy(2);
      } else if (char === '"' || char === '\\' || char < ' ') {
        this.replace(JSON.stringify(char).slice(1, -1), 1);
      } else {
        this.copy(1);
      }
    }
  }

  /** Turns a unit that is written already into a blank; answers where it came from. */
  blank(index: number): number {
    this.#out[index] = ' ';
    return this.originOf(index);
  }

  /** The offset in the source that an offset of the written text comes from. */
  originOf(offset: number): number {
    return this.#origins[offset] ?? this.source.length;
  }

  toString(): string {
    return this.#out.join('');
  }
}
