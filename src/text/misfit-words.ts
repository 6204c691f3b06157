import type * as z from 'zod';

/** More unknown members than these are not named: a hostile body has thousands. */
const MAX_NAMED = 5;
/** Of the name of an unknown member, in UTF-16 units. */
const MAX_NAME_LENGTH = 60;

type Misfit = Parameters<z.core.$ZodErrorMap>[0];

/**
 * Says in our own words why a value does not fit a schema, as the rest of a sentence that begins
 * with the place: "must not be empty". Never quotes the value. Handed to `safeParse` as `error`; a
 * schema with words of its own goes before.
 */
export function misfitWords(misfit: Misfit): string {
  if (misfit.input === undefined && misfit.code !== 'custom') return missing(misfit);
  switch (misfit.code) {
    case 'invalid_type':
      return wrongType(misfit.expected, misfit.input);
    case 'invalid_value':
      return `must be ${oneOf(misfit.values)}`;
    case 'too_small':
      return misfit.exact === true
        ? sized('exactly', misfit.minimum, misfit.origin)
        : tooSmall(misfit);
    case 'too_big':
      return sized(limit(misfit), misfit.maximum, misfit.origin);
    case 'invalid_format':
      return FORMS[misfit.format] ?? affix(misfit) ?? NO_FORM;
    case 'not_multiple_of':
      return `must be a multiple of ${String(misfit.divisor)}`;
    case 'unrecognized_keys':
      return unknownMembers(misfit.keys);
    case 'invalid_key':
      return `has a member whose name ${misfit.issues[0]?.message ?? 'does not fit'}`;
    case 'invalid_union':
      return severalForms(misfit.errors);
    case 'invalid_element':
    case 'custom':
      return 'does not fit';
  }
}

const NO_FORM = 'does not have the form that the reference shows';

function missing(misfit: Misfit): string {
  if (misfit.code !== 'invalid_value') return 'is missing';
  return `is missing: ${oneOf(misfit.values)}`;
}

/** What a type is called, in words that need no JavaScript. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

function wrongType(expected: string, input: unknown): string {
  if (expected === 'undefined' || expected === 'never') return 'must be left out';
  const wanted = TYPES[expected] ?? expected;
  const given = TYPES[typeOf(input)];
  return given === undefined || given === wanted || wanted === 'a whole number'
    ? `must be ${wanted}`
    : `must be ${wanted}, not ${given}`;
}

function typeOf(input: unknown): string {
  if (input === null) return 'null';
  if (Array.isArray(input)) return 'array';
  // A text in a query that is no number: it was text that came.
  if (Number.isNaN(input)) return '';
  return typeof input;
}

function oneOf(values: readonly unknown[]): string {
  const [only] = values;
  return values.length === 1 ? quoted(only) : `one of ${values.map(quoted).join(', ')}`;
}

function quoted(value: unknown): string {
  return `\`${String(value)}\``;
}

function tooSmall(misfit: Extract<Misfit, { code: 'too_small' }>): string {
  const { origin, minimum, inclusive = true } = misfit;
  if (origin in UNITS && Number(minimum) === 1) return 'must not be empty';
  return sized(inclusive ? 'at least' : 'more than', minimum, origin);
}

function limit(misfit: Extract<Misfit, { code: 'too_big' }>): string {
  if (misfit.exact === true) return 'exactly';
  return misfit.inclusive === false ? 'less than' : 'at most';
}

/** What is counted, one and several. */
const UNITS: Readonly<Record<string, readonly [string, string]>> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
  set: ['entry', 'entries'],
  map: ['member', 'members'],
  record: ['member', 'members'],
  file: ['byte', 'bytes'],
};

function sized(bound: string, size: number | bigint, origin: string): string {
  const units = UNITS[origin];
  if (units === undefined) return `must be ${bound} ${String(size)}`;
  return `must have ${bound} ${String(size)} ${Number(size) === 1 ? units[0] : units[1]}`;
}

const FORMS: Readonly<Record<string, string>> = {
  email: 'must be an e-mail address',
  url: 'must be a URL',
  uuid: 'must be a UUID',
  datetime: 'must be a moment of ISO 8601, for example 2026-03-02T09:15:00.000Z',
  date: 'must be a date, for example 2026-03-02',
  time: 'must be a time, for example 09:15:00',
  ipv4: 'must be an IPv4 address',
  ipv6: 'must be an IPv6 address',
  base64: 'must be base64',
};

function affix(misfit: Extract<Misfit, { code: 'invalid_format' }>): string | undefined {
  const parts = [
    ['starts_with', 'prefix', 'begin with'],
    ['ends_with', 'suffix', 'end with'],
    ['includes', 'includes', 'contain'],
  ] as const;
  const part = parts.find(([format]) => format === misfit.format);
  return part === undefined ? undefined : `must ${part[2]} ${quoted(misfit[part[1]])}`;
}

function unknownMembers(keys: readonly string[]): string {
  const named = keys.slice(0, MAX_NAMED).map((key) => quoted(cut(key)));
  const more = keys.length - named.length;
  const all = more > 0 ? [...named, `${String(more)} more`] : named;
  return keys.length === 1
    ? `has a member that is unknown: ${all.join(', ')}`
    : `has members that are unknown: ${all.join(', ')}`;
}

function cut(name: string): string {
  return name.length > MAX_NAME_LENGTH ? `${name.slice(0, MAX_NAME_LENGTH)}…` : name;
}

/** What would make each of the forms fit that the value may have. */
function severalForms(forms: readonly (readonly z.core.$ZodIssue[])[]): string {
  const words = forms.flatMap(([first]) =>
    first === undefined || first.path.length > 0 ? [] : [first.message],
  );
  const distinct = [...new Set(words)];
  return distinct.length === forms.length || distinct.length === 1
    ? distinct.join(', or ')
    : NO_FORM;
}
