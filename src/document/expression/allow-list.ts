import type { ASTNode } from '@marcbachmann/cel-js';
import type { Names } from '../names/names.ts';
import { readAnswerPath } from './answer-path.ts';
import type { AnswerPath } from './answer-path.ts';
import { FUNCTIONS } from './functions.ts';
import { expressionName, typeOfName } from './name-types.ts';
import type { ExpressionName } from './name-types.ts';
import type { ExpressionProblemCode, Place } from './problem.ts';
import { originalName } from './rewrite-source.ts';

/** A problem at a place of the rewritten text. */
export interface PlacedProblem {
  readonly place: Place;
  readonly code: ExpressionProblemCode;
  readonly message: string;
  readonly fix?: string;
}

export interface WalkResult {
  readonly problems: readonly PlacedProblem[];
  /** Bare names in order of appearance. */
  readonly uses: ReadonlySet<string>;
  /** Property labels. */
  readonly properties: ReadonlySet<string>;
  readonly functions: ReadonlySet<string>;
  /** True when it reads the answer of the CRM. */
  readonly readsAnswer: boolean;
  /** What it reads of the answer, and what it only asks for by `present`. */
  readonly answerReads: readonly AnswerRead[];
}

/** A place of the answer that an expression knows. */
export interface AnswerRead {
  readonly path: AnswerPath;
  /** It is asked only whether something stands there. */
  readonly onlyPresence: boolean;
}

/** What an ordinary condition or text needs, thirty times over. */
export const MAX_NODES = 256;

/**
 * Walks over a parse tree and lets through only what documents may use. It comes before the type
 * check, because the library has lists, maps, macros and `matches` built in and cannot unlearn
 * them, and `matches` can run for ever. `withAnswer`: `response` may be read.
 */
export function walkExpression(root: ASTNode, names: Names, withAnswer = false): WalkResult {
  const walker = new Walker(names, withAnswer);
  walker.walk(root);
  return walker;
}

class Walker implements WalkResult {
  readonly problems: PlacedProblem[] = [];
  readonly uses = new Set<string>();
  readonly properties = new Set<string>();
  readonly functions = new Set<string>();
  readsAnswer = false;
  readonly answerReads: AnswerRead[] = [];
  readonly #names: Names;
  readonly #withAnswer: boolean;
  #nodes = 0;
  /** The argument of `present` that is walked. */
  #asked: ASTNode | undefined;

  constructor(names: Names, withAnswer: boolean) {
    this.#names = names;
    this.#withAnswer = withAnswer;
  }

  walk(node: ASTNode): void {
    this.#nodes += 1;
    if (this.#nodes > MAX_NODES) {
      if (this.#nodes === MAX_NODES + 1) {
        this.#refuse(node, 'expression_too_long', `An expression has at most ${MAX_NODES} parts.`);
      }
      return;
    }
    switch (node.op) {
      case 'value':
        this.#value(node);
        break;
      case 'id':
        this.#name(node, originalName(node.args));
        break;
      case 'call':
        this.#call(node, node.args[0], node.args[1]);
        break;
      case '.':
        this.#member(node, node.args[0], node.args[1]);
        break;
      case '[]':
        this.#member(node, node.args[0], labelOf(node.args[1]));
        break;
      case '?:':
      case '||':
      case '&&':
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
      case '<':
      case '<=':
      case '>':
      case '>=':
        for (const part of node.args) this.walk(part);
        break;
      case '==':
      case '!=':
        this.#comparison(node, node.op, node.args);
        break;
      case '!_':
      case '-_':
        this.walk(node.args);
        break;
      case 'rcall':
        this.#refuse(
          node,
          'expression_not_allowed',
          `".${node.args[0]}(…)" is not allowed: functions are written name(value).`,
        );
        break;
      default:
        this.#refuse(node, 'expression_not_allowed', `${WORDS[node.op]} may not be used here.`);
    }
  }

  #value(node: Extract<ASTNode, { op: 'value' }>): void {
    const kind = typeof node.args;
    if (node.args === null || kind === 'string' || kind === 'number' || kind === 'boolean') return;
    this.#refuse(
      node,
      'expression_not_allowed',
      'Only texts, numbers, true, false and null are values here.',
    );
  }

  #name(node: ASTNode, name: string): void {
    const ref = expressionName(this.#names, name);
    if (isFile(ref)) {
      const message =
        'The file has no text: present(file) asks whether there is one; filename, file_type and file_size tell about it.';
      this.#refuse(node, 'expression_not_allowed', message);
    } else if (ref !== undefined) {
      this.uses.add(name);
    } else if (name === 'response') {
      const message = 'response has status, headers and body: one of them is read.';
      this.#refuse(node, 'expression_not_allowed', this.#withAnswer ? message : NO_ANSWER);
    } else if (name === 'properties') {
      const message = "One property is read with its label: properties['Label'].";
      this.#refuse(node, 'expression_not_allowed', message);
    } else if (this.#names.resolve(name)?.kind === 'property') {
      const fix = `properties[${JSON.stringify(name)}]`;
      const message = `"${name}" is a property; in an expression it is read as ${fix}.`;
      this.#refuse(node, 'unknown_variable', message, fix);
    } else if (this.#withAnswer && ANSWER_PARTS.has(name)) {
      const message = `The answer is called response: write response.${name} here.`;
      this.#refuse(node, 'unknown_variable', message, `write response.${name}`);
    } else {
      const message = `"${name}" is no parameter, local value or variable of this document.`;
      this.#refuse(node, 'unknown_variable', message);
    }
  }

  #call(node: ASTNode, name: string, args: readonly ASTNode[]): void {
    // `dyn` is how `null` is written for the type check; it changes nothing.
    if (name === 'dyn' && args.length === 1) {
      for (const arg of args) this.walk(arg);
      return;
    }
    const declared = FUNCTIONS.get(name);
    if (declared === undefined) {
      const known = [...FUNCTIONS.keys()].join(', ');
      const message = `"${name}" is no function; functions are ${known}.`;
      this.#refuse(node, 'unknown_function', message);
      return;
    }
    const least = declared.least ?? declared.parameters.length;
    const most = declared.most ?? declared.parameters.length;
    if (args.length < least || args.length > most) {
      this.#refuse(node, 'expression_argument', `It is written ${declared.usage}.`);
      return;
    }
    const [first] = args;
    if (name === 'present' && first !== undefined && !isName(first)) {
      const message = "present takes a bare name or properties['Label'].";
      this.#refuse(first, 'expression_argument', message);
    }
    this.functions.add(name);
    if (name === 'present') this.#asked = first;
    if (name === 'present' && first?.op === 'id') {
      const asked = originalName(first.args);
      if (isFile(expressionName(this.#names, asked))) {
        this.uses.add(asked);
        return;
      }
    }
    for (const [position, arg] of args.entries()) {
      if (arg.op === 'value' && typeof arg.args === 'string') {
        const wrong = declared.check?.(position, arg.args);
        if (wrong !== undefined) this.#refuse(arg, 'expression_argument', wrong);
      }
      this.walk(arg);
    }
  }

  #member(node: ASTNode, of: ASTNode, label: string | undefined): void {
    const read = this.#withAnswer ? readAnswerPath(node) : undefined;
    if (read?.status === 'path') {
      this.readsAnswer = true;
      this.answerReads.push({ path: read.path, onlyPresence: node === this.#asked });
    } else if (read?.status === 'refused') {
      this.#refuse(node, 'expression_not_allowed', read.message);
    } else this.#property(node, of, label);
  }

  #property(node: ASTNode, of: ASTNode, label: string | undefined): void {
    if (of.op === 'id' && originalName(of.args) === 'response' && !this.#withAnswer) {
      this.#refuse(node, 'expression_not_allowed', NO_ANSWER);
    } else if (of.op !== 'id' || of.args !== 'properties') {
      const also = this.#withAnswer ? ', and response: response.body.id' : '';
      const meant = this.#withAnswer ? answerChain(node) : undefined;
      const message =
        meant === undefined
          ? `Only properties have members: properties['Label']${also}.`
          : `The answer is called response: write ${meant} here.`;
      const fix = meant === undefined ? undefined : `write ${meant}`;
      this.#refuse(node, 'expression_not_allowed', message, fix);
    } else if (label === undefined) {
      const message = 'The label of a property is written as a text.';
      this.#refuse(node, 'expression_not_allowed', message);
    } else if (this.#names.resolve(label)?.kind !== 'property') {
      this.#refuse(node, 'unknown_variable', `There is no property "${label}".`);
    } else {
      this.properties.add(label);
    }
  }

  #comparison(node: ASTNode, op: '==' | '!=', sides: readonly [ASTNode, ASTNode]): void {
    for (const side of sides) this.walk(side);
    if (!sides.some(isNull)) return;
    const other = sides.find((side) => !isNull(side));
    if (other === undefined || !this.#isTyped(other)) return;
    const subject = inWords(other);
    const fix = `${op === '==' ? '!' : ''}present(${subject})`;
    const message = `Whether ${subject} has a value is asked with ${fix}.`;
    this.#refuse(node, 'compared_with_null', message, fix);
  }

  #isTyped(node: ASTNode): boolean {
    if (node.op === '.' || node.op === '[]') return true;
    const ref = node.op === 'id' ? expressionName(this.#names, originalName(node.args)) : undefined;
    return ref !== undefined && typeOfName(ref) !== 'dyn';
  }

  #refuse(place: Place, code: ExpressionProblemCode, message: string, fix?: string): void {
    this.problems.push({ place, code, message, ...(fix === undefined ? {} : { fix }) });
  }
}

/** What `response` has. */
const ANSWER_PARTS: ReadonlySet<string> = new Set(['body', 'status', 'headers']);

/** `body.ok` as it is to be written; `undefined` for what does not begin with a part of the answer. */
function answerChain(node: ASTNode): string | undefined {
  let rest = '';
  let at = node;
  while (at.op === '.' || at.op === '[]') {
    const [of, step] = at.args;
    if (typeof step === 'string') rest = `.${step}${rest}`;
    else if (step.op === 'value') rest = `[${JSON.stringify(step.args)}]${rest}`;
    else return undefined;
    at = of;
  }
  const part = at.op === 'id' ? originalName(at.args) : undefined;
  return part !== undefined && ANSWER_PARTS.has(part) ? `response.${part}${rest}` : undefined;
}

const NO_ANSWER = 'The answer is known only in "success", "derive" and the rows of "errors".';

const WORDS = {
  list: 'A list',
  map: 'A map',
  in: '"in"',
  '.?': 'An optional member',
  '[?]': 'An optional member',
} as const;

function labelOf(node: ASTNode): string | undefined {
  return node.op === 'value' && typeof node.args === 'string' ? node.args : undefined;
}

/** A name or a property as the author writes it. */
function inWords(node: ASTNode): string {
  if (node.op === 'id') return originalName(node.args);
  const read = readAnswerPath(node);
  if (read.status === 'path') return writtenPath(read.path);
  const label = node.op === '.' ? node.args[1] : node.op === '[]' ? labelOf(node.args[1]) : '';
  return `properties[${JSON.stringify(label)}]`;
}

function writtenPath(path: AnswerPath): string {
  const steps = path.map((step) =>
    typeof step === 'string' && /^[A-Za-z_]\w*$/.test(step)
      ? `.${step}`
      : `[${JSON.stringify(step)}]`,
  );
  return `response${steps.join('')}`;
}

/** The recording: it can be asked for, but not read. */
function isFile(ref: ExpressionName | undefined): boolean {
  return ref?.kind === 'parameter' && ref.name === 'file';
}

function isName(node: ASTNode): boolean {
  return node.op === 'id' || node.op === '.' || node.op === '[]';
}

function isNull(node: ASTNode): boolean {
  if (node.op === 'call') {
    const [first] = node.args[1];
    return node.args[0] === 'dyn' && first !== undefined && isNull(first);
  }
  return node.op === 'value' && node.args === null;
}
