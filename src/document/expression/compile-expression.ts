import type { ASTNode } from '@marcbachmann/cel-js';
import type { Names } from '../names/names.ts';
import { plainNumber } from '../values/plain-number.ts';
import type { Note, PhoneNumbers, Scalar } from '../values/values.ts';
import type { AnswerReader } from './answer-reader.ts';
import { walkExpression } from './allow-list.ts';
import type { AnswerRead, PlacedProblem, WalkResult } from './allow-list.ts';
import { compileNode } from './evaluate.ts';
import type { Evaluate, Run } from './evaluate.ts';
import { expressionName, typeOfName, typeOfProperty, valueAs } from './name-types.ts';
import type { ExpressionType } from './name-types.ts';
import type { ExpressionProblem } from './problem.ts';
import { rewriteSource } from './rewrite-source.ts';
import type { RewrittenSource } from './rewrite-source.ts';
import { RunningError } from './running-error.ts';
import type { Value } from './running-error.ts';
import { checkTypes, parseExpression } from './type-check.ts';

export interface ExpressionEnvironment {
  readonly properties: Readonly<Record<string, string>>;
  readonly phones: PhoneNumbers;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** What `response` is, in an expression that reads it. */
  readonly answer?: AnswerReader;
  /** Told the length of each text that is made, where many runs share a budget. */
  readonly spend?: (characters: number) => void;
  /** Hears why an expression came to no value. */
  readonly note?: (note: Note) => void;
}

export interface CompiledExpression {
  /** The bare names, as written, in order of appearance. */
  readonly uses: readonly string[];
  /** The labels of the properties that it reads. */
  readonly properties: readonly string[];
  /** The places of the answer that it knows. */
  readonly answerReads: readonly AnswerRead[];
  /** `string`, `double`, `bool`, or `dyn` where only running tells. */
  readonly type: ExpressionType;
  /**
   * The result, or `null` where there is none; never throws. `lookup` is asked with the names of
   * `uses` and answers dates as epoch milliseconds.
   */
  evaluate(
    lookup: (name: string) => Scalar | null | undefined,
    environment: ExpressionEnvironment,
  ): Scalar | null;
}

export type ExpressionResult =
  | { ok: true; expression: CompiledExpression }
  | { ok: false; problems: readonly ExpressionProblem[] };

/** In characters; the longest expression of a known document has 300. */
const MAX_SOURCE_LENGTH = 16_384;

/**
 * Compiles an expression, a restricted form of the Common Expression Language: all numbers are
 * doubles; no lists, maps, macros, patterns or members but those of `properties`; at most 256
 * nodes; results of at most 64 KiB. Answers all problems that it finds, with their places.
 * `withAnswer`: it may read `response`, the answer of the CRM (`status`, `headers`, `body`).
 */
export function compileExpression(
  source: string,
  names: Names,
  { withAnswer = false }: { readonly withAnswer?: boolean } = {},
): ExpressionResult {
  const whole = { offset: 0, length: source.length };
  const tooLong = { ...whole, code: 'expression_too_long', message: TOO_LONG } as const;
  if (source.length > MAX_SOURCE_LENGTH) return { ok: false, problems: [tooLong] };
  const rewritten = rewriteSource(source, withAnswer);
  if (!rewritten.withinBounds) return { ok: false, problems: [tooLong] };
  const parsed = parseExpression(rewritten.text);
  if (!parsed.ok) return withoutSigns(refused([parsed.problem], rewritten), source, names);
  const walked = walkExpression(parsed.root, names, withAnswer);
  if (walked.problems.length > 0) return refused(walked.problems, rewritten);
  const checked = checkTypes(rewritten.text, names, walked);
  if (!checked.ok) return refused([checked.problem], rewritten);
  return { ok: true, expression: compiled(parsed.root, names, walked, checked.type) };
}

const TOO_LONG = 'An expression has at most 16,384 characters and 256 parts.';

function compiled(
  root: ASTNode,
  names: Names,
  walked: WalkResult,
  type: string,
): CompiledExpression {
  const run = compileNode(root);
  const nameTypes = new Map<string, ExpressionType>();
  for (const name of walked.uses) {
    const ref = expressionName(names, name);
    if (ref !== undefined) nameTypes.set(name, typeOfName(ref));
  }
  const propertyTypes = new Map<string, ExpressionType>();
  for (const label of walked.properties) {
    const ref = names.resolve(label);
    if (ref?.kind === 'property') propertyTypes.set(label, typeOfProperty(ref.type));
  }
  return {
    uses: [...walked.uses],
    properties: [...walked.properties],
    answerReads: walked.answerReads,
    type: type === 'string' || type === 'double' || type === 'bool' ? type : 'dyn',
    evaluate: (lookup, environment) => {
      const { properties, phones, country, answer, spend } = environment;
      return settle(
        run,
        {
          phones,
          country,
          nameValue: (name) => valueAs(nameTypes.get(name) ?? 'dyn', lookup(name)),
          propertyValue: (label) => {
            const value = Object.hasOwn(properties, label) ? properties[label] : undefined;
            return valueAs(propertyTypes.get(label) ?? 'string', value);
          },
          answerValue: (path) => answer?.value(path) ?? null,
          isInAnswer: (path) => answer?.has(path) ?? false,
          ...(spend === undefined ? {} : { spend }),
        },
        environment.note,
      );
    },
  };
}

function settle(evaluate: Evaluate, run: Run, note: ((note: Note) => void) | undefined): Value {
  try {
    const value = evaluate(run);
    return typeof value === 'number' ? (plainNumber(value) ?? null) : value;
  } catch (err) {
    // Whatever goes wrong inside a document's expression costs it its value and nothing else.
    const reason = err instanceof RunningError ? err.message : 'It cannot be computed.';
    note?.({ code: 'expression_failed', message: `An expression has no value: ${reason}` });
    return null;
  }
}

function refused(problems: readonly PlacedProblem[], source: RewrittenSource): ExpressionResult {
  return {
    ok: false,
    problems: problems.map(({ place, ...problem }) => {
      const offset = source.originOf(place.start);
      return { offset, length: Math.max(0, source.originOf(place.end) - offset), ...problem };
    }),
  };
}

/** Placeholders are written `$name$` everywhere else, so their signs are often written here too. */
function withoutSigns(result: ExpressionResult, source: string, names: Names): ExpressionResult {
  if (result.ok) return result;
  const problems = result.problems.map((problem) => {
    const name = /^\$([^$]+)\$/.exec(source.slice(problem.offset))?.[1];
    if (name === undefined) return problem;
    const isProperty = names.resolve(name)?.kind === 'property' || !/^\w+$/.test(name);
    const fix = `write ${isProperty ? `properties[${JSON.stringify(name)}]` : name}`;
    return { ...problem, message: 'In an expression a name stands without signs.', fix };
  });
  return { ok: false, problems };
}
