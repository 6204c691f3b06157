import { createGunzip } from 'node:zlib';
import type { Gunzip } from 'node:zlib';
import { decodeBody } from './decode-body.ts';
import type { AnswerHead, BodyStream } from './egress-request.ts';
import { EgressFault } from './fault.ts';
import type { EgressLimits } from './limits.ts';

/** What has become of a body. */
export type TakenBody =
  /** It was small: unpacked, it is here. */
  | { readonly body: Uint8Array }
  /** It went to its taker. */
  | { readonly body: Uint8Array; readonly streamedBytes: number };

/**
 * Unpacks an answer as it comes. As much as may be held is held; what grows larger goes to its taker
 * from the first byte on. What it may grow to in all is bounded for each packed byte too, as soon as
 * it is more than what is held.
 */
export class StreamedBody {
  readonly #stream: BodyStream;
  readonly #head: AnswerHead;
  readonly #limits: EgressLimits;
  readonly #begun: () => void;
  readonly #encoding: string;
  readonly #unpacked: { readonly gunzip: Gunzip; readonly done: Promise<void> } | undefined;
  readonly #packed: Buffer[] = [];
  #packedBytes = 0;
  #held: Uint8Array[] = [];
  #bytes = 0;
  #state: 'held' | 'refused' | 'streamed' = 'held';
  #failed = false;

  /** `begun` is called once, when the answer goes to its taker. */
  constructor(stream: BodyStream, head: AnswerHead, limits: EgressLimits, begun: () => void) {
    this.#stream = stream;
    this.#head = head;
    this.#limits = limits;
    this.#begun = begun;
    this.#encoding = (head.headers['content-encoding'] ?? '').trim().toLowerCase();
    this.#unpacked = isGzip(this.#encoding) ? this.#unpack() : undefined;
  }

  /** Of packed bytes there are never more than of unpacked ones, but for a few. */
  get maxBytes(): number {
    return this.#state === 'refused' ? this.#limits.bodyBytes : this.#stream.maxBytes;
  }

  get isStreamed(): boolean {
    return this.#state === 'streamed';
  }

  /** Takes bytes as they came; resolves when the next may come. */
  async write(chunk: Buffer): Promise<void> {
    this.#packedBytes += chunk.length;
    if (this.#unpacked === undefined) return await this.#take(chunk);
    if (this.#failed) return await this.#unpacked.done;
    if (this.#state !== 'streamed') this.#packed.push(chunk);
    const { gunzip, done } = this.#unpacked;
    if (gunzip.write(chunk)) return;
    // Whoever takes may have failed meanwhile: then nothing drains.
    await Promise.race([done, new Promise((resolve) => gunzip.once('drain', resolve))]);
  }

  async end(): Promise<TakenBody> {
    if (this.#unpacked !== undefined && this.#packedBytes > 0) {
      this.#unpacked.gunzip.end();
      await this.#unpacked.done;
    }
    if (this.#state === 'streamed') {
      await this.#stream.end();
      return { body: new Uint8Array(0), streamedBytes: this.#bytes };
    }
    if (this.#unpacked === undefined) {
      return { body: await this.#decoded(Buffer.concat(this.#held)) };
    }
    // What is small is unpacked as any other answer, by the same limits.
    return { body: await this.#decoded(Buffer.concat(this.#packed)) };
  }

  /** Ends what is under way. */
  stop(): void {
    this.#unpacked?.gunzip.destroy();
  }

  #decoded(body: Buffer): Promise<Uint8Array> {
    const { status } = this.#head;
    return decodeBody({ status, body, encoding: this.#encoding }, this.#limits);
  }

  #unpack(): { readonly gunzip: Gunzip; readonly done: Promise<void> } {
    const gunzip = createGunzip({ chunkSize: UNPACKED_CHUNK_BYTES });
    const take = async (): Promise<void> => {
      try {
        for await (const part of gunzip) if (part instanceof Uint8Array) await this.#take(part);
      } catch (error) {
        if (error instanceof EgressFault) throw error;
        const message = 'The compressed answer cannot be unpacked.';
        throw this.#fault('encoding_invalid', message, error);
      }
    };
    const done = take();
    // Whoever writes or ends next hears of it.
    done.catch(() => {
      this.#failed = true;
    });
    gunzip.on('error', () => undefined);
    return { gunzip, done };
  }

  async #take(bytes: Uint8Array): Promise<void> {
    this.#bytes += bytes.length;
    if (this.#state === 'held' && this.#bytes > this.#stream.heldBytes) this.#decide();
    if (this.#state !== 'streamed') {
      // What is packed is kept as it came, once it is clear that nobody takes it.
      if (this.#state === 'held' || this.#unpacked === undefined) this.#held.push(bytes);
      if (this.#bytes > this.#limits.bodyBytes) throw this.#tooLarge(this.#limits.bodyBytes);
      return;
    }
    if (this.#bytes > this.#stream.maxBytes) throw this.#tooLarge(this.#stream.maxBytes);
    const allowed = Math.max(
      this.#stream.heldBytes,
      this.#packedBytes * this.#limits.compressionRatio,
    );
    if (this.#bytes > allowed && this.#unpacked !== undefined) throw this.#tooLarge(allowed);
    const held = this.#held;
    this.#held = [];
    for (const part of held) await this.#stream.write(part);
    await this.#stream.write(bytes);
  }

  /** An unknown packing is no text of anything. */
  #decide(): void {
    const isKnown = this.#unpacked !== undefined || isPlain(this.#encoding);
    this.#state = isKnown && this.#stream.begins(this.#head) ? 'streamed' : 'refused';
    if (this.#state === 'streamed') {
      this.#packed.length = 0;
      this.#begun();
    } else if (this.#unpacked !== undefined) this.#held = [];
  }

  #tooLarge(bytes: number): EgressFault {
    return this.#fault('body_too_large', `The answer is larger than ${String(bytes)} bytes.`);
  }

  #fault(code: string, message: string, cause?: unknown): EgressFault {
    return new EgressFault('reading', code, message, { status: this.#head.status, cause });
  }
}

const UNPACKED_CHUNK_BYTES = 64 * 1024;

function isGzip(encoding: string): boolean {
  return encoding === 'gzip' || encoding === 'x-gzip';
}

function isPlain(encoding: string): boolean {
  return encoding === '' || encoding === 'identity';
}
