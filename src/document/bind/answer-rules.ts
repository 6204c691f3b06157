import type { AnswerPath } from '../expression/answer-path.ts';
import { createAnswerReader } from '../expression/answer-reader.ts';
import type { AnswerReader, AnswerView } from '../expression/answer-reader.ts';
import { compileExpression } from '../expression/compile-expression.ts';
import { isJsonArray, isRawNumber, jsonMember, jsonText } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import { methodRow } from '../methods.ts';
import { evaluateExpression } from '../render/evaluate-expression.ts';
import type { ReaderOf } from '../render/name-reader.ts';
import type { RenderContext } from '../render/request.ts';
import { createScope } from '../render/scope.ts';
import type { Note, Scalar } from '../values/values.ts';
import { compileBinding } from './compile-binding.ts';
import type { BindContext, BindingExtras, CompiledBinding } from './compile-binding.ts';
import { compileErrorMap } from './error-map.ts';
import type { ErrorWords } from './error-map.ts';
import type { MapOptions } from './response-map.ts';

/** What a row of `errors` makes of an answer. */
export type RowAction = 'retry' | 'wait' | 'refresh' | 'skip' | 'fail' | 'accept';

export interface ErrorRow {
  readonly then: RowAction;
  /** How long to wait before the next try. */
  readonly seconds?: number;
  /** How an accepted answer is read, where the row says so. */
  readonly bind?: CompiledBinding;
}

/** What a document says about the meaning of a method's answers, beside its `response_map`. */
export interface AnswerRules {
  /** The first row that fits: those of the method, then those of the document. */
  rowFor(answer: AnswerView, context: RenderContext): ErrorRow | undefined;
  /** Whether `success` holds; `undefined` where the method has none. */
  succeeds(answer: AnswerView, context: RenderContext): SuccessAnswer | undefined;
  /** The words of a refusal, by `error_map`. */
  words(answer: Json | undefined, context: BindContext): ErrorWords;
  /** Parameters with which these maps compare an answer, as written. */
  readonly compares: readonly string[];
  /** What conditions read of an answer; what they only ask for with `present` is not among it. */
  readonly reads: readonly AnswerPath[];
  /** True when a row of `errors` has a response map of its own. */
  readonly bindsItself: boolean;
}

export interface SuccessAnswer {
  readonly holds: boolean;
  /** Why it could not be computed. */
  readonly notes: readonly Note[];
}

export interface RuleFrame extends MapOptions {
  readonly document: Json;
  readonly readerOf: ReaderOf;
  /** What an accepted answer binds beside the row's map. */
  readonly extras: BindingExtras;
  /** Adds the defaults of properties. */
  readonly complete: (context: RenderContext) => RenderContext;
}

/**
 * Compiles `success`, `errors` and `error_map` of a method object, or of one of its steps, with
 * those of the document. A rule that does not compile never holds; lint tells of it.
 */
export function compileAnswerRules(method: Json, frame: RuleFrame): AnswerRules {
  const { document } = frame;
  const rows = [method, document].flatMap((owner) => compileRows(owner, frame));
  const map = jsonMember(method, 'error_map') ?? jsonMember(document, 'error_map');
  const errorMap = compileErrorMap(map, frame);
  const condition = jsonText(method, 'success');
  const success = condition === undefined ? undefined : compileTest(condition, frame);
  return {
    rowFor: (answer, context) => {
      const reader = createAnswerReader(answer);
      return rows.find((row) => row.fits(answer.status, reader, context))?.row;
    },
    succeeds: (answer, context) => success?.run(createAnswerReader(answer), context),
    words: errorMap.read,
    compares: [...errorMap.compares, ...rows.flatMap(({ row }) => row.bind?.compares ?? [])],
    reads: [...rows.flatMap(({ reads }) => reads), ...(success?.reads ?? [])],
    bindsItself: rows.some(({ row }) => row.bind !== undefined),
  };
}

interface CompiledRow {
  readonly row: ErrorRow;
  readonly reads: readonly AnswerPath[];
  fits(status: number, answer: AnswerReader, context: RenderContext): boolean;
}

function compileRows(owner: Json, frame: RuleFrame): readonly CompiledRow[] {
  const rows = jsonMember(owner, 'errors');
  return isJsonArray(rows) ? rows.flatMap((row) => compileRow(row, frame)) : [];
}

function compileRow(row: Json, frame: RuleFrame): readonly CompiledRow[] {
  const then = ACTIONS.find((action) => action === jsonText(row, 'then'));
  if (then === undefined) return [];
  const hasStatus = compileStatus(jsonMember(row, 'status'));
  const condition = jsonText(row, 'when');
  const test = condition === undefined ? undefined : compileTest(condition, frame);
  const seconds = numberOf(jsonMember(row, 'seconds'));
  const map = jsonMember(row, 'response_map');
  return [
    {
      row: {
        then,
        ...(seconds === undefined ? {} : { seconds }),
        ...(map === undefined ? {} : { bind: compileBinding(map, frame, frame.extras) }),
      },
      reads: test?.reads ?? [],
      fits: (status, answer, context) =>
        hasStatus(status) && (test === undefined || test.run(answer, context).holds),
    },
  ];
}

const ACTIONS = ['retry', 'wait', 'refresh', 'skip', 'fail', 'accept'] as const;

/** A status, a class such as `4xx`, or a list of both; without one the row is for any. */
function compileStatus(wanted: Json | undefined): (status: number) => boolean {
  if (wanted === undefined) return () => true;
  if (isJsonArray(wanted)) {
    const some = wanted.map(compileStatus);
    return (status) => some.some((fits) => fits(status));
  }
  const number = numberOf(wanted);
  if (number !== undefined) return (status) => status === number;
  const hundreds = typeof wanted === 'string' ? Number(wanted.slice(0, 1)) : Number.NaN;
  return (status) => Math.floor(status / 100) === hundreds;
}

function numberOf(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  return isRawNumber(value) ? Number(value.rawJSON) : undefined;
}

interface CompiledTest {
  readonly reads: readonly AnswerPath[];
  run(answer: AnswerReader, context: RenderContext): SuccessAnswer;
}

function compileTest(
  source: string,
  { names, readerOf, complete, method }: RuleFrame,
): CompiledTest {
  const compiled = compileExpression(source, names, { withAnswer: true });
  if (!compiled.ok) return { reads: [], run: () => ({ holds: false, notes: [] }) };
  const { expression } = compiled;
  return {
    reads: expression.answerReads.flatMap(({ path, onlyPresence }) => (onlyPresence ? [] : [path])),
    run: (answer, context) => {
      const scope = createScope(complete(context), methodRow(method));
      const result = evaluateExpression(expression, readerOf, scope, { reader: answer });
      const notes = typeof result === 'boolean' ? [] : notFlag(source, result);
      return { holds: result === true, notes: [...scope.notes, ...notes] };
    },
  };
}

/** Says of a test that gave no answer what it gave; the value itself belongs to the CRM. */
function notFlag(source: string, result: Scalar | null | undefined): readonly Note[] {
  if (result === null || result === undefined) return [];
  const kind = typeof result === 'string' ? 'a text' : 'a number';
  const shown = source.length > SHOWN_CHARACTERS ? `${source.slice(0, SHOWN_CHARACTERS)}…` : source;
  const message = `${shown} gave ${kind}, and must be true or false: compare it, for example with > 0 or == 'ok'.`;
  return [{ code: 'expression_failed', message }];
}

const SHOWN_CHARACTERS = 100;
