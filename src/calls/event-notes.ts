import type { CallEvent } from './call-event.ts';
import { AHEAD_MAX_MS, isDate } from './event-time.ts';
import type { EventSource } from './route-events.ts';

/** Buffered events are days old; older ones are a clock that lost its time, or history. */
const PAST_NOTED_MS = 31 * 24 * 60 * 60 * 1_000;

/** What the sender of an event should know of it, though it was taken in: one sentence each. */
export function notesOf(event: CallEvent, source: EventSource, now: number): readonly string[] {
  const unknown = event.unknownKeys.map((key) => `\`${key}\` is no known member: kept, not used`);
  const ignored =
    event.domain !== undefined &&
    source.organizationId !== undefined &&
    source.domain === undefined;
  return [
    ...unknown,
    ...(ignored ? ['`domain` is not compared: the organization has none'] : []),
    ...(event.unreadableTimes ?? []).map(unreadableNote),
    ...timeNotes(event.at, now),
    ...recordingNotes(event, now),
  ];
}

/** What is done in place of a time that cannot be read, and what a sender may write. */
function unreadableNote(name: string): string {
  const instead =
    name === 'recording.expires_at' ? 'it is left out' : 'the time of arrival is used';
  return `\`${name}\` cannot be read as a time, so ${instead}: send epoch milliseconds or ISO 8601, such as 2026-03-02T09:15:00.000Z`;
}

function recordingNotes({ kind, recording }: CallEvent, now: number): readonly string[] {
  if (kind === 'recorded' && recording === undefined) {
    return ['`recorded` tells of no recording without `recording`: send its `url` or `page_url`'];
  }
  const expiresAt = recording?.expiresAt;
  return expiresAt !== undefined && expiresAt <= now
    ? ['`recording.expires_at` has passed: the recording is tried once all the same']
    : [];
}

/** What a wrong clock or seconds in place of milliseconds look like. */
function timeNotes(at: number | undefined, now: number): readonly string[] {
  if (at === undefined) return [];
  if (!isDate(at)) {
    return ['`at` is before 1990, so the time of arrival is used: epoch times are in milliseconds'];
  }
  if (at > now + AHEAD_MAX_MS) {
    return [
      "`at` is more than a day ahead, so the time of arrival is used: check the phone system's clock and time zone",
    ];
  }
  return at < now - PAST_NOTED_MS
    ? ["`at` is more than 31 days ago: check the phone system's clock, unless the call is that old"]
    : [];
}
