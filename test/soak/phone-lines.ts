import { systemClock } from '../../src/time/clock.ts';

/** Where a phone system reports, and with which key. */
export interface PhoneSystem {
  readonly eventsKey: string;
  /** In front of its call ids. */
  readonly name: string;
}

export interface PhoneLineOptions {
  readonly calls: number;
  readonly lines: number;
  /** Longest pause between two events of a call, in milliseconds. */
  readonly pauseMs: number;
  /** In [0, 1): the share of calls that are recorded. */
  readonly recordedShare: number;
  readonly recordingOrigin: string;
  readonly phones: readonly PhoneSystem[];
  /** Of all servers; one that does not answer is passed over. */
  readonly origins: readonly string[];
  /** In [0, 1). */
  readonly random: () => number;
}

export interface Acknowledged {
  readonly callId: string;
  readonly kind: string;
}

/** What one event of a call says; its id and that of its call are the same in each repetition. */
type EventBody = Readonly<Record<string, unknown>> & {
  readonly call_id: string;
  readonly kind: string;
};

const ANSWER_LIMIT_MS = 3_000;
const AGAIN_MS = 25;
/** Real phone systems send some events twice although they were acknowledged. */
const NEEDLESS_SHARE = 0.02;
/** The first of a block of numbers that libphonenumber takes for British ones. */
const FIRST_NUMBER = 442_070_000_000;

/**
 * Phones that place calls and repeat each event until a server has acknowledged it with 2xx, in the
 * order of the call. They stop when all calls have been told.
 */
export class PhoneLines {
  readonly #options: PhoneLineOptions;
  readonly acknowledged: Acknowledged[] = [];
  /** Answers that no event of ours should get, in words. */
  readonly refusals: string[] = [];
  #next = 0;
  #told = 0;
  #held = false;
  #failures = 0;

  constructor(options: PhoneLineOptions) {
    this.#options = options;
  }

  /** Calls whose last event has been acknowledged. */
  get told(): number {
    return this.#told;
  }

  /** Requests that got no 2xx: dead servers, and busy ones. */
  get repetitions(): number {
    return this.#failures;
  }

  get done(): boolean {
    return this.#told >= this.#options.calls;
  }

  /** No new calls while the servers are behind; those that are under way go on. */
  hold(held: boolean): void {
    this.#held = held;
  }

  async run(signal: AbortSignal): Promise<void> {
    const lines = Array.from({ length: this.#options.lines }, (_, at) => this.#line(at, signal));
    await Promise.all(lines);
  }

  async #line(at: number, signal: AbortSignal): Promise<void> {
    const { phones, pauseMs, random, calls } = this.#options;
    const phone = phones[at % phones.length];
    if (phone === undefined) throw new RangeError('there is no phone system');
    await systemClock.sleep(random() * pauseMs * 4);
    while (!signal.aborted && this.#next < calls) {
      if (this.#held) {
        await systemClock.sleep(pauseMs);
        continue;
      }
      const number = this.#next;
      this.#next += 1;
      for (const body of this.#eventsOf(phone, number)) {
        await this.#tell(phone, body, signal);
        if (random() < NEEDLESS_SHARE) await this.#tell(phone, body, signal);
        await systemClock.sleep(random() * pauseMs);
      }
      this.#told += 1;
    }
  }

  async #tell(phone: PhoneSystem, body: EventBody, signal: AbortSignal): Promise<void> {
    const { origins, random } = this.#options;
    let at = Math.floor(random() * origins.length);
    while (!signal.aborted) {
      if (await this.#post(`${String(origins[at])}/v1/call-events`, phone, body)) return;
      this.#failures += 1;
      at = (at + 1) % origins.length;
      await systemClock.sleep(AGAIN_MS);
    }
  }

  /** True when the event is acknowledged. */
  async #post(url: string, phone: PhoneSystem, body: EventBody): Promise<boolean> {
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${phone.eventsKey}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      });
      if (!answer.ok) {
        // Busy, or about to end: that is no acknowledgement. A 4xx would be a fault of somebody.
        if (answer.status < 500 && answer.status !== 429) {
          this.refusals.push(`${body.call_id} ${body.kind} was answered with ${answer.status}`);
        }
        return false;
      }
      // Acknowledged from here on, whatever becomes of the rest of the answer.
      this.acknowledged.push({ callId: body.call_id, kind: body.kind });
      const told = await answer.text().catch(() => '');
      if (told.includes('"refused"')) this.refusals.push(`${body.call_id}: ${told}`);
      return true;
    } catch {
      return false;
    }
  }

  #eventsOf(phone: PhoneSystem, number: number): readonly EventBody[] {
    const { recordedShare, recordingOrigin, random } = this.#options;
    const callId = `${phone.name}-${number}`;
    const common = { call_id: callId, extension: '201' };
    const life: readonly EventBody[] = [
      {
        ...common,
        event_id: `${callId}-1`,
        kind: 'ringing',
        direction: 'inbound',
        calling_number: `+${String(FIRST_NUMBER + number)}`,
        called_number: '+442079460000',
      },
      { ...common, event_id: `${callId}-2`, kind: 'answered' },
      { ...common, event_id: `${callId}-3`, kind: 'noted', description: `about ${callId}` },
      { ...common, event_id: `${callId}-4`, kind: 'ended', duration: 63, cause: '200' },
    ];
    if (random() >= recordedShare) return life;
    const recording = { url: `${recordingOrigin}/recordings/${callId}.wav` };
    return [...life, { ...common, event_id: `${callId}-5`, kind: 'recorded', recording }];
  }
}
