import type { CallEvent } from './call-event.ts';
import type { CallFacts } from './call-facts.ts';
import { partyNumber } from './call-rules.ts';
import { isPlausibleTime } from './event-time.ts';

/** A call that is known by the id of an event. Times are epoch milliseconds. */
export interface KnownCall {
  readonly facts: CallFacts | undefined;
  /** When we learned of it. */
  readonly createdAt: number;
}

/** A phone system may use a call's id again, after a reboot; so much later a ring is another call. */
const SAME_CALL_MS = 24 * 60 * 60 * 1_000;
/** Clocks of two phones of one system may differ by so much. */
const SLACK_MS = 5_000;

/**
 * True when an event begins a call of its own although one of its id is known: a ring of somebody
 * else, or later than the end, of a call that rang and has ended; or anything that belongs to the
 * life of a call a day after it has ended. `now` is our clock, epoch milliseconds.
 */
export function isAnotherCall(known: KnownCall, event: CallEvent, now: number): boolean {
  const { facts } = known;
  const old = now - known.createdAt > SAME_CALL_MS;
  if (event.kind === 'ringing') return old || ringsAnew(facts, event, now);
  if (event.kind === 'noted' || event.kind === 'recorded') return false;
  // An end that was buffered for days is that of the call which we have ended ourselves.
  if (!old || facts?.phase !== 'ended' || facts.durationUnknown) return false;
  return !isPlausibleTime(event.at, now) || event.at - facts.startedAt > SAME_CALL_MS;
}

/**
 * Which of several calls with one id an event is of, the newest first: an event that was told before
 * the newest call began is of an older one. Undefined where `calls` is empty.
 */
export function whichCall<Call extends KnownCall>(
  calls: readonly Call[],
  event: CallEvent,
  now: number,
): Call | undefined {
  const [newest] = calls;
  const { at } = event;
  if (!isPlausibleTime(at, now)) return newest;
  const begun = calls.find(({ facts }) => facts !== undefined && facts.startedAt - SLACK_MS <= at);
  return begun ?? newest;
}

function ringsAnew(facts: CallFacts | undefined, event: CallEvent, now: number): boolean {
  // A call that never rang is waiting for its ring, which is late.
  if (facts?.phase !== 'ended' || facts.withoutRing) return false;
  const { endedAt, direction } = facts;
  if (event.direction !== direction) return true;
  if (partyNumber(event) !== partyNumber(facts)) return true;
  return endedAt !== undefined && isPlausibleTime(event.at, now) && event.at > endedAt + SLACK_MS;
}
