/** A date and time as a clock on the wall shows it, without a zone. Months count from 1. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

/** 0001-01-01T00:00:00.000Z: what four digits can write. */
const FIRST_INSTANT = -62_135_596_800_000;
/** 9999-12-31T23:59:59.999Z. */
const LAST_INSTANT = 253_402_300_799_999;
const DAY_MS = 86_400_000;
/** There are about 600 zones; a hostile document could spell each in many ways of case. */
const MAX_CACHED_ZONES = 1000;

// A memo of a pure function, not state: making a formatter takes some 50 µs, using one takes 2.
const formatters = new Map<string, Intl.DateTimeFormat>();

/** Tells whether the name is UTC, an IANA zone or an offset such as `+02:00`. */
export function isTimeZone(zone: string): boolean {
  return isUtc(zone) || formatterFor(zone) !== undefined;
}

/** Tells whether an instant (epoch milliseconds) lies in the years 1 to 9999. */
export function isInstant(epochMs: number): boolean {
  return Number.isInteger(epochMs) && epochMs >= FIRST_INSTANT && epochMs <= LAST_INSTANT;
}

/**
 * Offset of the zone from UTC at an instant, in milliseconds, east positive; undefined when the
 * zone is unknown or the instant out of range.
 */
export function offsetAt(epochMs: number, zone: string): number | undefined {
  if (!isInstant(epochMs)) return undefined;
  if (isUtc(zone)) return 0;
  const formatter = formatterFor(zone);
  if (formatter === undefined) return undefined;
  const fields = new Map<string, number>();
  for (const part of formatter.formatToParts(epochMs)) fields.set(part.type, Number(part.value));
  const field = (name: string): number => fields.get(name) ?? 0;
  const wall = utcOf({
    year: field('year'),
    month: field('month'),
    day: field('day'),
    hour: field('hour'),
    minute: field('minute'),
    second: field('second'),
    millisecond: 0,
  });
  return wall - Math.floor(epochMs / 1000) * 1000;
}

/**
 * The instant (epoch milliseconds) at which a clock in the zone shows this time. A time that
 * comes twice in autumn is the first of the two; one that is left out in spring counts with the
 * offset before the change (as `Temporal` calls "compatible"). Undefined for an unknown zone or a
 * date that does not exist.
 */
export function instantOf(wall: WallTime, zone: string): number | undefined {
  if (!exists(wall)) return undefined;
  const asUtc = utcOf(wall);
  const before = offsetAt(asUtc - DAY_MS, zone);
  const after = offsetAt(asUtc + DAY_MS, zone);
  if (before === undefined || after === undefined) return undefined;
  const candidates = [asUtc - Math.max(before, after), asUtc - Math.min(before, after)];
  const fitting = candidates.find(
    (instant) => asUtc - (offsetAt(instant, zone) ?? NaN) === instant,
  );
  const instant = fitting ?? asUtc - before;
  return isInstant(instant) ? instant : undefined;
}

/** The instant of a wall time in UTC; the fields are not checked. */
export function utcOf(wall: WallTime): number {
  // Date.UTC takes the years 0 to 99 for 1900 to 1999; setUTCFullYear does not.
  const date = new Date(0);
  date.setUTCFullYear(wall.year, wall.month - 1, wall.day);
  date.setUTCHours(wall.hour, wall.minute, wall.second, wall.millisecond);
  return date.getTime();
}

/** Tells whether such a date and time is on the calendar; second 60 is let through (RFC 3339, 5.6). */
export function exists(wall: WallTime): boolean {
  const days = new Date(utcOf({ ...wall, day: 1, hour: 0, minute: 0, second: 0, millisecond: 0 }));
  days.setUTCMonth(days.getUTCMonth() + 1, 0);
  return (
    within(wall.year, 1, 9999) &&
    within(wall.month, 1, 12) &&
    within(wall.day, 1, days.getUTCDate()) &&
    within(wall.hour, 0, 23) &&
    within(wall.minute, 0, 59) &&
    within(wall.second, 0, 60) &&
    within(wall.millisecond, 0, 999)
  );
}

function within(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}

function isUtc(zone: string): boolean {
  return zone === 'UTC' || zone === 'Z';
}

function formatterFor(zone: string): Intl.DateTimeFormat | undefined {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  try {
    const formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    if (formatters.size >= MAX_CACHED_ZONES) formatters.clear();
    formatters.set(zone, formatter);
    return formatter;
  } catch {
    // RangeError is how Intl says that it knows no such zone.
    return undefined;
  }
}
