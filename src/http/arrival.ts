import type { Dispatcher } from 'undici';
import type { Download } from './egress-request.ts';
import type { EgressLimits } from './limits.ts';

/** The server is not read from while more than this waits to be written, in bytes. */
const MOST_WAITING = 64 * 1024;

/**
 * A file or a list that comes in an answer: what came while a piece was being written is the next piece,
 * however many chunks the server sent it in, and the server is not read from while too much waits. One
 * that comes more slowly than the limit says is told, while `isPaced` holds.
 */
export class Arrival {
  readonly #download: Download;
  readonly #controller: Pick<Dispatcher.DispatchController, 'pause' | 'resume'>;
  readonly #told: ArrivalTold;
  readonly #pace: NodeJS.Timeout;
  #received = 0;
  #waiting = Buffer.allocUnsafe(0);
  #length = 0;
  #isPaused = false;
  #writing = false;
  #passed = Promise.resolve();

  constructor(
    download: Download,
    controller: Pick<Dispatcher.DispatchController, 'pause' | 'resume'>,
    limits: Pick<EgressLimits, 'downloadBytesPerSecond' | 'idleMs'>,
    told: ArrivalTold,
    isPaced: () => boolean = () => true,
  ) {
    this.#download = download;
    this.#controller = controller;
    this.#told = told;
    const least = (limits.downloadBytesPerSecond * limits.idleMs) / 1_000;
    let before = 0;
    this.#pace = setInterval(() => {
      // While its bytes are being written it is we who are slow.
      if (isPaced() && !this.#writing && this.#received - before < least) told.tooSlow();
      before = this.#received;
    }, limits.idleMs);
  }

  get maxBytes(): number {
    return this.#download.maxBytes;
  }

  /** Takes a copy: undici reuses its read buffer. */
  pass(bytes: Buffer): void {
    this.#received += bytes.length;
    this.#keep(bytes);
    if (this.#length >= MOST_WAITING && !this.#isPaused) {
      this.#isPaused = true;
      this.#controller.pause();
    }
    if (this.#writing) return;
    this.#writing = true;
    // The chunks of one read come one after the other, before this runs.
    this.#passed = this.#passed.then(() => this.#write());
    this.#passed.catch(this.#told.notStored);
  }

  /** Resolves when everything that came is written; its pace counts no more. */
  async end(): Promise<void> {
    this.stopWatching();
    await this.#passed;
  }

  stopWatching(): void {
    clearInterval(this.#pace);
  }

  #keep(bytes: Buffer): void {
    const length = this.#length + bytes.length;
    if (length > this.#waiting.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#length, length));
      this.#waiting.copy(larger, 0, 0, this.#length);
      this.#waiting = larger;
    }
    bytes.copy(this.#waiting, this.#length);
    this.#length = length;
  }

  async #write(): Promise<void> {
    while (this.#length > 0) {
      const piece = this.#waiting.subarray(0, this.#length);
      this.#waiting = Buffer.allocUnsafe(0);
      this.#length = 0;
      await this.#download.write(piece);
      if (!this.#isPaused) continue;
      this.#isPaused = false;
      this.#controller.resume();
    }
    this.#writing = false;
    this.#told.written();
  }
}

export interface ArrivalTold {
  /** All that came is written, and the next may come. */
  readonly written: () => void;
  readonly tooSlow: () => void;
  readonly notStored: (error: unknown) => void;
}
