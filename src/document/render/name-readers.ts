import type { Json } from '../json-value.ts';
import type { NamePlace, NameRef, Names } from '../names/names.ts';
import type { ParameterType } from '../names/parameter-type.ts';
import type { Notation } from '../templates/template.ts';
import type { Scalar } from '../values/values.ts';
import type { NameReader, ReaderOf } from './name-reader.ts';
import { isCleared, readRaw, zoneOf } from './raw-value.ts';
import type { ReadVariable, Slots, TextOf } from './raw-value.ts';
import { addNote, countValue } from './scope.ts';
import type { Scope } from './scope.ts';
import { asIs, compileText, renderText } from './text.ts';
import { textOf, writeTyped } from './typed-value.ts';

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
