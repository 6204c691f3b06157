import type { BoundPart, ListBinding, ListReading } from '../document/bind/list-binding.ts';
import type { BoundRecord } from '../document/bind/compile-binding.ts';
import { isJsonArray } from '../document/json-value.ts';
import type { Json } from '../document/json-value.ts';
import type { Note } from '../document/values/values.ts';
import type { AnswerHead, BodyStream } from '../http/egress-request.ts';
import { EgressFault } from '../http/fault.ts';
import { charsetOf, decodeText } from '../text/decode-text.ts';
import { JsonSlicer, SliceFault } from '../text/json-slicer.ts';
import type { SlicedElements } from '../text/json-slicer.ts';
import { JSON_MAX_DEPTH, parseLosslessJson, parseSlicedJson } from '../text/lossless-json.ts';
import { crmWords } from './crm-words.ts';
import { hideSecrets } from './hide-secrets.ts';
import type { JudgedBody } from './judge-answer.ts';
import { leaveOutLong } from './leave-out-long.ts';
import type { MethodJob } from './method-job.ts';
import { readAnswer } from './read-answer.ts';

/** The bounds of an answer that is read while it comes; tests shrink them. */
export interface StreamLimits {
  /** Up to here an answer is read as a whole, while nobody else is served. */
  readonly heldBytes: number;
  /** All of it, unpacked: ten million records. */
  readonly maxBytes: number;
  readonly elementBytes: number;
  /** What stands around the list, or is no list: as much as any other answer may have. */
  readonly aroundBytes: number;
  /** Elements that are read at once: others are served in between. */
  readonly batchBytes: number;
}

export const STREAM_LIMITS: StreamLimits = {
  heldBytes: 64 * 1024,
  maxBytes: 2 * 1024 * 1024 * 1024,
  elementBytes: 1024 * 1024,
  aroundBytes: 8 * 1024 * 1024,
  batchBytes: 32 * 1024,
};

/** Bytes of the beginning that are kept for people. */
const SHOWN_BYTES = 64 * 1024;

/**
 * Reads a list of records while it comes: elements are cut out, parsed, bound and handed over part by
 * part. An answer in which the list is not where the document says is kept, to be read as a whole.
 */
export class AnswerStream implements BodyStream {
  readonly heldBytes: number;
  readonly maxBytes: number;
  readonly #limits: StreamLimits;
  readonly #job: MethodJob;
  readonly #list: ListBinding;
  readonly #take: (records: readonly BoundRecord[]) => Promise<void> | void;
  readonly #slicer: JsonSlicer;
  readonly #notes = new Map<string, Note>();
  #shown: Uint8Array[] = [];
  #shownBytes = 0;
  #head: AnswerHead | undefined;
  #reading: ListReading | undefined;
  /** All that came, as long as no record of it was handed over. */
  #whole: Uint8Array[] | undefined = [];
  #wholeBytes = 0;
  /** It cannot be cut: it is only kept. */
  #isKept = false;
  #why: string | undefined;
  #around: Json | undefined;

  constructor(
    job: MethodJob,
    list: ListBinding,
    take: (records: readonly BoundRecord[]) => Promise<void> | void,
    limits: StreamLimits,
  ) {
    this.heldBytes = limits.heldBytes;
    this.maxBytes = limits.maxBytes;
    this.#limits = limits;
    this.#job = job;
    this.#list = list;
    this.#take = take;
    this.#slicer = new JsonSlicer(list.path, {
      depth: JSON_MAX_DEPTH,
      elementBytes: limits.elementBytes,
      envelopeBytes: limits.aroundBytes,
      batchBytes: limits.batchBytes,
    });
  }

  /** Why it is read only as a whole, once that is known. */
  get why(): string | undefined {
    return this.#why;
  }

  begins(head: AnswerHead): boolean {
    const charset = charsetOf(head.headers['content-type']);
    if (charset !== undefined && !UTF_8.has(charset)) {
      this.#why = `It comes in ${charset}.`;
      return false;
    }
    const { status, headers, url } = head;
    const { compared, context } = this.#job;
    const answer = { status, headers, body: undefined };
    this.#head = head;
    this.#reading = this.#list.open({ ...compared, exchange: { answer, url, context } });
    return true;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#show(chunk);
    if (this.#whole !== undefined) this.#keep(this.#whole, chunk);
    if (this.#isKept) return;
    try {
      for (const elements of this.#slicer.take(chunk)) await this.#part(elements);
      if (this.#slicer.hasBegun) this.#whole = undefined;
    } catch (err) {
      if (!(err instanceof SliceFault)) throw err;
      if (this.#slicer.hasBegun) throw this.#fault(err.code);
      this.#isKept = true;
    }
  }

  async end(): Promise<void> {
    if (this.#whole !== undefined) return;
    try {
      const parsed = parseLosslessJson(decodeText(this.#slicer.end()));
      if (parsed.status === 'json') this.#around = parsed.value;
      else throw this.#fault(parsed.status);
    } catch (err) {
      throw err instanceof SliceFault ? this.#fault(err.code) : err;
    }
  }

  /** What was read; only after its end. */
  answer(): JudgedBody {
    if (this.#whole !== undefined) {
      const body = joined(this.#whole, this.#wholeBytes);
      return readAnswer(body, this.#head?.headers ?? {});
    }
    const value = this.#around;
    const text = decodeText(joined(this.#shown, this.#shownBytes));
    const words = value === undefined ? undefined : crmWords(value);
    const reading = this.#reading === undefined ? {} : { reading: this.#reading };
    return { form: 'json', text, value, words, ...reading, notes: [...this.#notes.values()] };
  }

  async #part({ array, longNumbers, escapes }: SlicedElements): Promise<void> {
    const elements = parseSlicedJson(decodeText(array), { longNumbers, escapes });
    if (!isJsonArray(elements) || this.#reading === undefined) throw this.#fault('not_json');
    this.#whole = undefined;
    const records = this.#cleaned(this.#reading.part(elements));
    if (records.length > 0) await this.#take(records);
    await new Promise(setImmediate);
  }

  #cleaned(part: BoundPart): readonly BoundRecord[] {
    const { scrubber, call } = this.#job;
    const cleaned = hideSecrets(leaveOutLong(part, call.method), call.method, scrubber.value);
    if (cleaned.status !== 'bound') return [];
    for (const note of cleaned.notes) this.#notes.set(note.message, note);
    return cleaned.records;
  }

  #show(chunk: Uint8Array): void {
    if (this.#shownBytes >= SHOWN_BYTES) return;
    this.#shown.push(chunk.subarray(0, SHOWN_BYTES - this.#shownBytes));
    this.#shownBytes += Math.min(chunk.length, SHOWN_BYTES - this.#shownBytes);
  }

  #keep(whole: Uint8Array[], chunk: Uint8Array): void {
    this.#wholeBytes += chunk.length;
    if (this.#wholeBytes > this.#limits.aroundBytes) throw this.#fault('envelope_too_large');
    whole.push(chunk);
  }

  #fault(why: keyof typeof FAULTS): EgressFault {
    const [code, message] = FAULTS[why];
    const status = this.#head === undefined ? {} : { status: this.#head.status };
    return new EgressFault('reading', code, message, status);
  }
}

const UTF_8: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii']);

const FAULTS = {
  not_json: ['list_invalid', 'Its list is no valid JSON.'],
  twice: ['list_invalid', 'Its list stands in it twice.'],
  too_deep: ['body_too_large', 'It has too many brackets inside each other.'],
  too_many_nodes: ['body_too_large', 'What stands around its list has too many values.'],
  element_too_large: ['body_too_large', 'A record in it is larger than 1 MiB.'],
  envelope_too_large: [
    'body_too_large',
    'It has more than 8 MiB that belong to no list of records.',
  ],
} as const;

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
