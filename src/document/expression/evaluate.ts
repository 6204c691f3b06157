import type { ASTNode } from '@marcbachmann/cel-js';
import { readAnswerPath } from './answer-path.ts';
import type { AnswerPath } from './answer-path.ts';
import { FUNCTIONS } from './functions.ts';
import type { FunctionContext } from './functions.ts';
import { originalName } from './rewrite-source.ts';
import { RunningError, bounded } from './running-error.ts';
import type { Value } from './running-error.ts';

/** What an expression reads while it runs. */
export interface Run extends FunctionContext {
  nameValue(name: string): Value;
  propertyValue(label: string): Value;
  answerValue(path: AnswerPath): Value;
  isInAnswer(path: AnswerPath): boolean;
  /** Told the length of each text that is read or made, and throws `RunningError` for too much. */
  spend?(characters: number): void;
}

export type Evaluate = (run: Run) => Value;

/**
 * Compiles a checked tree into a function. The library parses and checks types, but never runs
 * anything: here `null` goes through every operator, every part runs at most once, and a node that
 * is not on the list cannot be compiled. The function throws `RunningError`.
 */
export function compileNode(node: ASTNode): Evaluate {
  switch (node.op) {
    case 'value':
      return compileValue(node.args);
    case 'id': {
      const name = originalName(node.args);
      return (run) => run.nameValue(name);
    }
    case '.':
      return compileMember(node, node.args[1]);
    case '[]': {
      const [, label] = node.args;
      return compileMember(node, label.op === 'value' ? label.args : undefined);
    }
    case 'call':
      return compilePresence(node) ?? compileCall(node.args[0], node.args[1].map(compileNode));
    case '?:': {
      const [condition, yes, no] = [
        compileNode(node.args[0]),
        compileNode(node.args[1]),
        compileNode(node.args[2]),
      ];
      return (run) => (asCondition(condition(run)) ? yes(run) : no(run));
    }
    case '&&':
      return compileLogic(false, node.args);
    case '||':
      return compileLogic(true, node.args);
    case '!_':
      return compileNot(compileNode(node.args));
    case '-_':
      return compileNegation(compileNode(node.args));
    case '==':
    case '!=': {
      const [left, right] = [compileNode(node.args[0]), compileNode(node.args[1])];
      const wanted = node.op === '==';
      return (run) => areEqual(left(run), right(run)) === wanted;
    }
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%': {
      const [left, right] = [compileNode(node.args[0]), compileNode(node.args[1])];
      const operate = OPERATORS[node.op];
      return (run) => operate(left(run), right(run));
    }
    default:
      throw notAllowed(node);
  }
}

const OPERATORS = {
  '+': add,
  '-': arithmetic((a, b) => a - b),
  '*': arithmetic((a, b) => a * b),
  '/': arithmetic((a, b) => a / b),
  '%': arithmetic((a, b) => a % b),
  '<': comparison((order) => order < 0),
  '<=': comparison((order) => order <= 0),
  '>': comparison((order) => order > 0),
  '>=': comparison((order) => order >= 0),
} as const;

function compileValue(value: unknown): Evaluate {
  if (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean'
  ) {
    return () => value;
  }
  throw new RunningError('This kind of literal may not be used.');
}

function compileCall(name: string, args: readonly Evaluate[]): Evaluate {
  const [only] = args;
  if (name === 'dyn' && only !== undefined) return only;
  const called = FUNCTIONS.get(name);
  if (called === undefined) throw new RunningError(`"${name}" is no function.`);
  return (run) => {
    const values = args.map((arg) => arg(run));
    if (called.takesMissing !== true && values.includes(null)) return null;
    run.spend?.(charactersOf(values));
    const result = settled(called.run(values, run));
    run.spend?.(charactersOf([result]));
    return result;
  };
}

/** What a function goes through; the first letter of a long text may take as long as all of it. */
function charactersOf(values: readonly Value[]): number {
  return values.reduce<number>(
    (sum, value) => sum + (typeof value === 'string' ? value.length : 1),
    0,
  );
}

function compileMember(node: ASTNode, label: unknown): Evaluate {
  const read = readAnswerPath(node);
  if (read.status === 'path') return (run) => run.answerValue(read.path);
  if (read.status === 'refused' || typeof label !== 'string') throw notAllowed(node);
  return (run) => run.propertyValue(label);
}

/** Whether a part of the answer is there is seen without writing it out, however large it is. */
function compilePresence(node: ASTNode): Evaluate | undefined {
  if (node.op !== 'call' || node.args[0] !== 'present') return undefined;
  const [asked] = node.args[1];
  const read = asked === undefined ? undefined : readAnswerPath(asked);
  if (read?.status !== 'path') return undefined;
  return (run) => run.isInAnswer(read.path);
}

/** `decisive` is the operand that settles the result, whatever the other one is. */
function compileLogic(decisive: boolean, sides: readonly [ASTNode, ASTNode]): Evaluate {
  const [left, right] = [compileNode(sides[0]), compileNode(sides[1])];
  return (run) => {
    const first = asTruth(left(run));
    if (first === decisive) return decisive;
    const second = asTruth(right(run));
    if (second === decisive) return decisive;
    return first === null || second === null ? null : !decisive;
  };
}

function compileNot(operand: Evaluate): Evaluate {
  return (run) => {
    const value = asTruth(operand(run));
    return value === null ? null : !value;
  };
}

function compileNegation(operand: Evaluate): Evaluate {
  return (run) => {
    const value = operand(run);
    if (value === null) return null;
    if (typeof value === 'number') return -value;
    throw new RunningError('A minus stands before something that is no number.');
  };
}

/** Text and nothing is the text; a number and nothing is nothing. */
function add(left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') return settled(left + right);
  if (isTextOrNull(left) && isTextOrNull(right)) {
    return left === null && right === null ? null : bounded((left ?? '') + (right ?? ''));
  }
  if (left === null || right === null) return null;
  throw new RunningError('+ joins two texts or adds two numbers; string(number) makes a text.');
}

function arithmetic(operate: (a: number, b: number) => number): (a: Value, b: Value) => Value {
  return (left, right) => {
    if (left === null || right === null) return null;
    if (typeof left === 'number' && typeof right === 'number') return settled(operate(left, right));
    throw new RunningError('Something is computed with what is no number.');
  };
}

function comparison(holds: (order: number) => boolean): (a: Value, b: Value) => Value {
  return (left, right) => {
    if (left === null || right === null) return null;
    if (typeof left !== typeof right) throw new RunningError('Text and number have no order.');
    return holds(left < right ? -1 : left > right ? 1 : 0);
  };
}

/** No value and the empty text are the same everywhere in the language. */
function areEqual(left: Value, right: Value): boolean {
  return (left === '' ? null : left) === (right === '' ? null : right);
}

/** Division by zero and numbers beyond all doubles are no value. */
function settled(value: Value): Value {
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}

function asTruth(value: Value): boolean | null {
  if (value === null || typeof value === 'boolean') return value;
  throw new RunningError('A condition is neither true nor false.');
}

function asCondition(value: Value): boolean {
  const truth = asTruth(value);
  if (truth === null) throw new RunningError('A condition depends on a name without value.');
  return truth;
}

function isTextOrNull(value: Value): value is string | null {
  return value === null || typeof value === 'string';
}

function notAllowed(node: ASTNode): RunningError {
  return new RunningError(`"${node.op}" may not be used in an expression.`);
}
