import { compileExpression } from '../expression/compile-expression.ts';
import type { Json } from '../json-value.ts';
import type { Names } from '../names/names.ts';
import { evaluateExpression } from './evaluate-expression.ts';
import type { ReaderOf } from './name-reader.ts';
import type { Scope } from './scope.ts';

/**
 * Compiles the condition of `@when`: a name asks whether it has a value, all else is an expression
 * that must be true. What does not compile is never true; lint tells of it.
 */
export function compileCondition(
  when: Json,
  names: Names,
  readerOf: ReaderOf,
): (scope: Scope) => boolean {
  if (typeof when !== 'string') return () => when === true;
  const reader = readerOf(when);
  if (reader?.isFile === true) return (scope) => scope.context.file !== undefined;
  if (reader !== undefined) return (scope) => reader.raw(scope) !== undefined;
  const compiled = compileExpression(when, names);
  if (!compiled.ok) return () => false;
  return (scope) => evaluateExpression(compiled.expression, readerOf, scope) === true;
}
