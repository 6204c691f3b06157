import type { ASTNode } from '@marcbachmann/cel-js';
import { isJsonArray, isJsonObject, isRawNumber, jsonMember } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import { scalarText } from '../values/plain-number.ts';
import { bounded } from './running-error.ts';
import type { Value } from './running-error.ts';

/** An answer of the CRM, as `response` shows it to an expression. */
export interface AnswerView {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, or the text itself where it is none; `undefined` for an empty or unreadable body. */
  readonly body: Json | undefined;
}

/** `status`, `headers` and a name, or `body` and the members and places inside it. */
export type AnswerPath = readonly (string | number)[];

export type ReadPath =
  | { readonly status: 'path'; readonly path: AnswerPath }
  /** The chain does not begin at `response`. */
  | { readonly status: 'other' }
  | { readonly status: 'refused'; readonly message: string };

/** A double has no more; a longer number keeps its digits as text. */
const EXACT_DIGITS = 15;

/** Reads `response.body.errors[0].code` from its tree: what it reads, or why nobody may. */
export function readAnswerPath(node: ASTNode): ReadPath {
  const path: (string | number)[] = [];
  let at: ASTNode = node;
  while (at.op === '.' || at.op === '[]') {
    const step = at.op === '.' ? at.args[1] : placeOf(at.args[1]);
    if (step === undefined) {
      return startsAtAnswer(at) ? refused('A member is named by a text or a number.') : OTHER;
    }
    path.unshift(step);
    [at] = at.args;
  }
  if (at.op !== 'id' || at.args !== 'response') return OTHER;
  const wrong = faultOf(path);
  return wrong === undefined ? { status: 'path', path } : refused(wrong);
}

/** What stands at a path of an answer; a list or an object is its JSON, `null` where it is empty. */
export function answerValue(answer: AnswerView | undefined, path: AnswerPath): Value {
  const value = memberAt(answer, path);
  if (isRawNumber(value)) {
    const digits = value.rawJSON.replace(/[eE].*$/, '').replaceAll(/^[-0.]+|[^\d]/g, '');
    return digits.length <= EXACT_DIGITS ? Number(value.rawJSON) : scalarText(value);
  }
  if (value === undefined || value === null) return null;
  if (typeof value !== 'object') return value;
  return isEmpty(value) ? null : bounded(JSON.stringify(value));
}

/** True when something stands at a path: no empty text, list or object. */
export function isInAnswer(answer: AnswerView | undefined, path: AnswerPath): boolean {
  const value = memberAt(answer, path);
  return value !== undefined && value !== null && value !== '' && !isEmpty(value);
}

const OTHER: ReadPath = { status: 'other' };

function refused(message: string): ReadPath {
  return { status: 'refused', message };
}

function placeOf(node: ASTNode): string | number | undefined {
  if (node.op !== 'value') return undefined;
  const place: unknown = node.args;
  if (typeof place === 'string') return place;
  return typeof place === 'number' && Number.isSafeInteger(place) && place >= 0 ? place : undefined;
}

function startsAtAnswer(node: ASTNode): boolean {
  let at: ASTNode = node;
  while (at.op === '.' || at.op === '[]') [at] = at.args;
  return at.op === 'id' && at.args === 'response';
}

function faultOf([part, ...rest]: AnswerPath): string | undefined {
  switch (part) {
    case 'status':
      return rest.length === 0 ? undefined : 'response.status is a number and has no members.';
    case 'headers':
      return rest.length === 1 && typeof rest[0] === 'string'
        ? undefined
        : "One header is read with its name: response.headers['Retry-After'].";
    case 'body':
      return undefined;
    default:
      return 'response has status, headers and body.';
  }
}

function memberAt(answer: AnswerView | undefined, path: AnswerPath): Json | undefined {
  const [part, ...rest] = path;
  if (answer === undefined) return undefined;
  if (part === 'status') return answer.status;
  if (part === 'headers') return headerOf(answer, String(rest[0]).toLowerCase());
  let value = answer.body;
  for (const step of rest) {
    if (typeof step === 'string') value = jsonMember(value, step);
    else value = isJsonArray(value) ? value[step] : undefined;
  }
  return value;
}

function headerOf({ headers }: AnswerView, name: string): string | undefined {
  return Object.hasOwn(headers, name) ? headers[name] : undefined;
}

function isEmpty(value: Json): boolean {
  if (isJsonArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}
