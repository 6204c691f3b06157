const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** `Sun, 06 Nov 1994 08:49:37 GMT`; also with dashes, and without the day's name. */
const FIXED =
  /^(?:[a-z]{3,9}, ?)?(\d{1,2})[ -]([a-z]{3})[ -](\d{4}|\d{2}) (\d{2}):(\d{2}):(\d{2}) (?:gmt|utc|\+0000)$/i;

/**
 * Epoch milliseconds of an HTTP date (RFC 9110, section 5.6.7: the preferred form and the one of
 * RFC 850), or `undefined`.
 */
export function parseHttpDate(text: string): number | undefined {
  const match = FIXED.exec(text.trim());
  if (match === null) return undefined;
  const [, day = '', name = '', written = '', hour = '', minute = '', second = ''] = match;
  const month = MONTHS.indexOf(name.toLowerCase());
  if (month < 0) return undefined;
  // Two digits are of this century: no server says "retry after 1994".
  const year = written.length === 2 ? 2000 + Number(written) : Number(written);
  return Date.UTC(year, month, Number(day), Number(hour), Number(minute), Number(second));
}
