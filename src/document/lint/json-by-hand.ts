import { parseLosslessJson } from '../../text/lossless-json.ts';
import type { TemplatePart } from '../templates/template.ts';
import type { Steps } from './lint-context.ts';

type Name = Extract<TemplatePart, { readonly kind: 'name' }>;

/**
 * The first placeholder between the quotes of a text that is JSON, an object or a list, once its
 * placeholders are filled; `undefined` for any other text.
 */
export function placeholderInJson(parts: readonly TemplatePart[]): Name | undefined {
  const [first] = parts;
  if (first?.kind !== 'text' || !/^\s*[[{]/.test(first.text)) return undefined;
  let filled = '';
  let found: Name | undefined;
  let isOpen = false;
  for (const part of parts) {
    if (part.kind === 'name') {
      // Outside of quotes a number may stand, whatever the place.
      filled += isOpen ? 'x' : '0';
      if (isOpen) found ??= part;
      continue;
    }
    filled += part.text;
    for (const [sign] of part.text.matchAll(/\\[\s\S]|"/g)) {
      if (sign === '"') isOpen = !isOpen;
    }
  }
  return found !== undefined && parseLosslessJson(filled).status === 'json' ? found : undefined;
}

/** What to write instead of JSON by hand, where it stands. */
export function jsonFix(steps: Steps): string {
  const [section, , form] = steps;
  // A row of a choice and a line are texts: there a variable's placeholder can stand.
  const isDefinition = steps.length === 2 || (steps.length === 3 && form === 'text');
  if (section === 'variables' && isDefinition) {
    return 'write {"json": …} with the tree itself, without quotes around it';
  }
  return steps.at(-1) === 'request_parameters'
    ? 'write it as an object or a list, without quotes around it'
    : 'make it a variable of the form {"json": …}, and write its placeholder here';
}
