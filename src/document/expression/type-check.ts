import { Environment, ParseError, TypeError as TypeFault } from '@marcbachmann/cel-js';
import type { ASTNode } from '@marcbachmann/cel-js';
import type { Names } from '../names/names.ts';
import type { PlacedProblem, WalkResult } from './allow-list.ts';
import { MAX_NODES } from './allow-list.ts';
import { FUNCTIONS } from './functions.ts';
import type { ExpressionFunction } from './functions.ts';
import { expressionName, typeOfName, typeOfProperty } from './name-types.ts';
import type { ExpressionType } from './name-types.ts';
import { rewrittenName } from './rewrite-source.ts';

/** Brackets and ternaries inside each other; the deepest code table known has nine rows. */
const MAX_DEPTH = 64;
const LIMITS = { maxAstNodes: MAX_NODES, maxDepth: MAX_DEPTH, maxCallArguments: 32 };

export type Parsed = { ok: true; root: ASTNode } | { ok: false; problem: PlacedProblem };

/** Parses a rewritten source; nothing of it is run or looked up. */
export function parseExpression(text: string): Parsed {
  try {
    return { ok: true, root: new Environment({ limits: LIMITS }).parse(text).ast };
  } catch (err) {
    return { ok: false, problem: problemOf(err, text) };
  }
}

/**
 * Checks the types of a source that the walk has let through: what type it has, or what does not
 * fit. Only the names and functions that it uses are declared.
 */
export function checkTypes(
  text: string,
  names: Names,
  walked: WalkResult,
): { ok: true; type: string } | { ok: false; problem: PlacedProblem } {
  const environment = new Environment({ limits: LIMITS });
  environment.registerOperator('double % double', nothing);
  for (const name of walked.uses) {
    const ref = expressionName(names, name);
    if (ref !== undefined) {
      environment.registerVariable(rewrittenName(name), typeOfName(ref));
    }
  }
  // What a CRM answers has the types that it has.
  if (walked.readsAnswer) environment.registerVariable('response', 'dyn');
  if (walked.properties.size > 0) declareProperties(environment, names, walked.properties);
  for (const name of walked.functions) {
    // The conversions are the library's own; ours runs in their place.
    const declared = name === 'string' || name === 'double' ? undefined : FUNCTIONS.get(name);
    if (declared !== undefined) declareFunction(environment, name, declared);
  }
  const checked = environment.check(text);
  if (checked.valid) return { ok: true, type: checked.type ?? 'dyn' };
  return { ok: false, problem: problemOf(checked.error, text) };
}

function declareProperties(
  environment: Environment,
  names: Names,
  labels: ReadonlySet<string>,
): void {
  const fields: Record<string, ExpressionType> = {};
  for (const label of labels) {
    const ref = names.resolve(label);
    if (ref?.kind === 'property') fields[label] = typeOfProperty(ref.type);
  }
  environment.registerType('Properties', { fields });
  environment.registerVariable('properties', 'Properties');
}

function declareFunction(
  environment: Environment,
  name: string,
  declared: ExpressionFunction,
): void {
  const types = declared.parameters.map((kind) => PARAMETER_TYPES[kind]);
  const most = declared.most ?? types.length;
  for (let count = declared.least ?? types.length; count <= most; count += 1) {
    const given = Array.from({ length: count }, (_, index) => types[index] ?? types.at(-1));
    environment.registerFunction(`${name}(${given.join(', ')}): ${declared.result}`, nothing);
  }
}

const PARAMETER_TYPES = { text: 'string', number: 'double', any: 'dyn' } as const;

/** The library only checks; what would run in it does nothing. */
function nothing(): null {
  return null;
}

function problemOf(err: unknown, text: string): PlacedProblem {
  if (err instanceof ParseError) {
    const place = err.range ?? { start: 0, end: text.length };
    if (err.code === 'limit_exceeded') {
      const message = `An expression has at most ${MAX_NODES} parts, nested at most ${MAX_DEPTH} deep.`;
      return { place, code: 'expression_too_long', message };
    }
    // `has` is a macro of the library, which fails before the walk could refuse it.
    if (err.code.startsWith('invalid_macro')) {
      return { place, code: 'expression_not_allowed', message: 'Macros may not be used here.' };
    }
    const wrong = operatorAt(text, place.start);
    const right = OTHER_OPERATORS.get(wrong);
    if (right !== undefined) {
      const message = `There is no operator ${wrong}.`;
      return { place, code: 'expression_syntax', message, fix: `write ${right}` };
    }
    return { place, code: 'expression_syntax', message: `${inWords(err.summary)}.` };
  }
  if (err instanceof TypeFault) {
    const place = err.range ?? { start: 0, end: text.length };
    if (err.code.startsWith('invalid_macro')) {
      return { place, code: 'expression_not_allowed', message: 'Macros may not be used here.' };
    }
    return { place, code: 'expression_type', message: `${inWords(err.summary)}.` };
  }
  const place = { start: 0, end: text.length };
  return { place, code: 'expression_syntax', message: 'The expression cannot be read.' };
}

/** Operators of other languages, and ours. */
const OTHER_OPERATORS: ReadonlyMap<string, string> = new Map([
  ['=', '=='],
  ['===', '=='],
  ['!==', '!='],
  ['<>', '!='],
  ['=>', '>='],
  ['=<', '<='],
  ['&', '&&'],
  ['|', '||'],
]);

/** The signs that stand together around a place. */
function operatorAt(text: string, start: number): string {
  const before = /[=<>!&|]*$/.exec(text.slice(Math.max(0, start - 3), start))?.[0] ?? '';
  const after = /^[=<>!&|]*/.exec(text.slice(start, start + 3))?.[0] ?? '';
  return before + after;
}

const TOKEN_WORDS: readonly (readonly [string, string])[] = [
  ['LPAREN', '('],
  ['RPAREN', ')'],
  ['LBRACKET', '['],
  ['RBRACKET', ']'],
  ['LBRACE', '{'],
  ['RBRACE', '}'],
  ['COMMA', ','],
  ['COLON', ':'],
  ['QUESTION', '?'],
  ['DOT', '.'],
  ['EOF', 'the end'],
  ['IDENTIFIER', 'a name'],
  ['NUMBER', 'a number'],
  ['STRING', 'a text'],
  ['no such overload', 'These types do not go together'],
  ['found no matching overload for', 'These arguments do not fit'],
];

function inWords(summary: string): string {
  const words = TOKEN_WORDS.reduce((text, [token, word]) => text.replaceAll(token, word), summary);
  return words
    .replaceAll(/\bdouble\b/g, 'number')
    .replaceAll(/\bstring\b/g, 'text')
    .replaceAll(/\bbool\b/g, 'true or false')
    .replaceAll(/\bdyn\b/g, 'any');
}
