import { RunningError } from '../expression/running-error.ts';
import type { Json } from '../json-value.ts';
import type { MethodRow } from '../methods.ts';
import type { Note, PhoneNumberForms } from '../values/values.ts';
import type { ClearedForm } from './cleared.ts';
import type { PhoneFormat } from '../names/parameters.ts';
import type { LostContent, RenderContext } from './request.ts';
import { unsafeValue } from './render-stop.ts';

/** The state of one rendering: what was read already, and the placeholders met so far. */
export interface Scope {
  readonly context: RenderContext;
  readonly method: MethodRow | undefined;
  readonly notes: Note[];
  readonly numbers: Map<string, PhoneNumberForms | undefined>;
  readonly typed: Map<object, Json | undefined>;
  readonly variables: Map<string, Json | undefined>;
  /** Names whose default or definition is being computed: a name never waits for itself. */
  readonly active: Set<string>;
  /** Placeholders met, and how many of them had a value; see `allMissingSince`. */
  met: number;
  present: number;
  /** Characters of all values read so far. */
  expanded: number;
  readonly expressions: ExpressionBudget;
  /** How values are written that the user emptied; `omit` counts them as missing. */
  cleared: ClearedForm;
  /** Emptied values met so far that are written. */
  clearedMet: number;
  /** The forms of bare `$phone$` that the document asks for. */
  phoneFormats: readonly PhoneFormat[];
  /** True once the value of a secret property was read, for whatever purpose. */
  readSecret: boolean;
  /** The name that the last key lacked, where a key was dropped. */
  absentInKey: string | undefined;
  /** What was not said for want of a key. */
  lost: LostContent | undefined;
}

/** A fresh state for one rendering. */
export function createScope(context: RenderContext, method?: MethodRow): Scope {
  return {
    context,
    method,
    notes: [],
    numbers: new Map(),
    typed: new Map(),
    variables: new Map(),
    active: new Set(),
    met: 0,
    present: 0,
    expanded: 0,
    expressions: context.expressions ?? { left: EXPRESSIONS_MAX_CHARACTERS },
    cleared: 'omit',
    clearedMet: 0,
    phoneFormats: [],
    readSecret: false,
    absentInKey: undefined,
    lost: undefined,
  };
}

/**
 * True when placeholders were met since a moment and none of them had a value; a line or an element
 * of which this is true goes.
 */
export function allMissingSince(
  scope: Scope,
  before: { readonly met: number; readonly present: number },
): boolean {
  return scope.met > before.met && scope.present === before.present;
}

/** Reads what only stands behind a placeholder, a default or a definition: it is not counted. */
export function uncounted<T>(scope: Scope, read: () => T): T {
  const { met, present } = scope;
  const value = read();
  scope.met = met;
  scope.present = present;
  return value;
}

/** Variables that repeat each other grow without bound: a hostile document must not fill memory. */
export const EXPANSION_MAX_CHARACTERS = 256 * 1024;

/** How many characters expressions may still go through; renderings may share it. */
export interface ExpressionBudget {
  left: number;
}

/**
 * Characters that all expressions of a rendering may go through together: a document has room for
 * thousands of them, and nobody else is served while they run.
 */
export const EXPRESSIONS_MAX_CHARACTERS = 1024 * 1024;

/** Counts what an expression reads or makes; throws `RunningError` once all are too much. */
export function spendCharacters(scope: Scope, characters: number): void {
  scope.expressions.left -= characters;
  if (scope.expressions.left < 0) {
    throw new RunningError('The expressions of this request together go through too much text.');
  }
}

/** Counts a value that was read; stops the rendering as `unsafe_value` when all are too much. */
export function countValue(scope: Scope, name: string, value: Json | undefined): void {
  if (typeof value !== 'string' && typeof value !== 'object') return;
  scope.expanded += (typeof value === 'string' ? value : JSON.stringify(value)).length;
  if (scope.expanded > EXPANSION_MAX_CHARACTERS) {
    throw unsafeValue(name, 'the values of this request together are too long');
  }
}

/** Tells something once per rendering. */
export function addNote(scope: Scope, note: Note): void {
  if (!scope.notes.some((each) => each.message === note.message)) scope.notes.push(note);
}
