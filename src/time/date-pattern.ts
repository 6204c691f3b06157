/** A piece of a pattern: a field such as `yyyy`, or text that stands for itself. */
export type PatternToken =
  { kind: 'field'; field: string } | { kind: 'literal'; text: string; quoted: boolean };

export interface PatternProblem {
  /** Where in the pattern, counted in UTF-16 units. */
  readonly offset: number;
  readonly message: string;
}

export type ParsedPattern =
  { ok: true; tokens: readonly PatternToken[] } | { ok: false; problem: PatternProblem };

/** What each field of a date pattern writes; also the table of the reference page. */
export const DATE_FIELDS = {
  yyyy: 'year, four digits',
  yy: 'year, two digits; read as 1969 to 2068',
  MMMM: 'month, English name (September)',
  MMM: 'month, English short name (Sep)',
  MM: 'month, two digits',
  M: 'month',
  dd: 'day, two digits',
  d: 'day',
  EEEE: 'day of the week, English name (Tuesday)',
  EEE: 'day of the week, English short name (Tue)',
  HH: 'hour 00 to 23',
  H: 'hour 0 to 23',
  hh: 'hour 01 to 12',
  h: 'hour 1 to 12',
  mm: 'minute, two digits',
  m: 'minute',
  ss: 'second, two digits',
  s: 'second',
  SSS: 'millisecond, three digits',
  a: 'AM or PM',
  XXX: 'offset +02:00, Z for UTC',
  XX: 'offset +0200, Z for UTC',
  Z: 'offset +0200, +0000 for UTC',
} as const;

/** What each field of a duration pattern writes; the largest field takes all that is above it. */
export const DURATION_FIELDS = {
  HH: 'hours, at least two digits',
  H: 'hours',
  mm: 'minutes, at least two digits',
  m: 'minutes',
  ss: 'seconds, at least two digits',
  s: 'seconds',
} as const;

/** Nobody writes a longer one; a hostile document must not make us build long texts. */
const MAX_PATTERN_LENGTH = 100;

/**
 * Reads a pattern into fields and literals. Letters are fields and belong to the closed list in
 * `fields`, but for `T`, which everybody writes bare between date and time. Text in single quotes
 * stands for itself, two single quotes for one; other signs stand for themselves.
 */
export function parsePattern(
  pattern: string,
  fields: Readonly<Record<string, string>>,
): ParsedPattern {
  if (pattern.length > MAX_PATTERN_LENGTH) {
    return fail(MAX_PATTERN_LENGTH, `A pattern has at most ${MAX_PATTERN_LENGTH} characters.`);
  }
  const tokens: PatternToken[] = [];
  let at = 0;
  while (at < pattern.length) {
    const sign = pattern.charAt(at);
    if (sign === "'") {
      const quoted = readQuoted(pattern, at);
      if (quoted === undefined) return fail(at, 'This quote is never closed.');
      tokens.push({ kind: 'literal', text: quoted.text, quoted: true });
      at = quoted.end;
    } else if (/[A-Za-z]/.test(sign) && sign !== 'T') {
      const run = runOf(pattern, at);
      if (!Object.hasOwn(fields, run)) return fail(at, unknownField(run, fields));
      tokens.push({ kind: 'field', field: run });
      at += run.length;
    } else {
      tokens.push({ kind: 'literal', text: sign, quoted: false });
      at += 1;
    }
  }
  if (!tokens.some((token) => token.kind === 'field')) {
    return fail(0, `The pattern has no field; fields are ${Object.keys(fields).join(', ')}.`);
  }
  return { ok: true, tokens };
}

function readQuoted(pattern: string, start: number): { text: string; end: number } | undefined {
  if (pattern.charAt(start + 1) === "'") return { text: "'", end: start + 2 };
  let text = '';
  for (let at = start + 1; at < pattern.length; at += 1) {
    if (pattern.charAt(at) !== "'") {
      text += pattern.charAt(at);
    } else if (pattern.charAt(at + 1) === "'") {
      text += "'";
      at += 1;
    } else {
      return { text, end: at + 1 };
    }
  }
  return undefined;
}

function runOf(pattern: string, start: number): string {
  let end = start + 1;
  while (end < pattern.length && pattern.charAt(end) === pattern.charAt(start)) end += 1;
  return pattern.slice(start, end);
}

function unknownField(run: string, fields: Readonly<Record<string, string>>): string {
  // Other libraries write years and days with capitals.
  const lower = run.toLowerCase();
  const likely = /^[YD]+$/.test(run) && Object.hasOwn(fields, lower) ? `; write "${lower}"` : '';
  return `"${run}" is no field of a pattern${likely}. Fields are ${Object.keys(fields).join(', ')}; put letters that stand for themselves in single quotes.`;
}

function fail(offset: number, message: string): ParsedPattern {
  return { ok: false, problem: { offset, message } };
}
