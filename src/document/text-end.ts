/** Where a text ends, and with which quote; none when the quote is missing. */
export interface TextEnd {
  readonly offset: number;
  readonly close: string;
}

export const DOUBLE_CURLY = '“”„‟«»″＂';
export const SINGLE_CURLY = '‘’‚‛‹›′`';
/** Everything that people type or paste for a quote. */
export const QUOTES = `${DOUBLE_CURLY}${SINGLE_CURLY}"'`;

/** The end of a text that a straight quote opens at `start`: the next straight one of its line. */
export function straightEnd(source: string, start: number): TextEnd {
  for (let at = start + 1; at < source.length; at += 1) {
    const char = source.charAt(at);
    if (char === '\\') {
      at += 1;
    } else if (char === '"') {
      return { offset: at, close: '"' };
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
