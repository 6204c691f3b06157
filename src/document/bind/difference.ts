import { isJsonArray } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import { scalarText } from '../values/plain-number.ts';

/** What the document expects and the answer has not; put into words once, where it is told. */
export interface Difference {
  readonly path: string;
  readonly expected: string;
  readonly value: Json | undefined;
}

/** A difference as a sentence for people. */
export function differenceInWords({ path, expected, value }: Difference): string {
  const what = path === '' ? 'The answer' : `"${path}"`;
  const where = path === '' ? '' : ' in the answer';
  return `${what} is ${inWords(value)}${where}; the document expects ${expected}.`;
}

function inWords(value: Json | undefined): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  const text = scalarText(value);
  if (text === undefined) return isJsonArray(value) ? 'a list' : 'an object';
  return `"${text.length > 80 ? `${text.slice(0, 80)}…` : text}"`;
}
