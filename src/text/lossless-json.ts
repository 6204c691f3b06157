import type { Json } from '../document/json-value.ts';

export type ParsedJson =
  | { readonly status: 'json'; readonly value: Json }
  | { readonly status: 'not_json' }
  | { readonly status: 'too_deep' | 'too_many_nodes' };

/** What is let in from a CRM; `JSON.parse` itself takes 200,000 nested arrays. */
export const JSON_MAX_DEPTH = 64;
const MAX_NODES = 200_000;

/** Anything that plain `JSON.parse` would change or let through: long digits, exponents, NUL. */
const NEEDS_CARE = /\d{16}|\d[eE]|\\u(?:0000|[dD][89a-fA-F])/;

/**
 * Parses JSON without losing a digit of a long number. Depth and number of values are checked on
 * the text, before there is a tree that anything could walk. In texts U+0000 is dropped and lone
 * surrogates become U+FFFD.
 */
export function parseLosslessJson(text: string): ParsedJson {
  const size = measure(text);
  if (size !== undefined) return { status: size };
  try {
    const value: Json = NEEDS_CARE.test(text) ? JSON.parse(text, revive) : JSON.parse(text);
    return { status: 'json', value };
  } catch {
    return { status: 'not_json' };
  }
}

/** What plain `JSON.parse` changes in a text, once it is known that a number may be long. */
const ESCAPE_NEEDS_CARE = /\\u(?:0000|[dD][89a-fA-F])/;

/**
 * Parses a text whose depth was measured and whose size is bounded, and which is known to have a long
 * number or an escape, or none; `undefined` for what is no JSON.
 */
export function parseSlicedJson(
  text: string,
  has: { readonly longNumbers: boolean; readonly escapes: boolean },
): Json | undefined {
  try {
    const needsCare = has.longNumbers || (has.escapes && ESCAPE_NEEDS_CARE.test(text));
    const value: Json = needsCare ? JSON.parse(text, revive) : JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

function revive(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '').toWellFormed();
  if (typeof value !== 'number' || context?.source === undefined) return value;
  return isExact(value, context.source) ? value : JSON.rawJSON(context.source);
}

/** A double keeps 15 significant digits of any number, and whole numbers up to 2^53. */
function isExact(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return false;
  if (Number.isSafeInteger(value) || String(value) === source) return true;
  const digits = source
    .replace(/[eE].*$/, '')
    .replaceAll(/[-.]/g, '')
    .replace(/^0+/, '');
  return digits.length <= 15 && (value !== 0 || digits === '');
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/** Counts brackets and commas outside texts; the text need not be JSON. */
function measure(text: string): 'too_deep' | 'too_many_nodes' | undefined {
  let depth = 0;
  let nodes = 1;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) index = endOfText(text, index);
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      nodes += 1;
      if (depth > JSON_MAX_DEPTH) return 'too_deep';
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
    else if (code === COMMA) nodes += 1;
    if (nodes > MAX_NODES) return 'too_many_nodes';
  }
  return undefined;
}

function endOfText(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end;
}

function isEscaped(text: string, position: number): boolean {
  let before = position - 1;
  while (text.charCodeAt(before) === BACKSLASH) before -= 1;
  return (position - before) % 2 === 0;
}
