import { soundSize } from '../../voice.ts';
import type { Call, Contact, Recording } from '../records.ts';
import { drawNumbers, type Draw } from './draw-numbers.ts';
import { TALK } from './talk.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Ids of calls begin here, so that nobody takes one for a contact's. */
export const FIRST_CALL_ID = 1_001;
/** Calls of the last hours, so that the first page has something to show. */
const LATEST_CALLS = 6;
const DAYS = 14;
/** The first people of the list call more often than the others. */
const REGULARS = 8;
/** Recorded calls are short: their sound is made when somebody listens. */
const SHORTEST_RECORDED_S = 14;
const LONGEST_RECORDED_S = 38;

/** How a call went, before it has an id. */
type Course = Omit<Call, 'id' | 'recording'> & { readonly isRecorded: boolean };

/** The calls of the two weeks before `now` (epoch milliseconds), oldest first; the same for each start. */
export function pastCalls(now: number, contacts: readonly Contact[]): readonly Call[] {
  const draw = drawNumbers(20_260_301);
  const midnight = now - (now % DAY_MS);
  const older = Array.from({ length: DAYS }, (_, day) =>
    Array.from({ length: 3 + draw(3) }, () => {
      const minute = 8 * 60 + draw(9 * 60);
      return midnight - (DAYS - day) * DAY_MS + minute * MINUTE_MS + draw(60) * 1000;
    }),
  );
  const latest = Array.from({ length: LATEST_CALLS }, (_, index) => {
    const minutes = (LATEST_CALLS - index) * 23 + draw(15);
    return now - minutes * MINUTE_MS - draw(60) * 1000;
  });
  const times = [...older.flat().toSorted((a, b) => a - b), ...latest];
  return times.map((startedAt, index) => {
    const isRegular = draw(3) === 0;
    const drawn = contacts[draw(isRegular ? REGULARS : contacts.length)];
    // Who calls in the tour has called before.
    const person = index % 13 === 6 ? contacts[0] : drawn;
    const fromEnd = times.length - index;
    const { isRecorded, ...call } = course(startedAt, { person, draw, index, fromEnd });
    const id = FIRST_CALL_ID + index;
    return { ...call, id: String(id), recording: isRecorded ? recording(id, call.duration) : null };
  });
}

function course(
  startedAt: number,
  asked: { person: Contact | undefined; draw: Draw; index: number; fromEnd: number },
): Course {
  const { person, draw, index, fromEnd } = asked;
  const direction = draw(5) < 3 ? 'inbound' : 'outbound';
  const isMissed = fromEnd === 3 || (draw(6) === 0 && fromEnd > LATEST_CALLS);
  const isRecorded = fromEnd === 2 || (draw(3) === 0 && !isMissed);
  const recordedFor = SHORTEST_RECORDED_S + draw(LONGEST_RECORDED_S - SHORTEST_RECORDED_S);
  const talked = isMissed ? 0 : isRecorded ? recordedFor : 40 + draw(700);
  const answeredAt = startedAt + (4 + draw(14)) * 1000;
  // Five shares no factor with the sixteen: neighbours differ, and each comes up.
  const [subject, note] = TALK[(index * 5) % TALK.length] ?? ['', ''];
  const name = person === undefined ? '' : `${person.first_name} ${person.last_name}`;
  const missed = `${direction === 'inbound' ? 'Missed call from' : 'Tried to reach'} ${name}`;
  const ownPhone = person?.phone ?? '';
  return {
    key: '',
    direction,
    status: isMissed ? 'missed' : 'answered',
    subject: isMissed ? missed : subject,
    note: isMissed ? '' : note,
    phone: ownPhone === '' ? (person?.mobile ?? '') : ownPhone,
    contact_id: person?.id ?? '',
    user_id: person?.owner_id ?? '',
    started_at: iso(startedAt),
    answered_at: isMissed ? '' : iso(answeredAt),
    ended_at: iso(answeredAt + talked * 1000),
    duration: talked,
    recording_url: '',
    isRecorded,
  };
}

function recording(id: number, seconds: number): Recording {
  return {
    filename: `call-${id}.wav`,
    type: 'audio/wav',
    size: soundSize(seconds),
    made_from: id,
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
