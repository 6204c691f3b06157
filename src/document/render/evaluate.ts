import type { CompiledExpression } from '../expression/compile-expression.ts';
import type { Scalar } from '../values.ts';
import type { ReaderOf } from './reader.ts';
import { addNote } from './scope.ts';
import type { Scope } from './scope.ts';

/** Runs an expression over the values of this rendering; `undefined` where it has no value. */
export function evaluateExpression(
  expression: CompiledExpression,
  readerOf: ReaderOf,
  scope: Scope,
): Scalar | undefined {
  const { properties, phones, country } = scope.context;
  const result = expression.evaluate((name) => readerOf(name)?.raw(scope) ?? null, {
    properties,
    phones,
    country,
    note: (note) => {
      addNote(scope, note);
    },
  });
  return result ?? undefined;
}
