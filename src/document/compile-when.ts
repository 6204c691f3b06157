import type { Condition } from './compiled-document.ts';
import { compileExpression } from './expression/compile-expression.ts';
import type { Json } from './json-value.ts';
import type { MethodRow } from './methods.ts';
import type { Names } from './names/names.ts';
import { evaluateExpression } from './render/evaluate-expression.ts';
import type { ReaderOf } from './render/name-reader.ts';
import type { RenderContext } from './render/request.ts';
import { createScope } from './render/scope.ts';
import type { Scope } from './render/scope.ts';

/** What `when` of a method or a step is compiled with. */
export interface WhenFrame {
  readonly names: Names;
  readonly readerOf: ReaderOf;
  readonly row: MethodRow;
  /** Adds the defaults of properties. */
  readonly complete: (context: RenderContext) => RenderContext;
}

/** Longer conditions are cut where they are told. */
const SHOWN_CHARACTERS = 100;

/**
 * Compiles `when` of a method or a step: a name asks whether it has a value, all else is an expression
 * that must be true. What does not compile never holds; lint tells of it.
 */
export function compileWhen(
  when: Json | undefined,
  frame: WhenFrame,
): ((context: RenderContext) => Condition) | undefined {
  if (when === undefined) return undefined;
  const source = typeof when === 'string' ? when : JSON.stringify(when);
  const holds = compileTest(source, frame);
  return (context) => {
    const scope = createScope(frame.complete(context), frame.row);
    return holds(scope);
  };
}

const RUNS: Condition = { runs: true };

function compileTest(source: string, frame: WhenFrame): (scope: Scope) => Condition {
  const reader = frame.readerOf(source);
  if (reader !== undefined) {
    return (scope) => {
      const hasValue = reader.isFile
        ? scope.context.file !== undefined
        : reader.raw(scope) !== undefined;
      return hasValue ? RUNS : { runs: false, message: `${source} has no value.` };
    };
  }
  const compiled = compileExpression(source, frame.names);
  if (!compiled.ok) return () => ({ runs: false, message: `${quote(source)} is no condition.` });
  const { expression } = compiled;
  return (scope) => {
    const result = evaluateExpression(expression, frame.readerOf, scope);
    if (result === true) return RUNS;
    const missing = expression.uses.filter((name) => !hasValue(frame.readerOf, name, scope));
    const why = missing.length === 0 ? '' : ` (without a value: ${missing.join(', ')})`;
    return { runs: false, message: `${quote(source)} does not hold${why}.` };
  };
}

function hasValue(readerOf: ReaderOf, name: string, scope: Scope): boolean {
  const reader = readerOf(name);
  if (reader?.isFile === true) return scope.context.file !== undefined;
  return reader?.raw(scope) !== undefined;
}

function quote(source: string): string {
  const letters =
    source.length > SHOWN_CHARACTERS ? `${source.slice(0, SHOWN_CHARACTERS)}…` : source;
  return `"${letters}"`;
}
