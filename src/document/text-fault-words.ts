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
