import { parseTemplate } from './template.ts';
import type { Notation } from './template.ts';

/** A placeholder that stands before the `=` of a pair in the query of an address. */
export interface KeyName {
  readonly name: string;
  /** In the text, in UTF-16 units. */
  readonly offset: number;
}

/** The placeholders in the keys of an address's query, from the left. */
export function namesInQueryKeys(
  text: string,
  notation: Notation,
  isKnown: (name: string) => boolean,
): readonly KeyName[] {
  const found: KeyName[] = [];
  let open: KeyName[] = [];
  let place: 'path' | 'key' | 'value' = 'path';
  for (const part of parseTemplate(text, notation, isKnown)) {
    if (part.kind === 'name') {
      if (place === 'key') open.push({ name: part.name, offset: part.offset });
      continue;
    }
    for (const sign of part.text) {
      if (sign === '&' || (sign === '?' && place === 'path')) {
        // A pair without `=` is a value alone.
        open = [];
        place = place === 'path' && sign === '&' ? 'path' : 'key';
      } else if (sign === '=' && place === 'key') {
        found.push(...open);
        place = 'value';
      }
    }
  }
  return found;
}
