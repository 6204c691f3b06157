import type { Json } from '../json-value.ts';
import { isJsonArray, isJsonObject, isRawNumber } from '../json-value.ts';
import type { NamePlace, NameRef, Names } from '../names/names.ts';
import { isDateType } from '../names/parameters.ts';
import type { ParameterType } from '../names/parameter-type.ts';
import { numericValue } from '../values/plain-number.ts';
import type { Notation } from '../templates/template.ts';
import { readValue } from '../values/values.ts';
import type { Scalar } from '../values/values.ts';
import { deliveredValue } from './parameter-value.ts';
import { normalNumber, numberForm, parses } from './phone-value.ts';
import type { NameReader, ReaderOf } from './name-reader.ts';
import { addNote, countValue, uncounted } from './scope.ts';
import type { Scope } from './scope.ts';
import { asIs, compileText, renderText } from './text.ts';
import { readDate, textOf, writeTyped } from './typed-value.ts';

/** The value of a variable; `undefined` for a name that is none. */
export type ReadVariable = (name: string, scope: Scope) => Json | undefined;

export interface ReaderTable {
  /** The reader of a name at a place of a request; `undefined` for an unknown name. */
  at(place: NamePlace): ReaderOf;
}

/** Compiles each name once, when the first template uses it. */
export function createReaders(options: {
  readonly names: Names;
  readonly notation: Notation;
  readonly variable: ReadVariable;
  /** The names that a variable is made with; without it none is known to be emptied. */
  readonly usesOf?: (variable: string) => readonly string[];
}): ReaderTable {
  const { names, notation, variable, usesOf = () => [] } = options;
  const known = new Map<string, NameReader>();
  const readerAt = (place: NamePlace, name: string): NameReader | undefined => {
    const key = `${place} ${name}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const ref = names.resolve(name, place);
    if (ref === undefined || ref.kind === 'target') return undefined;
    const slots: Slots = {};
    const used = (): readonly NameReader[] =>
      usesOf(name).flatMap((each) => readerAt(place, each) ?? []);
    const reader = makeReader(ref, slots, { variable, used });
    // Registered before its default is compiled, which may name it.
    known.set(key, reader);
    compileSlots(ref, slots, (text) => {
      const template = compileText(text, notation, (other) => readerAt('request', other));
      return (scope) => renderText(template, scope, asIs);
    });
    return reader;
  };
  return { at: (place) => (name) => readerAt(place, name) };
}

type TextOf = (scope: Scope) => string | undefined;

/** Compiled after the reader itself, since they may name it. */
interface Slots {
  standIn?: (scope: Scope) => Scalar | undefined;
  zone?: TextOf;
}

function compileSlots(ref: NameRef, slots: Slots, compile: (text: string) => TextOf): void {
  if (ref.kind !== 'parameter' && ref.kind !== 'local') return;
  const { default: standIn, timezone } = ref.type;
  if (typeof standIn === 'string') slots.standIn = compile(standIn);
  else if (standIn !== undefined) slots.standIn = () => standIn;
  if (timezone !== undefined) slots.zone = compile(timezone);
}

interface Variables {
  readonly variable: ReadVariable;
  /** What the variable that is read is made with. */
  readonly used: () => readonly NameReader[];
}

function makeReader(ref: NameRef, slots: Slots, { variable, used }: Variables): NameReader {
  const reader: NameReader = {
    name: ref.name,
    reference: isReference(ref),
    isFile: ref.kind === 'parameter' && ref.name === 'file',
    typed: (scope) => {
      if (!scope.typed.has(reader)) {
        const value = readTyped(ref, slots, variable, scope);
        scope.typed.set(reader, value === '' || value === null ? undefined : wellFormed(value));
      }
      const kept = scope.typed.get(reader);
      countValue(scope, ref.name, kept);
      return kept;
    },
    isCleared: (scope) =>
      ref.kind === 'variable'
        ? variable(ref.name, scope) === undefined && areCleared(used(), scope)
        : isCleared(ref, scope),
    text: (scope) => {
      const value = reader.typed(scope);
      return value === undefined ? undefined : textOf(value);
    },
    raw: (scope) => readRaw(ref, slots, variable, scope),
  };
  return reader;
}

/** An emptied value is not a missing one: neither a default nor another name stands in for it. */
function isCleared(ref: NameRef, { context, cleared }: Scope): boolean {
  return (
    cleared !== 'omit' &&
    (ref.kind === 'parameter' || ref.kind === 'local') &&
    context.cleared?.has(ref.name) === true &&
    readValue(context.values, ref.name) === undefined
  );
}

/** True for a variable's names when one was emptied and no other has a value. */
function areCleared(readers: readonly NameReader[], scope: Scope): boolean {
  return (
    scope.cleared !== 'omit' &&
    readers.some((reader) => reader.isCleared(scope)) &&
    readers.every((reader) => !reader.isFile && reader.raw(scope) === undefined)
  );
}

/** Lone surrogates cannot be written in UTF-8. */
function wellFormed(value: Json | undefined): Json | undefined {
  return typeof value === 'string' ? value.toWellFormed() : value;
}

/** What takes the whole text with it when it is missing (format of the language, "Mixed text"). */
function isReference(ref: NameRef): boolean {
  if (ref.kind === 'local' || /_(?:id|url)$/.test(ref.name)) return true;
  if (ref.kind !== 'parameter') return false;
  return ref.builtin.kind === 'reference' || ref.builtin.kind === 'date';
}

function readTyped(
  ref: NameRef,
  slots: Slots,
  variable: ReadVariable,
  scope: Scope,
): Json | undefined {
  if (ref.kind === 'variable') return variable(ref.name, scope);
  const raw = readRaw(ref, slots, variable, scope);
  if (raw === undefined) return undefined;
  if (ref.kind !== 'parameter' && ref.kind !== 'local') return propertyValue(ref, raw, scope);
  const isDate = ref.kind === 'parameter' && ref.builtin.kind === 'date';
  return writeTyped(raw, writtenType(ref), {
    zone: zoneOf(slots, scope),
    isDate,
    misfit: (wanted) => tellMisfit(ref.name, wanted, scope),
  });
}

/** A date whose own form is ISO 8601 stays that as a `string`; the others are their number. */
function writtenType(ref: Extract<NameRef, { kind: 'parameter' | 'local' }>): ParameterType {
  const isIso = ref.kind === 'parameter' && ref.builtin.type === 'ISO8601Date';
  const plain = ref.type.type === 'string' && ref.type.format === undefined;
  return isIso && plain ? { ...ref.type, type: 'ISO8601Date' } : ref.type;
}

function propertyValue(ref: NameRef, raw: Scalar, scope: Scope): Json {
  if (ref.kind !== 'property' || (ref.type !== 'number' && ref.type !== 'boolean')) {
    return raw;
  }
  const type: ParameterType = { type: ref.type };
  const misfit = (wanted: string): void => tellMisfit(ref.name, wanted, scope);
  return writeTyped(raw, type, { zone: 'UTC', isDate: false, misfit });
}

function tellMisfit(name: string, wanted: string, scope: Scope): void {
  const message = `the value of "${name}" is no ${wanted}; it was sent as text`;
  addNote(scope, { code: 'value_not_of_type', message });
}

function readRaw(
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
    case 'local':
      if (isCleared(ref, scope)) return undefined;
      return byType(
        readValue(context.values, ref.name) ?? standIn(ref.name, slots, scope),
        ref.type,
        zoneOf(slots, scope),
      );
    case 'parameter':
      return readParameter(ref, slots, scope);
  }
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

function zoneOf(slots: Slots, scope: Scope): string {
  return uncounted(scope, () => slots.zone?.(scope)) ?? 'UTC';
}

function scalarOf(value: Json | undefined): Scalar | undefined {
  if (value === undefined || value === null) return undefined;
  if (isRawNumber(value)) return value.rawJSON;
  return isJsonArray(value) || isJsonObject(value) ? JSON.stringify(value) : value;
}
