import { compileArithmetic } from './arithmetic.ts';
import { isCommentKey } from '../comment-key.ts';
import { compileExpression } from '../expression/compile-expression.ts';
import { isJsonArray, isJsonObject, isRawNumber, jsonMembers } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import type { Names } from '../names/names.ts';
import { readParameterType } from '../names/parameter-type.ts';
import { compileTree } from '../render/body/compile-tree.ts';
import { jsonChunks } from '../render/body/json-chunks.ts';
import { compileCondition } from '../render/condition.ts';
import { evaluateExpression } from '../render/evaluate-expression.ts';
import { refuseInQuotes } from '../render/quote-guard.ts';
import type { ReaderOf } from '../render/name-reader.ts';
import { unsafeValue } from '../render/render-stop.ts';
import { addNote, allMissingSince } from '../render/scope.ts';
import type { Scope } from '../render/scope.ts';
import { compileText, renderText } from '../render/text.ts';
import type { WriteValue } from '../render/text.ts';
import { writeTyped } from '../render/typed-value.ts';
import { parseTemplate } from '../templates/template.ts';
import type { Notation } from '../templates/template.ts';

/** A variable's definition, compiled once. */
export interface CompiledVariable {
  /** Every name that it may read. */
  readonly uses: readonly string[];
  evaluate(scope: Scope): Json | undefined;
}

export interface VariableOptions {
  readonly names: Names;
  readonly notation: Notation;
  readonly readerOf: ReaderOf;
}

/**
 * Compiles the definition of a variable: arithmetic, text, choice, lines, `{"json"}`, `{"text"}` or
 * `{"expression"}`.
 */
export function compileVariable(definition: Json, options: VariableOptions): CompiledVariable {
  if (typeof definition === 'string') return compileString(definition, options);
  if (isJsonArray(definition)) return compileLines(definition, options);
  if (!isJsonObject(definition)) return constant(definition);
  const { text, expression, json } = definition;
  if (typeof expression === 'string') {
    return compileFormula(expression, definition['type'], options);
  }
  if (typeof text === 'string') return compileWords(text, options);
  const [entry, ...others] = jsonMembers(definition).filter(([key]) => !isCommentKey(key));
  if (json !== undefined && !(entry?.[0] === 'json' && options.readerOf('json') !== undefined)) {
    return compileJsonText(json, options);
  }
  if (entry === undefined || others.length > 0) return constant(null);
  return compileChoice(entry[0], entry[1], options);
}

function compileString(text: string, options: VariableOptions): CompiledVariable {
  const { names, notation, readerOf } = options;
  const parts = parseTemplate(text, notation, (name) => readerOf(name) !== undefined);
  const arithmetic = compileArithmetic(parts, (name) => isNumericName(name, names));
  if (arithmetic === undefined) return compileWords(text, options);
  return {
    uses: arithmetic.names,
    evaluate: (scope) => arithmetic.evaluate((name) => readerOf(name)?.raw(scope)),
  };
}

/**
 * True for a name that arithmetic may use: numeric by its built-in kind, or a `number` property or
 * local value; never another variable.
 */
export function isNumericName(name: string, names: Names): boolean {
  const ref = names.resolve(name);
  switch (ref?.kind) {
    case 'parameter':
      return (
        ref.form === undefined && (ref.builtin.kind === 'number' || ref.builtin.kind === 'date')
      );
    case 'property':
      return ref.type === 'number';
    case 'local':
      return ref.type.type === 'number';
    case 'variable':
    case 'moving':
    case 'credential':
    case 'target':
    case undefined:
      return false;
  }
}

function compileWords(text: string, { notation, readerOf }: VariableOptions): CompiledVariable {
  const template = compileText(text, notation, readerOf);
  const { single } = template;
  const uses = template.placeholders.map(({ reader }) => reader.name);
  if (single !== undefined && !single.reader.isFile) {
    return { uses, evaluate: (scope) => single.reader.typed(scope) };
  }
  return { uses, evaluate: (scope) => renderText(template, scope, writeWord) };
}

/** The lines that have a value, joined; one whose placeholders are all missing is left out. */
function compileLines(
  elements: readonly Json[],
  { notation, readerOf }: VariableOptions,
): CompiledVariable {
  const lines = elements.flatMap((element) =>
    typeof element === 'string' ? [compileText(element, notation, readerOf)] : [],
  );
  return {
    uses: lines.flatMap(({ placeholders }) => placeholders.map(({ reader }) => reader.name)),
    evaluate: (scope) => {
      const kept = lines.flatMap((line) => {
        const { met, present } = scope;
        const filled = renderText(line, scope, writeWord);
        // What is left of an element of several lines was judged line by line.
        const goes = line.lines === undefined && allMissingSince(scope, { met, present });
        return filled === undefined || goes ? [] : [filled];
      });
      return kept.length === 0 ? undefined : kept.join('\n');
    },
  };
}

/** A tree rendered like a body, as compact JSON text. */
function compileJsonText(tree: Json, options: VariableOptions): CompiledVariable {
  const { names, notation, readerOf } = options;
  const uses = new Set<string>();
  const noting: ReaderOf = (name) => {
    const reader = readerOf(name);
    if (reader !== undefined) uses.add(reader.name);
    return reader;
  };
  const render = compileTree(tree, {
    text: (text) => compileText(text, notation, noting),
    condition: (when) => compileCondition(when, names, noting),
    write: writeWord,
  });
  return {
    uses: [...uses],
    evaluate: (scope) =>
      jsonChunks(render(scope))
        .map((chunk) => {
          if (typeof chunk === 'string') return chunk;
          throw unsafeValue('file', 'the file cannot stand in a variable');
        })
        .join(''),
  };
}

// A look-up may put the whole text into its query, where quotes of this template count.
const writeWord: WriteValue = (text, placeholder, scope) => {
  if (scope.method !== undefined && !scope.method.writes) {
    refuseInQuotes(text, placeholder);
  }
  return text;
};

function compileFormula(
  source: string,
  declaredType: Json | undefined,
  { names, readerOf }: VariableOptions,
): CompiledVariable {
  const compiled = compileExpression(source, names);
  if (!compiled.ok) return constant(null);
  const { expression } = compiled;
  const type = declaredType === undefined ? undefined : readParameterType(declaredType, 'string');
  return {
    uses: expression.uses,
    evaluate: (scope) => {
      const value = evaluateExpression(expression, readerOf, scope);
      if (value === undefined || type === undefined) return value;
      const misfit = (wanted: string): void => {
        const message = `the result of an expression is no ${wanted}; it was sent as text`;
        addNote(scope, { code: 'value_not_of_type', message });
      };
      return writeTyped(value, type, { zone: 'UTC', isDate: false, misfit });
    },
  };
}

function compileChoice(selector: string, rows: Json, options: VariableOptions): CompiledVariable {
  const reader = options.readerOf(selector);
  const table = new Map(
    jsonMembers(rows).map(([key, row]) => [key, compileVariable(row, options)] as const),
  );
  return {
    uses: [selector, ...[...table.values()].flatMap((row) => row.uses)],
    evaluate: (scope) => {
      const key = reader?.isFile === false ? reader.text(scope) : undefined;
      const row = (key === undefined ? undefined : table.get(key)) ?? table.get('default');
      return row?.evaluate(scope);
    },
  };
}

function constant(value: Json): CompiledVariable {
  const kept =
    value === null || (typeof value === 'object' && !isRawNumber(value)) ? undefined : value;
  return { uses: [], evaluate: () => kept };
}
