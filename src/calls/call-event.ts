import { hash } from 'node:crypto';

import { z } from 'zod';

import { LATEST_MS, parseIso } from './event-time.ts';
import { canonicalJson } from '../text/canonical-json.ts';
import { misfitWords } from '../text/misfit-words.ts';
import { defined } from './defined.ts';

export const CALL_EVENT_KINDS = [
  'ringing',
  'answered',
  'transferred',
  'ended',
  'noted',
  'recorded',
] as const;
export type CallEventKind = (typeof CALL_EVENT_KINDS)[number];

export const CALL_RESULTS = [
  'answered',
  'missed',
  'voicemail',
  'busy',
  'failed',
  'cancelled',
] as const;
export type CallResult = (typeof CALL_RESULTS)[number];

export type CallDirection = 'inbound' | 'outbound' | 'internal';

export interface CallEventRecording {
  /** Addresses as they were told; in an event that is kept, the names that stand for them. */
  readonly url?: string;
  readonly pageUrl?: string;
  readonly filename?: string;
  /** Epoch milliseconds. */
  readonly expiresAt?: number;
  /** Set for a file that was put straight into our spool; never read from outside. */
  readonly recordingId?: string;
}

/** What a phone system reports of a call. Times are its own: epoch milliseconds, never trusted for order. */
export interface CallEvent {
  /** The phone system's id of the event, else the fingerprint of the body. */
  readonly eventId: string;
  readonly callId: string;
  readonly kind: CallEventKind;
  readonly at?: number;
  /** Start and end where the phone system repeats them in a later event. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly direction?: CallDirection;
  readonly extensions: readonly string[];
  readonly callingNumber?: string;
  readonly calledNumber?: string;
  readonly did?: string;
  readonly queue?: string;
  readonly branchId?: string;
  readonly branchName?: string;
  readonly domain?: string;
  readonly phoneUserId?: string;
  readonly cause?: string;
  readonly result?: CallResult;
  /** Seconds. */
  readonly duration?: number;
  readonly subject?: string;
  readonly description?: string;
  readonly contactId?: string;
  /** Which of the CRM's kinds of contacts `contactId` is of: ids are unique within a kind only. */
  readonly contactType?: string;
  readonly recording?: CallEventRecording;
  /** Names of keys that were kept without being understood. */
  readonly unknownKeys: readonly string[];
  /** Names of members that should be a time and are none: as if they had not been told. */
  readonly unreadableTimes?: readonly string[];
}

export type ParsedEvent =
  | { readonly ok: true; readonly event: CallEvent }
  | {
      readonly ok: false;
      readonly code: EventProblemCode;
      readonly field: string;
      readonly message: string;
    };

export type EventProblemCode = 'not_an_object' | 'missing_field' | 'invalid_field';

/** Longest call or event id that is kept, in UTF-16 units. */
const ID_MAX = 200;
const TEXT_MAX = 1_000;
/** A comment may be a page or two; more belongs into a file. */
const LONG_TEXT_MAX = 64 * 1024;
const EXTENSIONS_MAX = 200;
const URL_MAX = 4_096;
/** Objects and lists inside one another: an event has two, and what is kept is walked later. */
export const DEPTH_MAX = 32;
/** Of a key that is named in a note. */
const KEY_MAX = 100;

const text = (max: number) => z.preprocess(readText, z.string().max(max).optional());
/** A clock that has lost its time must not lose the event: what cannot be read is noted. */
const time = z.unknown().optional();
const choice = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.preprocess(blankToUndefined, z.enum(values).optional());
const webUrl = z.preprocess(
  readText,
  z
    .string()
    .max(URL_MAX)
    .regex(/^https?:\/\//i, 'must be an http or https URL')
    .optional(),
);

const CallEventBody = z.looseObject({
  event_id: text(ID_MAX),
  call_id: text(ID_MAX),
  kind: choice(CALL_EVENT_KINDS),
  at: time,
  direction: choice(['inbound', 'outbound', 'internal']),
  extension: text(TEXT_MAX),
  extensions: z.preprocess(
    (value) => (value === null ? undefined : value),
    z.array(text(TEXT_MAX)).max(EXTENSIONS_MAX).optional(),
  ),
  calling_number: text(TEXT_MAX),
  called_number: text(TEXT_MAX),
  did: text(TEXT_MAX),
  queue: text(TEXT_MAX),
  branch_id: text(TEXT_MAX),
  branch_name: text(TEXT_MAX),
  domain: text(TEXT_MAX),
  cause: text(TEXT_MAX),
  result: choice(CALL_RESULTS),
  duration: z.preprocess(readNumber, z.number().min(0).max(31_536_000).optional()),
  subject: text(TEXT_MAX),
  description: text(LONG_TEXT_MAX),
  contact_id: text(TEXT_MAX),
  contact_type: text(TEXT_MAX),
  recording: z.preprocess(
    (value) => (value === null ? undefined : value),
    z
      .looseObject({
        url: webUrl,
        page_url: webUrl,
        filename: text(TEXT_MAX),
        expires_at: time,
      })
      .optional(),
  ),
});
type CallEventBody = z.infer<typeof CallEventBody>;

const KNOWN_KEYS = new Set(Object.keys(CallEventBody.shape));

/**
 * Reads one call event as a phone system sends it. Lenient on what vendors vary (numbers as
 * texts, blanks, times of a broken clock, unknown keys, which are named in the event), strict on what decides where the
 * event belongs. The problem names the first field that is wrong.
 */
export function parseCallEvent(body: unknown): ParsedEvent {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return problem('not_an_object', '', 'an event is a JSON object');
  }
  if (isDeeperThan(body, DEPTH_MAX)) {
    return problem('invalid_field', '', `an event is at most ${DEPTH_MAX} levels deep`);
  }
  const parsed = CallEventBody.safeParse(body, { error: misfitWords });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = (issue?.path ?? []).map(String).join('.');
    return problem('invalid_field', field, `\`${field}\` ${issue?.message ?? 'is not valid'}`);
  }
  const { call_id: callId, kind } = parsed.data;
  if (callId === undefined) return missing('call_id', 'every event names its call');
  if (kind === undefined) return missing('kind', `one of ${CALL_EVENT_KINDS.join(', ')}`);
  const event = toEvent(parsed.data, {
    callId,
    kind,
    eventId: parsed.data.event_id ?? fingerprint(body),
  });
  return kind === 'ringing' ? checkRinging(event) : { ok: true, event };
}

/** The id that stands in where a phone system sends none: equal bodies are one event. */
export function fingerprint(body: unknown): string {
  return `body-${hash('sha256', canonicalJson(body), 'hex').slice(0, 40)}`;
}

function toEvent(
  body: CallEventBody,
  ids: { callId: string; kind: CallEventKind; eventId: string },
): CallEvent {
  const extensions = [body.extension, ...(body.extensions ?? [])].filter(
    (item) => item !== undefined,
  );
  const recording = readRecording(body);
  const at = readTime(body.at);
  const unreadableTimes = [
    ...(at === 'unreadable' ? ['at'] : []),
    ...(readTime(body.recording?.expires_at) === 'unreadable' ? ['recording.expires_at'] : []),
  ];
  return {
    ...ids,
    ...(unreadableTimes.length === 0 ? {} : { unreadableTimes }),
    ...defined({
      at: at === 'unreadable' ? undefined : at,
      direction: body.direction,
      callingNumber: body.calling_number,
      calledNumber: body.called_number,
      did: body.did,
      queue: body.queue,
      branchId: body.branch_id,
      branchName: body.branch_name,
      domain: body.domain,
      cause: body.cause,
      result: body.result,
      duration: body.duration,
      subject: body.subject,
      description: body.description,
      contactId: body.contact_id,
      contactType: body.contact_type,
      recording,
    }),
    extensions: [...new Set(extensions)],
    unknownKeys: Object.keys(body)
      .filter((key) => !KNOWN_KEYS.has(key))
      .slice(0, 50)
      .map((key) => key.slice(0, KEY_MAX)),
  };
}

function readRecording(body: CallEventBody): CallEventRecording | undefined {
  if (body.recording === undefined) return undefined;
  const { url, page_url: pageUrl, filename, expires_at: told } = body.recording;
  const expiresAt = readTime(told);
  return defined({
    ...{ url, pageUrl, filename },
    expiresAt: expiresAt === 'unreadable' ? undefined : expiresAt,
  });
}

function checkRinging(event: CallEvent): ParsedEvent {
  if (event.direction === undefined) return missing('direction', 'inbound, outbound or internal');
  if (event.extensions.length === 0) return missing('extension', 'who rings, or who dials');
  const other = event.direction === 'inbound' ? event.callingNumber : event.calledNumber;
  if (other === undefined) {
    const field = event.direction === 'inbound' ? 'calling_number' : 'called_number';
    return missing(field, 'the number of the other side');
  }
  return { ok: true, event };
}

/** True for a value whose walk by recursion could end the stack. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((member) => isDeeperThan(member, levels - 1));
}

function missing(field: string, why: string): ParsedEvent {
  return problem('missing_field', field, `\`${field}\` is missing: ${why}`);
}

function problem(code: EventProblemCode, field: string, message: string): ParsedEvent {
  return { ok: false, code, field, message };
}

function readText(value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (JSON.isRawJSON(value)) return value.rawJSON;
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value !== 'string') return value;
  // PostgreSQL refuses U+0000 and SQLite keeps it: without it both hold the same text.
  const clean = value.replaceAll('\u0000', '').toWellFormed().trim();
  return clean === '' ? undefined : clean;
}

function blankToUndefined(value: unknown): unknown {
  return value === null || value === '' ? undefined : value;
}

function readNumber(value: unknown): unknown {
  if (value === null || value === '') return undefined;
  return typeof value === 'string' && /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
}

/** Epoch milliseconds; `undefined` where nothing was told. */
function readTime(value: unknown): number | 'unreadable' | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string') {
    return value.trim() === '' ? undefined : (parseIso(value) ?? 'unreadable');
  }
  const number = JSON.isRawJSON(value) ? Number(value.rawJSON) : value;
  const ms = typeof number === 'number' ? Math.floor(number) : NaN;
  return ms >= 0 && ms <= LATEST_MS ? ms : 'unreadable';
}
