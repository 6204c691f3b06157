import { isJsonArray, isJsonObject, isRawNumber } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import type { NameRef } from '../names/names.ts';
import { isDateType } from '../names/parameters.ts';
import type { ParameterType } from '../names/parameter-type.ts';
import { numericValue } from '../values/plain-number.ts';
import { readValue } from '../values/values.ts';
import type { Scalar } from '../values/values.ts';
import { deliveredValue } from './parameter-value.ts';
import { normalNumber, numberForm, parses } from './phone-value.ts';
import { uncounted } from './scope.ts';
import type { Scope } from './scope.ts';
import { readDate } from './typed-value.ts';

/** The value of a variable; `undefined` for a name that is none. */
export type ReadVariable = (name: string, scope: Scope) => Json | undefined;

export type TextOf = (scope: Scope) => string | undefined;

/** Compiled after the reader itself, since they may name it. */
export interface Slots {
  standIn?: (scope: Scope) => Scalar | undefined;
  zone?: TextOf;
}

/**
 * The value of a name by its kind, with its default where it has none: seconds, epoch
 * milliseconds, a number in the form that goes out; texts as they are.
 */
export function readRaw(
  ref: NameRef,
  slots: Slots,
  variable: ReadVariable,
  scope: Scope,
): Scalar | undefined {
  const { context } = scope;
  switch (ref.kind) {
    case 'property': {
      const value = readValue(context.properties, ref.name);
      scope.readSecret ||= ref.secret && value !== undefined;
      return value;
    }
    case 'moving':
      return context.moving === undefined ? undefined : readValue(context.moving, ref.name);
    case 'credential': {
      const token = ref.name === 'access_token' ? context.accessToken : context.sessionToken;
      scope.readSecret ||= token !== undefined;
      return token;
    }
    case 'variable':
      return scalarOf(variable(ref.name, scope));
    case 'target':
      return undefined;
    case 'local': {
      if (isCleared(ref, scope)) return undefined;
      const bound = readValue(context.values, ref.name);
      scope.readSecret ||= bound !== undefined && bound === signedInValue(ref.name, scope);
      return byType(bound ?? standIn(ref.name, slots, scope), ref.type, zoneOf(slots, scope));
    }
    case 'parameter':
      return readParameter(ref, slots, scope);
  }
}

/** What the sign-in bound may be a token of another server, whatever the document calls it. */
function signedInValue(name: string, { context }: Scope): Scalar | undefined {
  return context.signedIn === undefined ? undefined : readValue(context.signedIn, name);
}

/** An emptied value is not a missing one: neither a default nor another name stands in for it. */
export function isCleared(ref: NameRef, { context, cleared }: Scope): boolean {
  return (
    cleared !== 'omit' &&
    (ref.kind === 'parameter' || ref.kind === 'local') &&
    context.cleared?.has(ref.name) === true &&
    readValue(context.values, ref.name) === undefined
  );
}

function readParameter(
  ref: Extract<NameRef, { kind: 'parameter' }>,
  slots: Slots,
  scope: Scope,
): Scalar | undefined {
  if (isCleared(ref, scope)) return undefined;
  const delivered = deliveredValue(ref.builtin, scope);
  if (ref.form !== undefined) {
    const form =
      delivered === undefined ? undefined : numberForm(String(delivered), ref.form, scope);
    return form ?? standIn(`${ref.name}_${ref.form}`, slots, scope);
  }
  const value = delivered ?? standIn(ref.name, slots, scope);
  if (value === undefined) return undefined;
  switch (ref.builtin.kind) {
    case 'phone':
      return askedNumber(ref.name, String(value), scope);
    case 'number':
      return numericValue(value) ?? value;
    case 'date':
      return readDate(value, ref.type, zoneOf(slots, scope)) ?? value;
    case 'text':
    case 'reference':
      return value;
  }
}

/** In `FindContact` bare `phone` takes the form that is asked for, where the number has it. */
function askedNumber(name: string, value: string, scope: Scope): string {
  const normal = normalNumber(value, scope);
  if (name !== 'phone' || scope.method?.name !== 'FindContact') return normal;
  const { phoneFormat } = scope.context;
  const formats = phoneFormat === undefined ? scope.phoneFormats : [phoneFormat];
  if (formats.length === 0 || !parses(value, scope)) return normal;
  for (const format of formats) {
    const form = numberForm(value, format, scope);
    if (form !== undefined) return form;
  }
  return normal;
}

// Bound values are kept raw, in the CRM's own form, and read by their declared type.
function byType(value: Scalar | undefined, type: ParameterType, zone: string): Scalar | undefined {
  if (value === undefined) return undefined;
  if (isDateType(type.type)) return readDate(value, type, zone) ?? value;
  // Digits that a double would change stay text, so that an id loses none.
  const number = type.type === 'number' ? numericValue(value) : undefined;
  return number !== undefined && String(number) === String(value) ? number : value;
}

function standIn(name: string, slots: Slots, scope: Scope): Scalar | undefined {
  if (slots.standIn === undefined || scope.active.has(name)) return undefined;
  const read = slots.standIn;
  scope.active.add(name);
  const value = uncounted(scope, () => read(scope));
  scope.active.delete(name);
  return value === '' ? undefined : value;
}

/** The zone in which a date of this name is written. */
export function zoneOf(slots: Slots, scope: Scope): string {
  return uncounted(scope, () => slots.zone?.(scope)) ?? 'UTC';
}

function scalarOf(value: Json | undefined): Scalar | undefined {
  if (value === undefined || value === null) return undefined;
  if (isRawNumber(value)) return value.rawJSON;
  return isJsonArray(value) || isJsonObject(value) ? JSON.stringify(value) : value;
}
