import { numericValue, plainNumber } from '../values/plain-number.ts';
import type { TemplatePart } from '../templates/template.ts';
import type { Scalar } from '../values/values.ts';

/** A text that was read as arithmetic, compiled once. */
export interface Arithmetic {
  /** The placeholders, in order of the text. */
  readonly names: readonly string[];
  /**
   * The result with at most 15 significant digits; undefined when an operand has no numeric value
   * or something is divided by zero.
   */
  evaluate(valueOf: (name: string) => Scalar | null | undefined): number | undefined;
}

type Token =
  | { kind: 'number'; value: number }
  | { kind: 'name'; name: string }
  | { kind: 'sign'; sign: Sign; apart: boolean };
type Sign = '+' | '-' | '*' | '/' | '(' | ')';
type ValueOf = (name: string) => Scalar | null | undefined;
type Compute = (valueOf: ValueOf) => number | undefined;

/** Nobody nests deeper by hand, and our stack is not a document's to use up. */
const MAX_DEPTH = 32;
const MAX_TOKENS = 256;

/**
 * Compiles a template as arithmetic, or answers undefined when it is plain text: arithmetic has at
 * least one operator (`*`, `/`, or `+ -` set off by blanks) and one placeholder, every placeholder
 * is numeric, and the rest is numbers, operators and round brackets.
 */
export function compileArithmetic(
  parts: readonly TemplatePart[],
  isNumeric: (name: string) => boolean,
): Arithmetic | undefined {
  const names = parts.flatMap((part) => (part.kind === 'name' ? [part.name] : []));
  if (names.length === 0 || !names.every(isNumeric)) return undefined;
  const tokens = readTokens(parts);
  const compute = tokens === undefined ? undefined : new Parser(tokens).parse();
  if (compute === undefined) return undefined;
  return {
    names,
    evaluate: (valueOf) => {
      const result = compute(valueOf);
      return result === undefined ? undefined : plainNumber(result);
    },
  };
}

function readTokens(parts: readonly TemplatePart[]): readonly Token[] | undefined {
  const tokens: Token[] = [];
  for (const [index, part] of parts.entries()) {
    if (part.kind === 'name') {
      tokens.push({ kind: 'name', name: part.name });
      continue;
    }
    // A sign at the edge of the whole text is not set off from anything.
    const before = index === 0 ? '' : 'x';
    const after = index === parts.length - 1 ? '' : 'x';
    const found = readText(part.text, before, after);
    if (found === undefined) return undefined;
    tokens.push(...found);
    if (tokens.length > MAX_TOKENS) return undefined;
  }
  return tokens;
}

function readText(text: string, before: string, after: string): Token[] | undefined {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const number = /^\d+(?:\.\d+)?/.exec(text.slice(at, at + 40))?.[0];
    const sign = signAt(text, at);
    if (number !== undefined) {
      tokens.push({ kind: 'number', value: Number(number) });
    } else if (sign !== undefined) {
      const left = at === 0 ? before : text.charAt(at - 1);
      const right = at === text.length - 1 ? after : text.charAt(at + 1);
      tokens.push({ kind: 'sign', sign, apart: isBlank(left) && isBlank(right) });
    } else if (!isBlank(text.charAt(at))) {
      return undefined;
    }
    if (tokens.length > MAX_TOKENS) return undefined;
    at += number?.length ?? 1;
  }
  return tokens;
}

function signAt(text: string, at: number): Sign | undefined {
  const signs = ['+', '-', '*', '/', '(', ')'] as const;
  return signs.find((sign) => sign === text.charAt(at));
}

function isBlank(sign: string): boolean {
  return sign === ' ' || sign === '\t';
}

/** Recursive descent: sum, product, operand. Each method answers undefined for what is text. */
class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #operators = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Compute | undefined {
    const compute = this.#sum(0);
    return this.#at === this.#tokens.length && this.#operators > 0 ? compute : undefined;
  }

  #sum(depth: number): Compute | undefined {
    let left = this.#product(depth);
    for (let sign = this.#operator('+', '-'); sign !== undefined; sign = this.#operator('+', '-')) {
      left = combine(sign, left, this.#product(depth));
    }
    return left;
  }

  #product(depth: number): Compute | undefined {
    let left = this.#operand(depth);
    for (let sign = this.#operator('*', '/'); sign !== undefined; sign = this.#operator('*', '/')) {
      left = combine(sign, left, this.#operand(depth));
    }
    return left;
  }

  #operand(depth: number): Compute | undefined {
    const token = this.#tokens[this.#at];
    this.#at += 1;
    if (token === undefined || depth > MAX_DEPTH) return undefined;
    if (token.kind === 'number') return () => token.value;
    if (token.kind === 'name') return (valueOf) => numericValue(valueOf(token.name));
    if (token.sign === '-' && !token.apart) return negate(this.#operand(depth + 1));
    if (token.sign !== '(') return undefined;
    const inner = this.#sum(depth + 1);
    const closing = this.#tokens[this.#at];
    this.#at += 1;
    return closing?.kind === 'sign' && closing.sign === ')' ? inner : undefined;
  }

  #operator(...wanted: readonly ('+' | '-' | '*' | '/')[]): '+' | '-' | '*' | '/' | undefined {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'sign') return undefined;
    const sign = wanted.find((candidate) => candidate === token.sign);
    // `2024-09` is a text; only `*` and `/` may touch their operands.
    if (sign === undefined || ((sign === '+' || sign === '-') && !token.apart)) return undefined;
    this.#at += 1;
    this.#operators += 1;
    return sign;
  }
}

function combine(
  sign: '+' | '-' | '*' | '/',
  left: Compute | undefined,
  right: Compute | undefined,
): Compute | undefined {
  if (left === undefined || right === undefined) return undefined;
  return (valueOf) => {
    const a = left(valueOf);
    const b = right(valueOf);
    if (a === undefined || b === undefined || (sign === '/' && b === 0)) return undefined;
    if (sign === '+') return a + b;
    if (sign === '-') return a - b;
    return sign === '*' ? a * b : a / b;
  };
}

function negate(operand: Compute | undefined): Compute | undefined {
  if (operand === undefined) return undefined;
  return (valueOf) => {
    const value = operand(valueOf);
    return value === undefined ? undefined : -value;
  };
}
