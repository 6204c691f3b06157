/** Epoch milliseconds before which a number is rather seconds: 1 January 1990. */
const EARLIEST_MS = 631_152_000_000;

/** The last moment of ISO 8601's four-digit years: later ones break what reads and writes dates. */
export const LATEST_MS = 253_402_300_799_999;

const ISO =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)\s*(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * Reads the time of an event, epoch milliseconds as digits or an ISO 8601 text (without a zone:
 * UTC). Returns epoch milliseconds, `undefined` for anything else, a day that no calendar has too.
 */
export function parseIso(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d{12,14}$/.test(trimmed)) return Number(trimmed);
  const match = ISO.exec(trimmed);
  if (match === null || !isDay(match[1] ?? '')) return undefined;
  const zone = match[3] ?? 'Z';
  const withColon = /^[+-]\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  const ms = Date.parse(`${match[1] ?? ''}T${match[2] ?? ''}${withColon.toUpperCase()}`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** `Date.parse` makes 1 March of 30 February. */
function isDay(day: string): boolean {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
}

/** Nothing has happened tomorrow; a wrong time zone is off by less than a day. */
export const AHEAD_MAX_MS = 24 * 60 * 60 * 1_000;

/**
 * True for a time that a phone system may mean: later than 1990, in a year of four digits, and not
 * more than a day after `receivedAt`, when the event came. All in epoch milliseconds.
 */
export function isPlausibleTime(ms: number | undefined, receivedAt: number): ms is number {
  return isDate(ms) && ms <= receivedAt + AHEAD_MAX_MS;
}

/** True for epoch milliseconds of a year from 1990 to 9999. */
export function isDate(ms: number | undefined): ms is number {
  return ms !== undefined && ms >= EARLIEST_MS && ms <= LATEST_MS;
}
