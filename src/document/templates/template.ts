export type Notation = 'dollar' | 'braces';

/** `offset` and `length` are those of the placeholder with its signs, in UTF-16 units. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'name';
      readonly name: string;
      readonly offset: number;
      readonly length: number;
    };

/** In characters; labels of more than 60 are an error of the document, and no name is longer. */
const LONGEST_NAME = 200;

/**
 * Splits a text into literal text and placeholders of known names, from the left: an opening sign
 * whose text up to the next closing sign is no known name is literal, and the scan goes on at the
 * next character. Names are not trimmed. The empty text has no parts.
 */
export function parseTemplate(
  text: string,
  notation: Notation,
  isKnown: (name: string) => boolean,
): readonly TemplatePart[] {
  const [open, close] = notation === 'dollar' ? (['$', '$'] as const) : (['{', '}'] as const);
  const parts: TemplatePart[] = [];
  let literalFrom = 0;
  let at = text.indexOf(open);
  let end = 0;
  while (at !== -1) {
    // Many opening signs share one closing sign: it is looked for once.
    if (end <= at) end = text.indexOf(close, at + 1);
    if (end === -1) break;
    const name = end - at > LONGEST_NAME ? undefined : text.slice(at + 1, end);
    const found = name !== undefined && isKnown(name);
    if (found) {
      if (at > literalFrom) parts.push({ kind: 'text', text: text.slice(literalFrom, at) });
      parts.push({ kind: 'name', name, offset: at, length: end + 1 - at });
      literalFrom = end + 1;
    }
    at = text.indexOf(open, found ? end + 1 : at + 1);
  }
  if (literalFrom < text.length) parts.push({ kind: 'text', text: text.slice(literalFrom) });
  return parts;
}

/** The known names that stand as placeholders in a text, as often as they stand there. */
export function templateNames(
  text: string,
  notation: Notation,
  isKnown: (name: string) => boolean,
): readonly string[] {
  const parts = parseTemplate(text, notation, isKnown);
  return parts.flatMap((part) => (part.kind === 'name' ? [part.name] : []));
}

/** True for a text in which something stands between signs, of whichever notation. */
export function hasSigns(text: string): boolean {
  return hasBetween(text, '$', '$') || hasBetween(text, '{', '}');
}

// By hand, for a pattern would look for the closing sign once for each opening one.
function hasBetween(text: string, open: string, close: string): boolean {
  for (let at = text.indexOf(open); at !== -1; at = text.indexOf(open, at + 1)) {
    const end = text.indexOf(close, at + 1);
    if (end === -1) return false;
    if (end > at + 1) return true;
  }
  return false;
}

/** The notation that a document's `var_char` asks for. */
export function notationOf(varChar: unknown): Notation {
  return varChar === '{}' ? 'braces' : 'dollar';
}
