import { encodeValue } from '../../../text/percent-encoding.ts';
import { refuseBrackets } from './compile-key.ts';
import { openValue } from './rendered-tree.ts';
import type { Rendered } from './rendered-tree.ts';
import { unsafeValue } from '../render-stop.ts';
import { textOf } from '../typed-value.ts';

export type Pair = readonly [key: string, value: string];

/**
 * Flattens a rendered tree into the pairs of a query or form: objects as `a[b]`, arrays repeat the
 * key as written, arrays of objects or arrays as `a[0][b]`. A literal `null` is an empty value. A
 * value that puts a bracket into a key is refused.
 */
export function flattenPairs(rendered: Rendered): readonly Pair[] {
  const pairs: Pair[] = [];
  const opened = openValue(rendered);
  if (opened.kind !== 'object') return pairs;
  refuseBrackets(opened.bracketsOf);
  for (const [key, member] of opened.members) collect(key, member, pairs);
  return pairs;
}

/** Writes pairs as a query or form body; a blank is `%20`, so that `+` never means one. */
export function writePairs(pairs: readonly Pair[]): string {
  return pairs.map(([key, value]) => `${encodeValue(key)}=${encodeValue(value)}`).join('&');
}

function collect(key: string, rendered: Rendered, pairs: Pair[]): void {
  const opened = openValue(rendered);
  switch (opened.kind) {
    case 'value':
      pairs.push([key, opened.value === null ? '' : textOf(opened.value).toWellFormed()]);
      return;
    case 'file':
      throw unsafeValue('file', 'the file can stand in a JSON or multipart body only');
    case 'object':
      refuseBrackets(opened.bracketsOf);
      for (const [name, member] of opened.members) collect(`${key}[${name}]`, member, pairs);
      return;
    case 'array':
      collectElements(key, opened.elements, pairs);
      return;
  }
}

function collectElements(key: string, elements: readonly Rendered[], pairs: Pair[]): void {
  for (const [index, element] of elements.entries()) {
    const { kind } = openValue(element);
    const isBranch = kind === 'object' || kind === 'array';
    collect(isBranch ? `${key}[${String(index)}]` : key, element, pairs);
  }
}
