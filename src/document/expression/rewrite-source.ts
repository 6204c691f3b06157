/**
 * Put before every bare name: the library keeps `type`, `list`, `if` and others for itself, and a
 * document may well have a local value of that name.
 */
const NAME_PREFIX = 'v_';

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
    String.raw`(?<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?[uU]?)`,
    String.raw`[\s\S]`,
  ].join('|'),
  'g',
);

const KEYWORDS: ReadonlySet<string> = new Set(['true', 'false', 'in', 'properties']);
const WITH_ANSWER: ReadonlySet<string> = new Set([...KEYWORDS, 'response']);
// A comment ends at its line feed and nowhere else, so that there is one way to read it.
const CALL = /(?:\s|\/\/[^\n]*\n)*\(/y;

/**
 * Rewrites whole-number literals as doubles, `null` as a value of any type, and names so that they
 * are no words of the library's own: `call_duration / 60` of 90 seconds is 1.5, a ternary may
 * answer "no value", and a local value may be called `type`. `readsAnswer`: `response` is no name,
 * but the answer of the CRM.
 */
export function rewriteSource(source: string, readsAnswer = false): RewrittenSource {
  const keywords = readsAnswer ? WITH_ANSWER : KEYWORDS;
  const edits: { at: number; shift: number }[] = [];
  let text = '';
  let tokens = 0;
  let before = '';
  for (const found of source.matchAll(TOKENS)) {
    const [token] = found;
    const end = found.index + token.length;
    const replacement = replace(found.groups ?? {}, token, { source, before, end, keywords });
    text += replacement;
    if (replacement !== token) edits.push({ at: text.length, shift: text.length - end });
    if (found.groups?.['blank'] !== undefined) continue;
    before = token;
    tokens += 1;
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

/** The name that an identifier of the rewritten source stands for. */
export function originalName(identifier: string): string {
  return identifier.startsWith(NAME_PREFIX) ? identifier.slice(NAME_PREFIX.length) : identifier;
}

/** The identifier that stands for a name in the rewritten source. */
export function rewrittenName(name: string): string {
  return NAME_PREFIX + name;
}

function replace(
  groups: Readonly<Record<string, string | undefined>>,
  token: string,
  around: { source: string; before: string; end: number; keywords: ReadonlySet<string> },
): string {
  const { source, before, end, keywords } = around;
  if (groups['word'] !== undefined) {
    if (before === '.' || keywords.has(token)) return token;
    if (token === 'null') return 'dyn(null)';
    return isCalled(source, end) ? token : rewrittenName(token);
  }
  if (groups['hex'] !== undefined) return `${BigInt(token).toString()}.0`;
  // 5u is left as it is: the walk over the tree refuses it by name.
  const whole = groups['number'] !== undefined && /^\d+$/.test(token);
  return whole ? `${token}.0` : token;
}

function isCalled(source: string, end: number): boolean {
  // A copy: a sticky pattern keeps its place.
  const call = new RegExp(CALL);
  call.lastIndex = end;
  return call.test(source);
}
