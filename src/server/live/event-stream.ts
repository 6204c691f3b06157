import { Readable } from 'node:stream';

/** Events of a minute of a busy office; who is further behind loads again instead. */
export const MOST_WAITING_BYTES = 262_144;

/** The body of an answer that does not end, to which text is added without waiting. */
export class EventStream extends Readable {
  #isOver = false;

  /** Adds text; ends the whole connection where the reader has too much to read already. */
  send(text: string): void {
    if (this.destroyed || this.#isOver) return;
    this.push(text);
    if (this.readableLength > MOST_WAITING_BYTES) this.destroy();
  }

  /** Ends it in order: what was sent arrives. */
  finish(): void {
    if (this.destroyed || this.#isOver) return;
    this.#isOver = true;
    this.push(null);
  }

  override _read(): void {}
}
