import type { Dispatcher } from 'undici';
import type { Download } from './egress-request.ts';
import type { EgressLimits } from './limits.ts';

/**
 * A file or a list that comes in an answer: its pieces are written one after the other, and the server
 * is not read from while one is under way. One that comes more slowly than the limit says is told, while
 * `isPaced` holds.
 */
export class Arrival {
  readonly #download: Download;
  readonly #controller: Pick<Dispatcher.DispatchController, 'pause' | 'resume'>;
  readonly #notStored: (error: unknown) => void;
  readonly #pace: NodeJS.Timeout;
  #received = 0;
  #passed = Promise.resolve();
  #writing = false;

  constructor(
    download: Download,
    controller: Pick<Dispatcher.DispatchController, 'pause' | 'resume'>,
    limits: Pick<EgressLimits, 'downloadBytesPerSecond' | 'idleMs'>,
    told: { readonly tooSlow: () => void; readonly notStored: (error: unknown) => void },
    isPaced: () => boolean = () => true,
  ) {
    this.#download = download;
    this.#controller = controller;
    this.#notStored = told.notStored;
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

  /** `goesOn` is called when the bytes are written and the next may come. */
  pass(bytes: Buffer, goesOn: () => void): void {
    this.#received += bytes.length;
    this.#writing = true;
    this.#controller.pause();
    this.#passed = this.#passed.then(() => this.#download.write(bytes));
    this.#passed.then(() => {
      this.#writing = false;
      goesOn();
      this.#controller.resume();
    }, this.#notStored);
  }

  /** Resolves when everything that came is written; its pace counts no more. */
  async end(): Promise<void> {
    this.stopWatching();
    await this.#passed;
  }

  stopWatching(): void {
    clearInterval(this.#pace);
  }
}
