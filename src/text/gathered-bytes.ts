const NOTHING = new Uint8Array(0);

/** Bytes that come in pieces, copied one behind the other. */
export class GatheredBytes {
  #bytes = new Uint8Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** All of it, until more is added. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Copies a piece behind the rest. */
  add(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, this.#bytes.length * 2, 1024));
      larger.set(this.bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(piece, this.#length);
    this.#length = length;
  }

  clear(): void {
    this.#length = 0;
  }

  /** All of it in bytes of its own, with more behind it, between two signs. */
  joined(more: Uint8Array = NOTHING, [before, behind]: readonly number[] = []): Uint8Array {
    const signs = before === undefined ? 0 : 1;
    const joined = new Uint8Array(this.#length + more.length + 2 * signs);
    joined.set(this.bytes, signs);
    joined.set(more, signs + this.#length);
    if (before !== undefined && behind !== undefined) {
      joined[0] = before;
      joined[joined.length - 1] = behind;
    }
    return joined;
  }
}
