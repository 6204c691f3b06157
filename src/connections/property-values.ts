import { runInNewContext } from 'node:vm';

import type { PropertyField } from '../document/names/properties.ts';

/** What is wrong with the value of a property, in words that never repeat a value. */
export interface PropertyProblem {
  readonly property: string;
  readonly message: string;
}

export type CheckUrl = (
  url: string,
) =>
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly setting?: string };

const MAX_VALUE_LENGTH = 65_536;
/** The patterns are the document's: hostile ones, however many, must not hold the process. */
const PATTERNS_TIMEOUT_MS = 100;
/** The timeout does not interrupt the reading of a pattern. Lint refuses longer ones. */
const MAX_PATTERN_LENGTH = 1_000;
/**
 * What is not reached in time has no entry. Each pattern must be one by itself: `a)|(b` would
 * otherwise slip out of the anchors.
 */
const PATTERNS_TEST = `
  for (const { label, pattern, value } of tests) {
    try {
      new RegExp(pattern, 'u');
      fits.set(label, new RegExp('^(?:' + pattern + ')$', 'u').test(value));
    } catch {}
  }`;

/**
 * Checks the values of a connection against the fields of its document: unknown labels, required
 * ones, types, choices and patterns; those that people fill and those that sign-in fills alike.
 * Returns all problems at once.
 */
export function checkPropertyValues(
  fields: readonly PropertyField[],
  values: ReadonlyMap<string, string>,
  checkUrl: CheckUrl,
): readonly PropertyProblem[] {
  const labels = new Set(fields.map((field) => field.label));
  const unknown = [...values.keys()]
    .filter((label) => !labels.has(label))
    .map((label) => ({
      property: label,
      message: `The document has no property '${label}'; it has ${quoted([...labels])}.`,
    }));
  const fits = testPatterns(fields, values);
  const wrong = fields.flatMap((field) => {
    const message = checkField(field, values.get(field.label), { checkUrl, fits });
    return message === undefined ? [] : [{ property: field.label, message }];
  });
  return [...unknown, ...wrong];
}

/** The values with each field's default where there is none: what a request is rendered with. */
export function withDefaults(
  fields: readonly PropertyField[],
  values: ReadonlyMap<string, string>,
): Readonly<Record<string, string>> {
  const complete = new Map(values);
  for (const field of fields) {
    if (field.default !== undefined && !complete.has(field.label)) {
      complete.set(field.label, field.default);
    }
  }
  // Object.fromEntries defines members, so that a label `__proto__` is a label like any other.
  return Object.fromEntries(complete);
}

function checkField(
  field: PropertyField,
  value: string | undefined,
  { checkUrl, fits }: { checkUrl: CheckUrl; fits: ReadonlyMap<string, boolean> },
): string | undefined {
  const { label } = field;
  if (value === undefined) {
    return field.required ? `'${label}' needs a value.` : undefined;
  }
  if (value.length > MAX_VALUE_LENGTH) return `'${label}' is longer than 65,536 characters.`;
  if (value.includes('\u0000')) return `'${label}' holds a NUL character.`;
  if (field.type === 'choice' && field.choices !== undefined && !field.choices.includes(value)) {
    return `'${label}' must be one of ${quoted(field.choices)}.`;
  }
  if (field.type === 'number' && !/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(value)) {
    return `'${label}' must be a number, for example 42 or 1.5.`;
  }
  if (field.type === 'boolean' && !/^(?:true|false|1|0|yes|no)$/i.test(value)) {
    return `'${label}' must be true or false.`;
  }
  if (field.type === 'url') {
    const refusal = checkUrlValue(label, value, checkUrl);
    if (refusal !== undefined) return refusal;
  }
  return field.pattern === undefined
    ? undefined
    : checkPattern(label, field.pattern, fits.get(label));
}

function checkUrlValue(label: string, value: string, checkUrl: CheckUrl): string | undefined {
  if (!/^https?:\/\/[^\s/?#]+/i.test(value)) {
    return `'${label}' must be a complete URL that begins with https://.`;
  }
  const verdict = checkUrl(value);
  return verdict.ok ? undefined : `'${label}': ${verdict.reason}`;
}

function checkPattern(
  label: string,
  pattern: string,
  fits: boolean | undefined,
): string | undefined {
  if (fits === true) return undefined;
  return fits === false
    ? `'${label}' does not match the pattern ${pattern}.`
    : `'${label}' cannot be checked: the document's pattern ${cut(pattern)} does not work.`;
}

/** Whether each value fits the pattern of its field; without an entry where that cannot be told. */
function testPatterns(
  fields: readonly PropertyField[],
  values: ReadonlyMap<string, string>,
): ReadonlyMap<string, boolean> {
  const fits = new Map<string, boolean>();
  const tests = fields.flatMap(({ label, pattern }) => {
    const value = values.get(label);
    const short = value !== undefined && value.length <= MAX_VALUE_LENGTH;
    return short && pattern !== undefined && pattern.length <= MAX_PATTERN_LENGTH
      ? [{ label, pattern, value }]
      : [];
  });
  if (tests.length === 0) return fits;
  try {
    runInNewContext(PATTERNS_TEST, { tests, fits }, { timeout: PATTERNS_TIMEOUT_MS });
  } catch {
    // Out of time: the values that were not reached are refused.
  }
  return fits;
}

function cut(pattern: string): string {
  return pattern.length > MAX_PATTERN_LENGTH ? `${pattern.slice(0, 60)}…` : pattern;
}

function quoted(words: readonly string[]): string {
  return words.length === 0 ? 'none' : words.map((word) => `'${word}'`).join(', ');
}
