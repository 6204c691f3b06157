import { escapeXml } from '../../text/escape-xml.ts';
import { MAX_RESULT_BYTES, RunningError, bounded, tooLong } from './running-error.ts';

/** Puts `after` wherever `before` stands; both are plain text, never a pattern. */
export function replaceText(text: string, before: string, after: string): string {
  if (before === '') return text;
  const pieces = text.split(before);
  // Told before it is built: 64 KiB put in at every letter would be gigabytes.
  if ((pieces.length - 1) * after.length > MAX_RESULT_BYTES) throw tooLong();
  return bounded(pieces.join(after));
}

/** The first `count` code points. */
export function leftOf(text: string, count: number): string {
  const wanted = Math.max(0, Math.floor(count));
  if (wanted >= text.length) return text;
  let end = 0;
  for (let taken = 0; taken < wanted && end < text.length; taken += 1) {
    end += isPairBefore(text, end + 2) ? 2 : 1;
  }
  return text.slice(0, end);
}

/** The last `count` code points. */
export function rightOf(text: string, count: number): string {
  const wanted = Math.max(0, Math.floor(count));
  if (wanted >= text.length) return text;
  let start = text.length;
  for (let taken = 0; taken < wanted && start > 0; taken += 1) {
    start -= isPairBefore(text, start) ? 2 : 1;
  }
  return text.slice(start);
}

/** Escapes a text for a page; line feeds become `<br>`. */
export function escapeHtml(text: string): string {
  return escapeXml(text).replaceAll(/\r\n|\r|\n/g, '<br>');
}

/** Rounds half away from zero, to a number of decimals (0 to 10). */
export function roundTo(value: number, decimals: number): number {
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > 10) {
    throw new RunningError('round takes 0 to 10 decimals.');
  }
  // By way of the decimal text: 1.005 * 100 is 100.49999999999999.
  const size = Math.abs(value);
  const shifted = Math.round(Number(`${size}e${decimals}`));
  const rounded =
    size >= 1e15 || size < 1e-6 ? Math.round(size) : Number(`${shifted}e-${decimals}`);
  return value < 0 ? -rounded : rounded;
}

function isPairBefore(text: string, end: number): boolean {
  return /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(Math.max(0, end - 2), end));
}
