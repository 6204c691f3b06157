import type { Scalar } from './values.ts';

const WORDS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['false', false],
  ['0', false],
  ['no', false],
]);

/** Reads a value as true or false, in any case; `undefined` for what says neither. */
export function booleanValue(value: Scalar): boolean | undefined {
  return WORDS.get(String(value).toLowerCase());
}
