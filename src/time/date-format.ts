import type { ReadFields } from './date-fields.ts';
import { readField, readOffset, writeField } from './date-fields.ts';
import type { PatternProblem } from './date-pattern.ts';
import { DATE_FIELDS, parsePattern } from './date-pattern.ts';
import { exists, instantOf, isInstant, offsetAt, utcOf } from './time-zone.ts';

/** Longer texts are no dates. */
const MAX_TEXT_LENGTH = 200;

/** Says what is wrong with a date pattern, or undefined when it can be used. */
export function checkDatePattern(pattern: string): PatternProblem | undefined {
  const parsed = parsePattern(pattern, DATE_FIELDS);
  return parsed.ok ? undefined : parsed.problem;
}

/**
 * Writes an instant (epoch milliseconds, the years 1 to 9999) by a pattern of the fields of
 * `DATE_FIELDS` in a zone (IANA name, `UTC` or an offset such as `+02:00`). Undefined when the
 * instant is out of range or the pattern or the zone cannot be used.
 */
export function formatDate(epochMs: number, pattern: string, zone: string): string | undefined {
  const instant = Math.floor(epochMs);
  const offset = offsetAt(instant, zone);
  const parsed = parsePattern(pattern, DATE_FIELDS);
  if (offset === undefined || !parsed.ok) return undefined;
  const local = new Date(instant + offset);
  return parsed.tokens
    .map((token) =>
      token.kind === 'literal' ? token.text : writeField(token.field, local, offset),
    )
    .join('');
}

/** Writes an instant (epoch milliseconds) as `2024-09-10T15:00:00.000Z`; undefined out of range. */
export function formatIso(epochMs: number): string | undefined {
  const instant = Math.floor(epochMs);
  return isInstant(instant) ? new Date(instant).toISOString() : undefined;
}

/**
 * Reads a text by the pattern that `formatDate` writes: epoch milliseconds, or undefined when the
 * text differs from the pattern, names no day, or the pattern or the zone cannot be used. An
 * offset in the text wins over the zone; what the pattern does not say is 0. For a time that comes
 * twice or never see `instantOf`.
 */
export function parseDate(text: string, pattern: string, zone: string): number | undefined {
  const parsed = parsePattern(pattern, DATE_FIELDS);
  if (!parsed.ok || text.length > MAX_TEXT_LENGTH) return undefined;
  const read: ReadFields = {};
  let at = 0;
  for (const token of parsed.tokens) {
    if (token.kind === 'literal') {
      if (!text.startsWith(token.text, at)) return undefined;
      at += token.text.length;
    } else {
      const field = readField(token.field, text, at);
      if (field === undefined) return undefined;
      Object.assign(read, field.fields);
      at = field.end;
    }
  }
  return at === text.length ? toInstant(read, zone) : undefined;
}

/**
 * Reads anything that looks like ISO 8601: a blank instead of `T`, no seconds, any fraction, only
 * a day, the basic form `20240910T150000Z`, offsets with or without colon. Epoch milliseconds
 * (fractions below are cut off), or undefined. Without an offset the time is in `zone`.
 */
export function parseIso(text: string, zone = 'UTC'): number | undefined {
  const trimmed = text.slice(0, MAX_TEXT_LENGTH).trim();
  const found =
    /^(\d{4})-?(\d{2})-?(\d{2})(?:[Tt ](\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d{1,12}))?)?)?)?/.exec(
      trimmed,
    );
  if (found === null) return undefined;
  const rest = trimmed.slice(found[0].length).trimStart();
  const offset = rest === '' ? undefined : readOffset(rest, 0);
  // A zone stands behind a time only, and nothing behind the zone.
  if (rest !== '' && (offset?.end !== rest.length || found[4] === undefined)) return undefined;
  return toInstant(
    {
      year: Number(found[1]),
      month: Number(found[2]),
      day: Number(found[3]),
      hour: Number(found[4] ?? 0),
      minute: Number(found[5] ?? 0),
      second: Number(found[6] ?? 0),
      millisecond: Number((found[7] ?? '').slice(0, 3).padEnd(3, '0')),
      ...offset?.fields,
    },
    zone,
  );
}

function toInstant(read: ReadFields, zone: string): number | undefined {
  if (read.year === undefined || read.month === undefined || read.day === undefined) {
    return undefined;
  }
  const hour = hourOf(read);
  if (hour === undefined) return undefined;
  const wall = {
    year: read.year,
    month: read.month,
    day: read.day,
    hour,
    minute: read.minute ?? 0,
    second: read.second ?? 0,
    millisecond: read.millisecond ?? 0,
  };
  if (read.offsetMs === undefined) return instantOf(wall, zone);
  const instant = utcOf(wall) - read.offsetMs;
  return exists(wall) && isInstant(instant) ? instant : undefined;
}

function hourOf(read: ReadFields): number | undefined {
  if (read.halfDayHour === undefined) return read.hour ?? 0;
  if (read.halfDayHour < 1 || read.halfDayHour > 12) return undefined;
  return (read.halfDayHour % 12) + (read.afternoon === true ? 12 : 0);
}
