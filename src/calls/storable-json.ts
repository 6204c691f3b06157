const NUL = '\u0000';
/** U+0000 as JSON text holds it; the backslashes before it come in pairs, each pair a backslash. */
const ESCAPED_NUL = /(?<!\\)((?:\\\\)*)\\u0000/g;

/**
 * JSON text without U+0000, which PostgreSQL's text refuses and SQLite's keeps; `null` for what JSON
 * does not know.
 */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return text.includes('\\u0000') ? text.replaceAll(ESCAPED_NUL, '$1') : text;
}

/** Beyond what is taken in anywhere; what lies deeper stays as it is, and is refused as too deep. */
const DEPTH_MAX = 100;

/** Parsed JSON without U+0000 in any text or name; numbers keep their digits. Ends no stack. */
export function withoutNul(value: unknown): unknown {
  return holdsNul(value, DEPTH_MAX) ? strip(value, DEPTH_MAX) : value;
}

function holdsNul(value: unknown, levels: number): boolean {
  if (typeof value === 'string') return value.includes(NUL);
  if (typeof value !== 'object' || value === null || levels === 0) return false;
  return Object.entries(value).some(
    ([key, member]) => key.includes(NUL) || holdsNul(member, levels - 1),
  );
}

function strip(value: unknown, levels: number): unknown {
  if (typeof value === 'string') return value.replaceAll(NUL, '');
  if (typeof value !== 'object' || value === null || JSON.isRawJSON(value)) return value;
  if (levels === 0) return value;
  if (Array.isArray(value)) return value.map((item) => strip(item, levels - 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key.replaceAll(NUL, ''),
      strip(member, levels - 1),
    ]),
  );
}
