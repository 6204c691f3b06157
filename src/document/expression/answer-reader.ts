import { isJsonArray, isJsonObject, isRawNumber, jsonMember } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import { scalarText } from '../values/plain-number.ts';
import type { AnswerPath } from './answer-path.ts';
import { MAX_RESULT_BYTES, RunningError, bounded, tooLong } from './running-error.ts';
import type { Value } from './running-error.ts';

/** An answer of the CRM, as `response` shows it to an expression. */
export interface AnswerView {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, or the text itself where it is none; `undefined` for an empty or unreadable body. */
  readonly body: Json | undefined;
}

/** Reads one answer for all the expressions that ask about it. */
export interface AnswerReader {
  /**
   * What stands at a path; a list or an object is its JSON, `null` where it is empty. Throws
   * `RunningError` for one that is too long, and once all expressions together have read too much.
   */
  value(path: AnswerPath): Value;
  /** True when something stands at a path: no empty text, list or object. */
  has(path: AnswerPath): boolean;
  /** Counts what an expression does with it; throws `RunningError` once all have done too much. */
  spend(characters: number): void;
}

/** A double has no more; a longer number keeps its digits as text. */
const EXACT_DIGITS = 15;

/**
 * Characters of one answer that all expressions together may go through: a document may have a
 * thousand rows of conditions, and nobody else is served while they run.
 */
const MAX_READ_CHARACTERS = 8 * 1024 * 1024;
/** What finding a value costs beside its length. */
const COST_OF_A_STEP = 16;

/** Opens an answer for reading; what was read once is kept, and so is why something cannot be. */
export function createAnswerReader(answer: AnswerView): AnswerReader {
  const values = new Map<string, Value | RunningError>();
  const presence = new Map<string, boolean>();
  let left = MAX_READ_CHARACTERS;
  const spend = (characters: number): void => {
    left -= characters;
    if (left < 0) throw new RunningError('The conditions read too much of the answer.');
  };
  return {
    spend,
    value: (path) => {
      spend(COST_OF_A_STEP * path.length);
      const key = JSON.stringify(path);
      let value = values.get(key);
      if (value === undefined) {
        value = readValue(memberAt(answer, path));
        values.set(key, value);
      }
      if (value instanceof RunningError) throw value;
      // Whoever asked goes through it.
      if (typeof value === 'string') spend(value.length);
      return value;
    },
    has: (path) => {
      spend(COST_OF_A_STEP * path.length);
      const key = JSON.stringify(path);
      const known = presence.get(key) ?? isPresent(memberAt(answer, path));
      presence.set(key, known);
      return known;
    },
  };
}

function readValue(value: Json | undefined): Value | RunningError {
  if (isRawNumber(value)) {
    const digits = value.rawJSON.replace(/[eE].*$/, '').replaceAll(/^[-0.]+|[^\d]/g, '');
    return digits.length <= EXACT_DIGITS ? Number(value.rawJSON) : scalarText(value);
  }
  if (value === undefined || value === null || isEmpty(value)) return null;
  if (typeof value !== 'object') return value;
  // Measured first: writing out a body of megabytes takes longer than saying that it is too long.
  if (isTooLong(value)) return tooLong();
  try {
    return bounded(JSON.stringify(value));
  } catch (err) {
    if (err instanceof RunningError) return err;
    throw err;
  }
}

function isPresent(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== '' && !isEmpty(value);
}

/** True when a value surely takes more characters as JSON than a result may have; looks no further. */
function isTooLong(root: Json): boolean {
  let characters = 0;
  const waiting: Json[] = [root];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    characters += typeof value === 'string' ? value.length + 2 : 1;
    if (characters > MAX_RESULT_BYTES) return true;
    if (typeof value !== 'object' || value === null || isRawNumber(value)) continue;
    for (const member of Object.values(value)) {
      // Each takes a character at least.
      if (waiting.length > MAX_RESULT_BYTES) return true;
      waiting.push(member);
    }
  }
  return false;
}

function memberAt(answer: AnswerView, path: AnswerPath): Json | undefined {
  const [part, ...rest] = path;
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
  if (!isJsonObject(value)) return false;
  for (const name in value) if (Object.hasOwn(value, name)) return false;
  return true;
}
