import type { CallDirection, CallEvent, CallResult } from './call-event.ts';
import { timesOf } from './call-times.ts';
import type { TimedEvent } from './call-times.ts';
import { defined } from './defined.ts';
import { isConversation, whoSpoke } from './who-spoke.ts';

export interface RecordingFact {
  /** The same recording told twice has the same key. */
  readonly key: string;
  /** Names that stand for the addresses, which are sealed: see `recording-addresses.ts`. */
  readonly url?: string;
  readonly pageUrl?: string;
  readonly filename?: string;
  readonly expiresAt?: number;
  /** The row of our spool, where the file came to us directly. */
  readonly recordingId?: string;
}

export type CallPhase = 'ringing' | 'answered' | 'ended';

/** All that is known of a call. Times are epoch milliseconds, `duration` is in seconds. */
export interface CallFacts {
  readonly phase: CallPhase;
  readonly direction?: CallDirection;
  readonly callingNumber?: string;
  readonly calledNumber?: string;
  readonly did?: string;
  readonly queue?: string;
  readonly branchId?: string;
  readonly branchName?: string;
  readonly domain?: string;
  readonly phoneUserId?: string;
  /** Extensions that rang or dialled, in the order in which we learned of them. */
  readonly ringing: readonly string[];
  /** Extensions that spoke: who answered, then each after a transfer. */
  readonly spoke: readonly string[];
  readonly startedAt: number;
  readonly answeredAt?: number;
  readonly endedAt?: number;
  readonly duration?: number;
  readonly cause?: string;
  readonly result?: CallResult;
  readonly subject?: string;
  readonly description?: string;
  readonly contactId?: string;
  /** As it was told of that very contact. */
  readonly contactType?: string;
  readonly recordings: readonly RecordingFact[];
  /** True when no event told of the ring: the call became known by a later one. */
  readonly withoutRing: boolean;
  /** True when we closed the call because its end was never reported. */
  readonly durationUnknown: boolean;
}

export interface ReceivedEvent extends TimedEvent {
  /** Order of arrival within the call. */
  readonly sequence: number;
}

/** The life of a call. What is told outside it comes last, whenever it happens. */
const LIFE: Readonly<Record<CallEvent['kind'], number>> = {
  ringing: 0,
  answered: 1,
  transferred: 2,
  ended: 3,
  noted: 4,
  recorded: 5,
};

/**
 * Folds the events of a call into what is known of it: the same whatever order they arrived in, but
 * for events of one kind that contradict each other (two notes, two transfers), which the order of
 * arrival tells apart. The life cycle decides (an end that arrives before its ring is still the end),
 * a later event only fills gaps of an earlier one, and the phone system's clock decides nothing: it
 * is believed for the times themselves where they are possible, else our time of receipt stands in.
 */
export function mergeEvents(received: readonly ReceivedEvent[]): CallFacts {
  const ends = endsOf(received);
  const events = received
    .filter((one) => one.event.kind !== 'ended' || ends.includes(one))
    .sort((a, b) => LIFE[a.event.kind] - LIFE[b.event.kind] || a.sequence - b.sequence);
  const told = events.map(({ event }) => event);
  const newestFirst = told.toReversed();
  const ofEnds = ends.map(({ event }) => event);
  const first = <T>(read: (event: CallEvent) => T | undefined): T | undefined =>
    firstTold(told, read);
  const last = <T>(read: (event: CallEvent) => T | undefined): T | undefined =>
    firstTold(newestFirst, read);
  const ofEnd = <T>(read: (event: CallEvent) => T | undefined): T | undefined =>
    firstTold(ofEnds, read);
  const spoke = whoSpoke(told, ends[0]?.event);
  const conversed =
    spoke.length > 0 || told.some(({ kind }) => kind === 'answered' || kind === 'transferred');
  const spoken = durationTold(told, ends);
  const times = timesOf(events, ends, spoken);
  const closedByUs = ends[0]?.event.cause === CLOSED_WITHOUT_END;
  const computed = ends.length === 0 || closedByUs ? undefined : conversed ? times.talked : 0;
  const duration = spoken === undefined ? computed : Math.round(spoken);
  const cause = ofEnd((event) => event.cause) ?? last((event) => event.cause);
  const direction = first((event) => event.direction) ?? inferDirection(told, ends.length > 0);
  return {
    phase: ends.length > 0 ? 'ended' : conversed ? 'answered' : 'ringing',
    ...defined({
      direction,
      callingNumber: first((event) => event.callingNumber),
      calledNumber: first((event) => event.calledNumber),
      did: first((event) => event.did),
      queue: first((event) => event.queue),
      branchId: first((event) => event.branchId),
      branchName: first((event) => event.branchName),
      domain: first((event) => event.domain),
      phoneUserId: first((event) => event.phoneUserId),
      answeredAt: times.answeredAt,
      endedAt: times.endedAt,
      duration,
      cause,
      result:
        ofEnd((event) => event.result) ??
        last((event) => event.result) ??
        (ends.length === 0
          ? undefined
          : deriveResult({ direction, cause, spoke: conversed || (duration ?? 0) > 0 })),
      subject: last((event) => event.subject),
      description: last((event) => event.description),
      ...chosenContact(told),
    }),
    ringing: unique(
      told.filter(({ kind }) => kind === 'ringing').flatMap(({ extensions }) => extensions),
    ),
    spoke,
    startedAt: times.startedAt,
    recordings: readRecordings(told),
    withoutRing: !told.some(({ kind }) => kind === 'ringing'),
    durationUnknown: closedByUs,
  };
}

/** What the first of the events says that says anything. */
function firstTold<T>(
  events: readonly CallEvent[],
  read: (event: CallEvent) => T | undefined,
): T | undefined {
  for (const event of events) {
    const value = read(event);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The cause of an end that we wrote ourselves, because the phone system never told of one. */
export const CLOSED_WITHOUT_END = 'end not reported';

/** True for a call that somebody took. */
export function wasAnswered(facts: CallFacts): boolean {
  return facts.spoke.length > 0 || facts.phase === 'answered' || facts.result === 'answered';
}

/**
 * The events of the end, the one that counts first: phones of a group report an end each, and of
 * those the one of the conversation is the call's. One that we wrote ourselves counts only alone.
 */
function endsOf(received: readonly ReceivedEvent[]): readonly ReceivedEvent[] {
  const ends = received.filter(({ event }) => event.kind === 'ended');
  const reported = ends.filter(({ event }) => event.cause !== CLOSED_WITHOUT_END);
  return (reported.length > 0 ? reported : ends).toSorted(
    (a, b) =>
      Number(isConversation(b.event)) - Number(isConversation(a.event)) ||
      (b.event.duration ?? -1) - (a.event.duration ?? -1) ||
      (b.event.at ?? -1) - (a.event.at ?? -1) ||
      a.sequence - b.sequence,
  );
}

/** Seconds. What a recording's event tells is the length of the recording. */
function durationTold(
  told: readonly CallEvent[],
  ends: readonly ReceivedEvent[],
): number | undefined {
  const [main] = ends;
  const kept =
    main === undefined
      ? []
      : ends.filter(({ event }) => isConversation(event) === isConversation(main.event));
  return (
    kept.map(({ event }) => event.duration).find((value) => value !== undefined) ??
    told
      .filter(({ kind }) => kind !== 'ended' && kind !== 'recorded')
      .map(({ duration }) => duration)
      .findLast((value) => value !== undefined)
  );
}

/** Whose ring was lost is known by which side has the number of one of our extensions. */
function inferDirection(told: readonly CallEvent[], ended: boolean): CallDirection | undefined {
  if (!ended) return undefined;
  const extensions = new Set(told.flatMap((event) => event.extensions));
  const has = (read: (event: CallEvent) => string | undefined): boolean =>
    told.some((event) => extensions.has(read(event) ?? ''));
  const [calling, called] = [
    has((event) => event.callingNumber),
    has((event) => event.calledNumber),
  ];
  if (calling !== called) return calling ? 'outbound' : 'inbound';
  return told.some(({ did, queue }) => (did ?? queue) !== undefined) ? 'inbound' : undefined;
}

/** SIP response codes (RFC 3261), Q.850 causes and their usual names. */
const BUSY_CAUSES = new Set(['486', '600', '17', 'busy', 'user_busy']);
/** 487: the caller hung up before anybody answered. */
const CANCEL_CAUSES = new Set([
  ...['', '487', '16', 'cancel', 'cancelled', 'canceled'],
  ...['originator_cancel', 'normal_clearing'],
]);

function deriveResult(call: {
  direction: CallDirection | undefined;
  cause: string | undefined;
  spoke: boolean;
}): CallResult | undefined {
  if (call.spoke) return 'answered';
  if (call.cause === CLOSED_WITHOUT_END) return undefined;
  if (call.direction === 'inbound' || call.direction === undefined) return 'missed';
  const cause = (call.cause ?? '').toLowerCase();
  // Some write the code with its words: `486 Busy Here`, `SIP/487`.
  const code = /(?<![0-9])[0-9]{2,3}(?![0-9])/.exec(cause)?.[0] ?? cause;
  if (BUSY_CAUSES.has(code)) return 'busy';
  return CANCEL_CAUSES.has(code) ? 'cancelled' : 'failed';
}

/** The newest choice; a kind that was told of another contact is not this one's. */
function chosenContact(told: readonly CallEvent[]): Pick<CallFacts, 'contactId' | 'contactType'> {
  const contactId = told.findLast((event) => event.contactId !== undefined)?.contactId;
  if (contactId === undefined) return {};
  const typed = told.findLast(
    (event) => event.contactId === contactId && event.contactType !== undefined,
  );
  return defined({ contactId, contactType: typed?.contactType });
}

function readRecordings(events: readonly CallEvent[]): readonly RecordingFact[] {
  const byKey = new Map<string, RecordingFact>();
  for (const { recording } of events) {
    if (recording === undefined) continue;
    const key = recording.recordingId ?? recording.url ?? recording.pageUrl ?? recording.filename;
    if (key === undefined) continue;
    byKey.set(key, { ...byKey.get(key), ...recording, key });
  }
  return [...byKey.values()];
}

function unique(items: readonly string[]): readonly string[] {
  return [...new Set(items)];
}
