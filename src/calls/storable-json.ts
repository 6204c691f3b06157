const NUL = '\u0000';
/** U+0000 as JSON text holds it; the backslashes before it come in pairs, each pair a backslash. */
const ESCAPED_NUL = /(?<!\\)((?:\\\\)*)\\u0000/g;

/**
 * JSON text without U+0000, which PostgreSQL's text refuses and SQLite's keeps; `null` for what JSON
 * does not know.
 */
export function storableJson(value: unknown): string {
  return (JSON.stringify(value) ?? 'null').replaceAll(ESCAPED_NUL, '$1');
}

/** Parsed JSON without U+0000 in any text or name; numbers keep their digits. */
export function withoutNul(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(NUL, '');
  if (typeof value !== 'object' || value === null || JSON.isRawJSON(value)) return value;
  if (Array.isArray(value)) return value.map(withoutNul);
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key.replaceAll(NUL, ''), withoutNul(member)]),
  );
}
