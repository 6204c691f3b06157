/** A source in which all numbers are doubles, and the way back to the places of the original. */
export interface RewrittenSource {
  readonly text: string;
  /** False when the source has more tokens than any expression within the bound on nodes. */
  readonly withinBounds: boolean;
  /** The offset in the original source that an offset in `text` comes from. */
  originOf(offset: number): number;
}

/** 256 nodes with all their brackets and commas; the parser's own stack is safe below it. */
const MAX_TOKENS = 2048;

// Strings are skipped whole, as the parser reads them; an unclosed one is left for it to report.
const TOKENS = new RegExp(
  [
    String.raw`(?<blank>\s+|\/\/[^\n]*)`,
    String.raw`(?<text>[rRbB]?(?:"""(?:[^"\\]|\\[\s\S]|"(?!""))*"""|'''(?:[^'\\]|\\[\s\S]|'(?!''))*'''|"(?:[^"\\\r\n]|\\[\s\S])*"|'(?:[^'\\\r\n]|\\[\s\S])*'))`,
    String.raw`(?<word>[A-Za-z_][A-Za-z0-9_]*)`,
    String.raw`(?<hex>0[xX][0-9a-fA-F]+)`,
    String.raw`(?<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)`,
    String.raw`[\s\S]`,
  ].join('|'),
  'g',
);

/**
 * Rewrites whole-number literals as doubles and `null` as a value of any type, so that
 * `call_duration / 60` of 90 seconds is 1.5 and a ternary may answer "no value".
 */
export function rewriteLiterals(source: string): RewrittenSource {
  const edits: { at: number; shift: number }[] = [];
  let text = '';
  let tokens = 0;
  for (const found of source.matchAll(TOKENS)) {
    const [token] = found;
    const end = found.index + token.length;
    const replacement = replace(found.groups ?? {}, token, source.charAt(end));
    text += replacement;
    if (replacement !== token) edits.push({ at: text.length, shift: text.length - end });
    if (found.groups?.['blank'] === undefined) tokens += 1;
    if (tokens > MAX_TOKENS) break;
  }
  return {
    text,
    withinBounds: tokens <= MAX_TOKENS,
    originOf: (offset) => {
      const edit = edits.findLast((candidate) => candidate.at <= offset);
      return Math.min(offset - (edit?.shift ?? 0), source.length);
    },
  };
}

function replace(
  groups: Readonly<Record<string, string | undefined>>,
  token: string,
  next: string,
): string {
  if (groups['word'] === 'null') return 'dyn(null)';
  if (groups['hex'] !== undefined) return `${BigInt(token).toString()}.0`;
  // 5u is left as it is: the walk over the tree refuses it by name.
  const whole = groups['number'] !== undefined && /^\d+$/.test(token);
  return whole && !/[uU]/.test(next) ? `${token}.0` : token;
}
