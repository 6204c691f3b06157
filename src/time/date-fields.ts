const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;
const WEEKDAYS = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;

/** What has been read of a date; a field not yet read is absent. */
export interface ReadFields {
  year?: number;
  month?: number;
  day?: number;
  hour?: number;
  halfDayHour?: number;
  afternoon?: boolean;
  minute?: number;
  second?: number;
  millisecond?: number;
  offsetMs?: number;
}

/** Writes one field of `DATE_FIELDS`; `local` shows the wall time in its UTC fields. */
export function writeField(field: string, local: Date, offset: number): string {
  switch (field) {
    case 'yyyy':
      return pad(local.getUTCFullYear(), 4);
    case 'yy':
      return pad(local.getUTCFullYear() % 100, 2);
    case 'MMMM':
    case 'MMM':
      return namesOf(field)[local.getUTCMonth()] ?? '';
    case 'EEEE':
    case 'EEE':
      return namesOf(field)[local.getUTCDay()] ?? '';
    case 'a':
      return local.getUTCHours() < 12 ? 'AM' : 'PM';
    case 'XXX':
      return offset === 0 ? 'Z' : writeOffset(offset, ':');
    case 'XX':
      return offset === 0 ? 'Z' : writeOffset(offset, '');
    case 'Z':
      return writeOffset(offset, '');
    default:
      return pad(numberOf(field, local), field.length);
  }
}

/**
 * Reads one field of `DATE_FIELDS` at a place in a text: what it says and where it ends, or
 * undefined when the text has something else there.
 */
export function readField(
  field: string,
  text: string,
  at: number,
): { fields: ReadFields; end: number } | undefined {
  if (/^(MMMM?|EEEE?|a)$/.test(field)) return readName(field, text, at);
  if (/^(X+|Z)$/.test(field)) return readOffset(text, at);
  const width =
    field.length === 1 ? { least: 1, most: 2 } : { least: field.length, most: field.length };
  let end = at;
  while (end < at + width.most && isDigit(text.charAt(end))) end += 1;
  if (end - at < width.least) return undefined;
  const value = Number(text.slice(at, end));
  return { fields: fieldsOfNumber(field, value), end };
}

/** Reads `Z`, `+02:00`, `+0200` or `+02` at a place in a text. */
export function readOffset(
  text: string,
  at: number,
): { fields: { offsetMs: number }; end: number } | undefined {
  const sign = text.charAt(at);
  if (sign === 'Z' || sign === 'z') return { fields: { offsetMs: 0 }, end: at + 1 };
  const found = /^[+-](\d{2})(?::?(\d{2}))?/.exec(text.slice(at, at + 6));
  if (found === null) return undefined;
  const minutes = Number(found[1]) * 60 + Number(found[2] ?? 0);
  if (minutes > 18 * 60) return undefined;
  return {
    fields: { offsetMs: (sign === '-' ? -1 : 1) * minutes * 60_000 },
    end: at + found[0].length,
  };
}

function readName(
  field: string,
  text: string,
  at: number,
): { fields: ReadFields; end: number } | undefined {
  const names = field === 'a' ? ['AM', 'PM'] : namesOf(field);
  const rest = text.slice(at, at + 10).toLowerCase();
  const index = names.findIndex((name) => rest.startsWith(name.toLowerCase()));
  const name = names[index];
  if (name === undefined) return undefined;
  const end = at + name.length;
  if (field === 'a') return { fields: { afternoon: index === 1 }, end };
  // A day of the week says nothing that the date does not.
  return { fields: field.startsWith('M') ? { month: index + 1 } : {}, end };
}

function fieldsOfNumber(field: string, value: number): ReadFields {
  switch (field.charAt(0)) {
    case 'y':
      if (field === 'yyyy') return { year: value };
      return { year: value < 69 ? 2000 + value : 1900 + value };
    case 'M':
      return { month: value };
    case 'd':
      return { day: value };
    case 'H':
      return { hour: value };
    case 'h':
      return { halfDayHour: value };
    case 'm':
      return { minute: value };
    case 's':
      return { second: value };
    default:
      return { millisecond: value };
  }
}

function isDigit(sign: string): boolean {
  return sign >= '0' && sign <= '9';
}

function numberOf(field: string, local: Date): number {
  switch (field.charAt(0)) {
    case 'M':
      return local.getUTCMonth() + 1;
    case 'd':
      return local.getUTCDate();
    case 'H':
      return local.getUTCHours();
    case 'h':
      return local.getUTCHours() % 12 === 0 ? 12 : local.getUTCHours() % 12;
    case 'm':
      return local.getUTCMinutes();
    case 's':
      return local.getUTCSeconds();
    default:
      return local.getUTCMilliseconds();
  }
}

function writeOffset(offsetMs: number, separator: string): string {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  const sign = offsetMs < 0 ? '-' : '+';
  return `${sign}${pad(Math.floor(minutes / 60), 2)}${separator}${pad(minutes % 60, 2)}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** English names of months or days of the week, in order, as the field writes them. */
function namesOf(field: string): readonly string[] {
  if (field === 'MMMM') return MONTHS;
  if (field === 'MMM') return MONTHS.map((name) => name.slice(0, 3));
  if (field === 'EEEE') return WEEKDAYS;
  return WEEKDAYS.map((name) => name.slice(0, 3));
}
