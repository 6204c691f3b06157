import type { CallEvent } from './call-event.ts';

/**
 * The extensions that spoke, in order: life cycle before arrival, so who answered stands before whom
 * the call was given to. Where more answers are told than transfers, each conversation has its own
 * answer: whom a call was sent to and who never answered (a queue, a phone that rang in vain) did not
 * speak. `end` is the event of the end that counts.
 */
export function whoSpoke(
  events: readonly CallEvent[],
  end: CallEvent | undefined,
): readonly string[] {
  const answers = distinct(events.filter(({ kind }) => kind === 'answered'));
  const transfers = distinct(events.filter(({ kind }) => kind === 'transferred'));
  const answered = answers.flatMap(({ extensions }) => extensions);
  const eachAnswered = answers.length > transfers.length;
  const given = transfers
    .flatMap(({ extensions }) => extensions)
    .filter((extension) => !eachAnswered || answered.includes(extension));
  const told = [...answered, ...given];
  if (told.length > 0) return told.filter((extension, at) => extension !== told[at - 1]);
  // Systems without an answer event say with the end who had the call.
  return end === undefined || !isConversation(end) ? [] : end.extensions.slice(0, 1);
}

/** True for an end that tells of a conversation before it. */
export function isConversation({ result, duration }: CallEvent): boolean {
  return result === undefined ? (duration ?? 0) > 0 : result === 'answered';
}

/** What a phone system tells twice under two ids is one thing. */
function distinct(events: readonly CallEvent[]): readonly CallEvent[] {
  const seen = new Set<string>();
  return events.filter(({ extensions, at }) => {
    const key = JSON.stringify([extensions, at ?? null]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
