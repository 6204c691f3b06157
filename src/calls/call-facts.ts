import type { CallDirection, CallEvent, CallResult } from './call-event.ts';
import { defined } from './defined.ts';
import { isPlausibleTime } from './event-time.ts';

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
  readonly recordings: readonly RecordingFact[];
  /** True when no event told of the ring: the call became known by a later one. */
  readonly withoutRing: boolean;
  /** True when we closed the call because its end was never reported. */
  readonly durationUnknown: boolean;
}

export interface ReceivedEvent {
  readonly event: CallEvent;
  /** Our own clock: epoch milliseconds. */
  readonly receivedAt: number;
  /** Order of arrival within the call. */
  readonly sequence: number;
}

/**
 * Folds the events of a call into what is known of it. The life cycle decides (an end that
 * arrives before its ring is still the end), a later event only fills gaps of an earlier one, and
 * the phone system's clock decides nothing: it is believed for the times themselves where they are
 * plausible, else our time of receipt stands in.
 */
export function mergeEvents(received: readonly ReceivedEvent[]): CallFacts {
  const events = [...received].sort((a, b) => a.sequence - b.sequence);
  const first = <T>(read: (event: CallEvent) => T | undefined): T | undefined =>
    events.map(({ event }) => read(event)).find((value) => value !== undefined);
  const last = <T>(read: (event: CallEvent) => T | undefined): T | undefined =>
    events.map(({ event }) => read(event)).findLast((value) => value !== undefined);
  const ofKind = (kind: CallEvent['kind']): readonly ReceivedEvent[] =>
    events.filter(({ event }) => event.kind === kind);
  const ended = ofKind('ended');
  const spoke = whoSpoke(events);
  const times = readTimes(events);
  const conversed =
    spoke.length > 0 || ofKind('answered').length + ofKind('transferred').length > 0;
  const duration = readDuration(events, times, conversed);
  const cause = last((event) => event.cause);
  const direction = first((event) => event.direction);
  return {
    phase: phaseOf(events, spoke),
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
        last((event) => event.result) ??
        (ended.length === 0
          ? undefined
          : deriveResult({ direction, cause, spoke: conversed || (duration ?? 0) > 0 })),
      subject: last((event) => event.subject),
      description: last((event) => event.description),
      contactId: last((event) => event.contactId),
    }),
    ringing: unique(ofKind('ringing').flatMap(({ event }) => event.extensions)),
    spoke,
    startedAt: times.startedAt,
    recordings: readRecordings(events),
    withoutRing: ofKind('ringing').length === 0,
    durationUnknown: ended.some(({ event }) => event.cause === CLOSED_WITHOUT_END),
  };
}

/** The cause of an end that we wrote ourselves, because the phone system never told of one. */
export const CLOSED_WITHOUT_END = 'end not reported';

/** True for a call that somebody took. */
export function wasAnswered(facts: CallFacts): boolean {
  return facts.spoke.length > 0 || facts.phase === 'answered' || facts.result === 'answered';
}

function phaseOf(events: readonly ReceivedEvent[], spoke: readonly string[]): CallPhase {
  if (events.some(({ event }) => event.kind === 'ended')) return 'ended';
  const answered = events.some(
    ({ event }) => event.kind === 'answered' || event.kind === 'transferred',
  );
  return answered || spoke.length > 0 ? 'answered' : 'ringing';
}

/** Life cycle before arrival: who answered stands before whom the call was transferred to. */
function whoSpoke(events: readonly ReceivedEvent[]): readonly string[] {
  const of = (kind: CallEvent['kind']): readonly string[] =>
    events.filter(({ event }) => event.kind === kind).flatMap(({ event }) => event.extensions);
  const told = [...of('answered'), ...of('transferred')];
  if (told.length > 0) return told.filter((extension, at) => extension !== told[at - 1]);
  // Systems without an answer event say with the end who had the call.
  const atEnd = events.find(({ event }) => event.kind === 'ended' && isConversation(event));
  return unique(atEnd?.event.extensions ?? []).slice(0, 1);
}

function isConversation(event: CallEvent): boolean {
  return event.result === undefined ? (event.duration ?? 0) > 0 : event.result === 'answered';
}

interface CallTimes {
  readonly startedAt: number;
  readonly answeredAt?: number;
  readonly endedAt?: number;
}

function readTimes(events: readonly ReceivedEvent[]): CallTimes {
  const timeOf = (kind: CallEvent['kind']): number | undefined => {
    const found = events.find(({ event }) => event.kind === kind);
    if (found === undefined) return undefined;
    return isPlausibleTime(found.event.at) ? found.event.at : found.receivedAt;
  };
  const told = (read: (event: CallEvent) => number | undefined): number | undefined =>
    events.map(({ event }) => read(event)).find(isPlausibleTime);
  const endedAt =
    timeOf('ended') === undefined ? undefined : (told((e) => e.endedAt) ?? timeOf('ended'));
  const answeredAt = timeOf('answered');
  const startedAt =
    told((event) => event.startedAt) ??
    timeOf('ringing') ??
    startFromEnd(events, endedAt) ??
    answeredAt ??
    events[0]?.receivedAt ??
    0;
  return { startedAt, ...defined({ answeredAt, endedAt }) };
}

/** An end without a ring still tells when the call began, if it holds the duration. */
function startFromEnd(
  events: readonly ReceivedEvent[],
  endedAt: number | undefined,
): number | undefined {
  if (endedAt === undefined) return undefined;
  const duration = events.map(({ event }) => event.duration).find((value) => value !== undefined);
  return endedAt - (duration ?? 0) * 1_000;
}

/** Seconds: as told, else from the times, else unknown. A clock that ran backwards gives nothing. */
function readDuration(
  events: readonly ReceivedEvent[],
  times: CallTimes,
  spoken: boolean,
): number | undefined {
  const told = events.map(({ event }) => event.duration).findLast((value) => value !== undefined);
  if (told !== undefined) return Math.round(told);
  const ended = events.find(({ event }) => event.kind === 'ended');
  if (ended === undefined || ended.event.cause === CLOSED_WITHOUT_END) return undefined;
  if (!spoken) return 0;
  if (times.answeredAt === undefined || times.endedAt === undefined) return undefined;
  const seconds = Math.round((times.endedAt - times.answeredAt) / 1_000);
  return seconds < 0 ? undefined : seconds;
}

/** SIP response codes (RFC 3261) and Q.850 causes for a line that was busy. */
const BUSY_CAUSES = new Set(['486', '600', '17', 'busy', 'user_busy']);

function deriveResult(call: {
  direction: CallDirection | undefined;
  cause: string | undefined;
  spoke: boolean;
}): CallResult | undefined {
  if (call.spoke) return 'answered';
  if (call.cause === CLOSED_WITHOUT_END) return undefined;
  if (call.direction === 'inbound') return 'missed';
  const cause = (call.cause ?? '').toLowerCase();
  if (BUSY_CAUSES.has(cause)) return 'busy';
  // 487: the caller hung up before anybody answered.
  return cause === '' || cause === '487' || cause === '16' ? 'cancelled' : 'failed';
}

function readRecordings(events: readonly ReceivedEvent[]): readonly RecordingFact[] {
  const byKey = new Map<string, RecordingFact>();
  for (const { event } of events) {
    const recording = event.recording;
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
