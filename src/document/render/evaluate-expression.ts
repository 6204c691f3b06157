import type { AnswerReader } from '../expression/answer-reader.ts';
import type { CompiledExpression } from '../expression/compile-expression.ts';
import type { Scalar } from '../values/values.ts';
import type { NameReader, ReaderOf } from './name-reader.ts';
import { addNote, spendCharacters } from './scope.ts';
import type { Scope } from './scope.ts';

/** What an expression reads beside the values of a rendering. */
export interface AnswerReading {
  /** Of the answer that `response` stands for. */
  readonly reader?: AnswerReader;
  /** The budget of several runs; without it that of the answer, else that of the rendering. */
  readonly spend?: (characters: number) => void;
}

/**
 * Runs an expression over the values of this rendering, and over the answer where it reads one;
 * `undefined` where it has no value.
 */
export function evaluateExpression(
  expression: CompiledExpression,
  readerOf: ReaderOf,
  scope: Scope,
  { reader: answer, spend }: AnswerReading = {},
): Scalar | undefined {
  const { properties, phones, country } = scope.context;
  // Labels are read by the expression itself, past the readers, which note the use of a secret.
  for (const label of expression.properties) readerOf(label)?.raw(scope);
  const result = expression.evaluate((name) => valueOf(readerOf(name), scope), {
    properties,
    phones,
    country,
    ...(answer === undefined ? {} : { answer }),
    spend:
      spend ??
      answer?.spend ??
      ((characters) => {
        spendCharacters(scope, characters);
      }),
    note: (note) => {
      addNote(scope, note);
    },
  });
  return result ?? undefined;
}

/** The file has no value of its own; an expression can only ask whether it is present. */
function valueOf(reader: NameReader | undefined, scope: Scope): Scalar | null {
  if (reader?.isFile === true) return scope.context.file === undefined ? null : reader.name;
  return reader?.raw(scope) ?? null;
}
