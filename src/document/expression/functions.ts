import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { textToBase64 } from '../../text/base64.ts';
import { encodeValue } from '../../text/percent-encoding.ts';
import { checkDatePattern, formatDate, parseIso } from '../../time/date-format.ts';
import { checkDurationPattern, formatDuration } from '../../time/duration-format.ts';
import { isTimeZone } from '../../time/time-zone.ts';
import { numericValue, scalarText } from '../values/plain-number.ts';
import type { PhoneNumberForms, PhoneNumbers } from '../values/values.ts';
import { RunningError, bounded } from './running-error.ts';
import type { Value } from './running-error.ts';
import { escapeHtml, leftOf, replaceText, rightOf, roundTo } from './text-functions.ts';

/** What functions know of the connection. */
export interface FunctionContext {
  readonly phones: PhoneNumbers;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

type Kind = 'text' | 'number' | 'any';

export interface ExpressionFunction {
  /** How it is written, for messages and the reference page. */
  readonly usage: string;
  readonly description: string;
  readonly parameters: readonly Kind[];
  /** How many of `parameters` must be given; default all. */
  readonly least?: number;
  /** The last parameter may be given again, up to this many arguments. */
  readonly most?: number;
  readonly result: 'string' | 'double' | 'bool' | 'dyn';
  /** True when missing arguments are passed to `run`; else the result has no value. */
  readonly takesMissing?: boolean;
  /** Says what is wrong with an argument that the author wrote as a text. */
  readonly check?: (position: number, text: string) => string | undefined;
  run(args: readonly Value[], context: FunctionContext): Value;
}

const HASHES = { sha256, sha1, md5 } as const;
const PHONE_FORMS = ['e164', 'digits', 'national', 'significant', 'international'] as const;
/** More arguments than any text has parts; the parser allows 32. */
const MOST_ARGUMENTS = 16;

/** The functions of expressions, by name: a closed list. */
export const FUNCTIONS: ReadonlyMap<string, ExpressionFunction> = new Map(
  Object.entries({
    present: {
      usage: 'present(name)',
      description: 'True when the name has a value.',
      parameters: ['any'],
      result: 'bool',
      takesMissing: true,
      run: ([value]) => hasValue(value),
    },
    coalesce: {
      usage: 'coalesce(first, second, …)',
      description: 'The first of its arguments that has a value.',
      parameters: ['any'],
      most: MOST_ARGUMENTS,
      result: 'dyn',
      takesMissing: true,
      run: (args) => args.find(hasValue) ?? null,
    },
    join: {
      usage: "join(', ', first, second, …)",
      description: 'Its arguments with the separator between them; missing ones are left out.',
      parameters: ['text', 'any'],
      most: MOST_ARGUMENTS,
      result: 'string',
      takesMissing: true,
      run: ([separator, ...parts]) => {
        const texts = parts.filter(hasValue).map(textOf);
        return texts.length === 0 ? null : bounded(texts.join(textOf(separator ?? '')));
      },
    },
    string: {
      usage: 'string(value)',
      description: 'The value as text; numbers in plain decimals.',
      parameters: ['any'],
      result: 'string',
      run: ([value]) => textOf(value),
    },
    double: {
      usage: 'double(text)',
      description: 'The number that a text says; no value when it says none.',
      parameters: ['any'],
      result: 'double',
      run: ([value]) => numericValue(value) ?? null,
    },
    upper: text1('upper(text)', 'The text in capitals.', (text) => text.toUpperCase()),
    lower: text1('lower(text)', 'The text in small letters.', (text) => text.toLowerCase()),
    trim: text1('trim(text)', 'The text without blanks around it.', (text) => text.trim()),
    url_encode: text1('url_encode(text)', 'The text as a value of a query.', encodeValue),
    base64: text1('base64(text)', "Base64 of the text's UTF-8.", textToBase64),
    escape_html: text1(
      'escape_html(text)',
      'The text for a page: & < > " \' as entities, line feeds as <br>.',
      escapeHtml,
    ),
    replace: {
      usage: 'replace(text, before, after)',
      description: 'The text with `after` wherever `before` stood.',
      parameters: ['text', 'text', 'text'],
      result: 'string',
      run: ([text, before, after]) => replaceText(asText(text), asText(before), asText(after)),
    },
    left: cut('left', 'The first characters of a text.', leftOf),
    right: cut('right', 'The last characters of a text.', rightOf),
    truncate: cut('truncate', 'A text of at most so many characters; nothing is added.', leftOf),
    round: {
      usage: 'round(number, decimals)',
      description: 'Rounded to whole numbers, or to decimals; half away from zero.',
      parameters: ['number', 'number'],
      least: 1,
      result: 'double',
      run: ([value, decimals]) => roundTo(asNumber(value), asNumber(decimals ?? 0)),
    },
    floor: number1('floor(number)', 'The next whole number below.', Math.floor),
    ceil: number1('ceil(number)', 'The next whole number above.', Math.ceil),
    minutes: number1('minutes(seconds)', 'Seconds as minutes, rounded up.', (seconds) =>
      Math.ceil(seconds / 60),
    ),
    format_date: {
      usage: "format_date(time, 'yyyy-MM-dd HH:mm', 'Europe/London')",
      description: 'A time by a pattern, in UTC or the zone given.',
      parameters: ['any', 'text', 'text'],
      least: 2,
      result: 'string',
      check: checkDateArgument,
      run: ([time, pattern, zone]) => {
        const instant = typeof time === 'string' ? parseIso(time) : time;
        if (typeof instant !== 'number') throw new RunningError('format_date was given no time.');
        const text = formatDate(instant, asText(pattern), asText(zone ?? 'UTC'));
        if (text === undefined) throw new RunningError('format_date cannot write this time so.');
        return bounded(text);
      },
    },
    format_duration: {
      usage: "format_duration(seconds, 'mm:ss')",
      description: 'Seconds by a pattern of HH, H, mm, m, ss, s.',
      parameters: ['number', 'text'],
      result: 'string',
      check: (position, text) => (position === 1 ? checkDurationPattern(text)?.message : undefined),
      run: ([seconds, pattern]) => {
        const text = formatDuration(asNumber(seconds), asText(pattern));
        if (text === undefined) {
          throw new RunningError('format_duration cannot write this duration so.');
        }
        return text;
      },
    },
    format_phone: {
      usage: "format_phone(number, 'international')",
      description: `A phone number as ${PHONE_FORMS.join(', ')} (default international); what is no valid number stays as it is.`,
      parameters: ['text', 'text'],
      least: 1,
      result: 'string',
      check: (position, text) =>
        position === 1 && phoneForm(text) === undefined
          ? `"${text}" is no form of a number; forms are ${PHONE_FORMS.join(', ')}.`
          : undefined,
      run: ([number, form], { phones, country }) => {
        const wanted = phoneForm(asText(form ?? 'international'));
        if (wanted === undefined) throw new RunningError('format_phone does not know this form.');
        return phones.parse(asText(number), country)?.[wanted] ?? asText(number);
      },
    },
    hash: {
      usage: "hash('sha256', text)",
      description: `The digest of the text's UTF-8 in small hexadecimal letters: ${Object.keys(HASHES).join(', ')}.`,
      parameters: ['text', 'text'],
      result: 'string',
      check: (position, text) =>
        position === 0 && hashNamed(text) === undefined
          ? `"${text}" is no hash; hashes are ${Object.keys(HASHES).join(', ')}.`
          : undefined,
      run: ([name, text]) => {
        const hash = hashNamed(asText(name));
        if (hash === undefined) throw new RunningError('hash does not know this name.');
        return bytesToHex(hash(new TextEncoder().encode(asText(text))));
      },
    },
  } satisfies Record<string, ExpressionFunction>),
);

/** True for a value; missing, `null` and the empty text are none. */
function hasValue(value: Value | undefined): value is string | number | boolean {
  return value !== undefined && value !== null && value !== '';
}

function text1(
  usage: string,
  description: string,
  change: (text: string) => string,
): ExpressionFunction {
  const run = ([text]: readonly Value[]): Value => bounded(change(asText(text)));
  return { usage, description, parameters: ['text'], result: 'string', run };
}

function number1(
  usage: string,
  description: string,
  change: (value: number) => number,
): ExpressionFunction {
  const run = ([value]: readonly Value[]): Value => change(asNumber(value));
  return { usage, description, parameters: ['number'], result: 'double', run };
}

function cut(
  name: string,
  description: string,
  change: (text: string, count: number) => string,
): ExpressionFunction {
  return {
    usage: `${name}(text, count)`,
    description,
    parameters: ['text', 'number'],
    result: 'string',
    run: ([text, count]) => bounded(change(asText(text), asNumber(count))),
  };
}

function checkDateArgument(position: number, text: string): string | undefined {
  if (position === 1) return checkDatePattern(text)?.message;
  if (position === 2 && !isTimeZone(text)) return `"${text}" is no time zone.`;
  return undefined;
}

function phoneForm(name: string): keyof PhoneNumberForms | undefined {
  return PHONE_FORMS.find((form) => form === name);
}

function hashNamed(name: string): ((bytes: Uint8Array) => Uint8Array) | undefined {
  if (name === 'sha256' || name === 'sha1' || name === 'md5') return HASHES[name];
  return undefined;
}

function textOf(value: Value | undefined): string {
  return value === undefined || value === null ? '' : scalarText(value);
}

function asText(value: Value | undefined): string {
  if (typeof value === 'string') return value;
  throw new RunningError('A function that takes a text was given none.');
}

function asNumber(value: Value | undefined): number {
  if (typeof value === 'number') return value;
  throw new RunningError('A function that takes a number was given none.');
}
