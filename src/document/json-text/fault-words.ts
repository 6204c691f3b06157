import type { FindingCode } from '../findings/finding-codes.ts';
import { DOUBLE_CURLY, SINGLE_CURLY } from './token-ends.ts';

export interface QuoteFault {
  readonly code: FindingCode;
  /** True when the closing quote is the wrong one. */
  readonly atEnd: boolean;
  readonly message: string;
  readonly fix: string;
}

/** What is wrong with the quotes around a text; `close` is empty where there is none. */
export function quoteFault(open: string, close: string, inner: string): QuoteFault | undefined {
  const isCurly = DOUBLE_CURLY.includes(open) || (SINGLE_CURLY.includes(open) && open !== '`');
  const straight = `write "${shorten(inner)}" with straight double quotes`;
  const words = excerpt(inner);
  if (isCurly || open !== '"') {
    const code = isCurly ? 'curly_quotes' : 'single_quotes';
    const message = `${isCurly ? 'Curly' : 'Single'} quotes stand around ${words}.`;
    return { code, atEnd: false, message, fix: straight };
  }
  if (close === '') {
    const message = `The closing quote of ${words} is missing.`;
    const fix = 'put a " at its end; a line break inside a text is written \\n';
    return { code: 'missing_quotes', atEnd: false, message, fix };
  }
  return close === '"'
    ? undefined
    : {
        code: 'curly_quotes',
        atEnd: true,
        message: `A curly quote closes ${words}.`,
        fix: straight,
      };
}

/** The JSON literal that a bare word of another language means: `True`, `None`. */
export function meantLiteral(word: string): string | undefined {
  const lower = word.toLowerCase();
  if (lower === 'true' || lower === 'false' || lower === 'null') {
    return lower;
  }
  return lower === 'none' || lower === 'undefined' || lower === 'nil' ? 'null' : undefined;
}

/** What to write in place of a word without quotes. */
export function bareWordFix(word: string, isKey: boolean): string {
  const literal = isKey ? undefined : meantLiteral(word);
  return literal === undefined
    ? `write "${shorten(word)}"`
    : `write ${literal} in small letters, without quotes`;
}

/** A text for a message: quoted, and cut to what a line can hold. */
export function excerpt(text: string): string {
  return `"${shorten(text)}"`;
}

/** The first 40 characters of a text, with a sign that it goes on. */
export function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}
