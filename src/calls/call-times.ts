import type { CallEvent } from './call-event.ts';
import { defined } from './defined.ts';
import { isPlausibleTime } from './event-time.ts';

/** An event, and when it came. */
export interface TimedEvent {
  readonly event: CallEvent;
  /** Our own clock: epoch milliseconds. */
  readonly receivedAt: number;
}

/** Epoch milliseconds; never an end or an answer before the start. */
export interface CallTimes {
  readonly startedAt: number;
  readonly answeredAt?: number;
  readonly endedAt?: number;
  /** From the answer to the end, in seconds; a clock that ran backwards between them gives none. */
  readonly talked?: number;
}

/** When something happened, as told and as seen by us. */
interface Moment {
  readonly told: number | undefined;
  readonly seen: number;
}

/**
 * The times of a call. The phone system's clock is believed where a time is possible, else our time
 * of receipt stands in; a length is never taken between one clock and the other. `ends` are the
 * events that tell of the end, the one that counts first; `duration` is in seconds, as told.
 */
export function timesOf(
  events: readonly TimedEvent[],
  ends: readonly TimedEvent[],
  duration: number | undefined,
): CallTimes {
  const ringing = earliest(events.filter(({ event }) => event.kind === 'ringing'));
  const answered = earliest(events.filter(({ event }) => event.kind === 'answered'));
  const ended = endOf(events, ends);
  const began = events.flatMap((one) => toldTime(one, one.event.startedAt) ?? []);
  const beforeEnd = ended === undefined ? undefined : timeOf(ended) - (duration ?? 0) * 1_000;
  const startedAt =
    (began.length > 0 ? Math.min(...began) : undefined) ??
    momentOf(inTime(ringing, ended)) ??
    momentOf(inTime(answered, ended)) ??
    beforeEnd ??
    Math.min(...events.map(({ receivedAt }) => receivedAt));
  const talked = seconds(answered, ended);
  const endedAt = ended === undefined ? undefined : endAfter(startedAt, ended, duration, events);
  const answeredAt =
    momentOf(inTime(answered, ended)) ?? (answered === undefined ? undefined : beforeEnd);
  return {
    startedAt,
    ...defined({
      answeredAt:
        answeredAt === undefined
          ? undefined
          : Math.min(Math.max(answeredAt, startedAt), endedAt ?? Infinity),
      endedAt,
      talked,
    }),
  };
}

/** Several phones ring at several times, and their events come in any order: the first counts. */
function earliest(events: readonly TimedEvent[]): Moment | undefined {
  if (events.length === 0) return undefined;
  const told = events.flatMap((one) => toldTime(one, one.event.at) ?? []);
  return {
    told: told.length > 0 ? Math.min(...told) : undefined,
    seen: Math.min(...events.map(({ receivedAt }) => receivedAt)),
  };
}

function endOf(events: readonly TimedEvent[], ends: readonly TimedEvent[]): Moment | undefined {
  const [main] = ends;
  if (main === undefined) return undefined;
  const repeated = events.flatMap((one) => toldTime(one, one.event.endedAt) ?? []);
  const told = ends.map((one) => toldTime(one, one.event.at)).find((at) => at !== undefined);
  return { told: repeated[0] ?? told, seen: main.receivedAt };
}

function toldTime({ receivedAt }: TimedEvent, at: number | undefined): number | undefined {
  return isPlausibleTime(at, receivedAt) ? at : undefined;
}

function momentOf(moment: Moment | undefined): number | undefined {
  return moment === undefined ? undefined : timeOf(moment);
}

/** What nobody told the time of and what came after the end was late: when it came says nothing. */
function inTime(moment: Moment | undefined, ended: Moment | undefined): Moment | undefined {
  const isLate =
    ended !== undefined && moment?.told === undefined && (moment?.seen ?? 0) > ended.seen;
  return isLate ? undefined : moment;
}

function timeOf({ told, seen }: Moment): number {
  return told ?? seen;
}

function seconds(from: Moment | undefined, to: Moment | undefined): number | undefined {
  if (from === undefined || to === undefined) return undefined;
  const ms =
    from.told !== undefined && to.told !== undefined ? to.told - from.told : to.seen - from.seen;
  return ms < 0 ? undefined : Math.round(ms / 1_000);
}

/** The clock was set back during the call, or only one end of it was told: our own clock measures. */
function endAfter(
  startedAt: number,
  ended: Moment,
  duration: number | undefined,
  events: readonly TimedEvent[],
): number {
  const at = timeOf(ended);
  if (at >= startedAt) return at;
  const seen = ended.seen - Math.min(...events.map(({ receivedAt }) => receivedAt));
  return startedAt + (duration === undefined ? Math.max(0, seen) : duration * 1_000);
}
