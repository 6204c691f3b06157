/** Where a text ends, and with which quote; none when the quote is missing. */
export interface TextEnd {
  readonly offset: number;
  readonly close: string;
}

export const DOUBLE_CURLY = '“”„‟«»″＂';
export const SINGLE_CURLY = '‘’‚‛‹›′`';
/** Everything that people type or paste for a quote. */
export const QUOTES = `${DOUBLE_CURLY}${SINGLE_CURLY}"'`;

/**
 * The end of a text that a straight quote opens at `start`. The next straight quote of the line ends
 * it, unless nothing sensible follows there and a curly one stands at a better place.
 */
export function straightEnd(source: string, start: number, isKey: boolean): TextEnd {
  for (let at = start + 1; at < source.length; at += 1) {
    const char = source.charAt(at);
    if (char === '\\') {
      at += 1;
    } else if (char === '"') {
      const follows = isKey ? FOLLOWS_A_KEY : FOLLOWS_A_VALUE;
      const fits = follows.test(source.slice(at + 1, at + 101));
      const curly = fits ? null : CURLY_AT_END.exec(source.slice(start + 1, at));
      return curly === null
        ? { offset: at, close: '"' }
        : { offset: start + 1 + curly.index, close: curly[0] };
    } else if (char === '\n' || char === '\r') {
      return lineGuess(source, start, at);
    }
  }
  return lineGuess(source, start, source.length);
}

/** The end of a text in other quotes: a quote before a comma, colon, bracket or the line's end. */
export function mendedEnd(source: string, start: number): TextEnd {
  for (let at = start + 1; at < source.length; at += 1) {
    const char = source.charAt(at);
    if (char === '\n' || char === '\r') {
      return lineGuess(source, start, at);
    }
    if (QUOTES.includes(char) && ENDS_HERE.test(source.slice(at + 1, at + 11))) {
      return { offset: at, close: char };
    }
  }
  return lineGuess(source, start, source.length);
}

/** What stands without quotes at `start`, up to a sign of JSON, a quote, a comment or the line's end. */
export function bareWordAt(source: string, start: number): string {
  let end = start;
  while (end < source.length && !ENDS_A_WORD.includes(source.charAt(end))) {
    const pair = source.slice(end, end + 2);
    if (pair === '//' || pair === '/*' || pair === ' #') {
      break;
    }
    end += 1;
  }
  return source.slice(start, end).trimEnd();
}

/** The comment of another language that begins at `start`, or the empty text. */
export function commentAt(source: string, start: number): string {
  const pair = source.slice(start, start + 2);
  if (pair === '/*') {
    const end = source.indexOf('*/', start + 2);
    return source.slice(start, end === -1 ? source.length : end + 2);
  }
  if (pair !== '//' && !pair.startsWith('#')) {
    return '';
  }
  const end = /[\r\n]|$/g;
  end.lastIndex = start;
  return source.slice(start, end.exec(source)?.index);
}

const ENDS_A_WORD = `,:{}[]\n\r${QUOTES}`;
const FOLLOWS_A_KEY = /^\s*(?::|$)/;
const FOLLOWS_A_VALUE = /^\s*(?:[,}\]]|$)/;
const ENDS_HERE = /^[ \t]{0,9}(?:[,:}\]\r\n]|$)/;
const CURLY_AT_END = new RegExp(`[${DOUBLE_CURLY}](?=[ \\t]{0,9}(?:[,:}\\]]|$))`);
const AFTER_A_TEXT = ',}] \t';

/** A text without closing quote in its line: a curly one at a fitting place, else the line's end. */
function lineGuess(source: string, start: number, lineEnd: number): TextEnd {
  const line = source.slice(start + 1, lineEnd);
  const curly = CURLY_AT_END.exec(line);
  if (curly !== null) {
    return { offset: start + 1 + curly.index, close: curly[0] };
  }
  let length = line.length;
  while (length > 0 && AFTER_A_TEXT.includes(line.charAt(length - 1))) {
    length -= 1;
  }
  return { offset: start + 1 + length, close: '' };
}
