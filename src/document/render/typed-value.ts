import { parseLosslessJson } from '../../text/lossless-json.ts';
import { formatDate, formatIso, parseDate, parseIso } from '../../time/date-format.ts';
import { numberFromText } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import { isDateType } from '../names/parameters.ts';
import type { ParameterType } from '../names/parameter-type.ts';
import { booleanValue } from '../values/boolean-value.ts';
import { numericValue, scalarText } from '../values/plain-number.ts';
import type { Scalar } from '../values/values.ts';

/** Told when a value does not fit its declared type and goes out as text. */
export type Misfit = (wanted: string) => void;

/**
 * Writes a value in its declared type: numbers keep all their digits, dates take the form of the
 * type or its `format` in `zone`. What does not fit the type stays text, and `misfit` is told.
 */
export function writeTyped(
  raw: Scalar,
  type: ParameterType,
  options: { readonly zone: string; readonly isDate: boolean; readonly misfit: Misfit },
): Json {
  const written = options.isDate || isDateType(type.type) ? writeDate(raw, type, options) : raw;
  const value = writeScalar(written, type, options.misfit);
  return typeof value === 'string' ? cut(value, type.maxLength) : value;
}

/**
 * Reads a date as epoch milliseconds: by the declared `format`, as the number of an epoch type, or
 * as anything ISO-like. `undefined` for what is no date.
 */
export function readDate(raw: Scalar, type: ParameterType, zone: string): number | undefined {
  if (typeof raw === 'number') return raw;
  if (typeof raw === 'boolean') return undefined;
  const formatted = type.format === undefined ? undefined : parseDate(raw, type.format, zone);
  if (formatted !== undefined) return formatted;
  const number = numericValue(raw);
  if (number !== undefined && !/^\d{8}$/.test(raw)) {
    return type.type === 'epoch_seconds' ? number * 1000 : number;
  }
  return parseIso(raw, zone);
}

/** The text of a typed value: plain decimals, `true` or `false`, JSON for an object. */
export function textOf(value: Json): string {
  return scalarText(value) ?? JSON.stringify(value);
}

interface DateOptions {
  readonly zone: string;
  readonly misfit: Misfit;
}

function writeDate(raw: Scalar, type: ParameterType, { zone, misfit }: DateOptions): Scalar {
  const instant = readDate(raw, type, zone);
  const written = instant === undefined ? undefined : writeInstant(instant, type, zone);
  if (written === undefined) misfit('date');
  return written ?? raw;
}

function writeInstant(instant: number, type: ParameterType, zone: string): Scalar | undefined {
  if (type.format !== undefined) return formatDate(instant, type.format, zone);
  switch (type.type) {
    case 'ISO8601Date':
      return formatIso(instant);
    case 'date':
      return formatDate(instant, 'yyyy-MM-dd', zone);
    case 'epoch_seconds':
      return Math.floor(instant / 1000);
    case 'string':
    case 'number':
    case 'boolean':
    case 'epoch_milliseconds':
    case 'object':
      return instant;
  }
}

function writeScalar(value: Scalar, type: ParameterType, misfit: Misfit): Json {
  switch (type.type) {
    case 'number':
      return writeNumber(value, misfit);
    case 'boolean':
      return writeBoolean(value, misfit);
    case 'object':
      return writeObject(value, misfit);
    case 'string':
      return textOf(value);
    case 'ISO8601Date':
    case 'epoch_seconds':
    case 'epoch_milliseconds':
    case 'date':
      return value;
  }
}

function writeNumber(value: Scalar, misfit: Misfit): Json {
  if (typeof value === 'number') return value;
  const number = typeof value === 'string' ? numberFromText(value) : undefined;
  if (number === undefined) misfit('number');
  return number ?? textOf(value);
}

function writeBoolean(value: Scalar, misfit: Misfit): Json {
  const boolean = booleanValue(value);
  if (boolean === undefined) misfit('boolean');
  return boolean ?? textOf(value);
}

function writeObject(value: Scalar, misfit: Misfit): Json {
  if (typeof value !== 'string') return value;
  const parsed = parseLosslessJson(value);
  if (parsed.status === 'json') return parsed.value;
  misfit('object');
  return value;
}

function cut(text: string, maxLength: number | undefined): string {
  if (maxLength === undefined || text.length <= maxLength) return text;
  return Array.from(text).slice(0, maxLength).join('');
}
