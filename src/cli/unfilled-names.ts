import type { CompiledDocument } from '../document/compiled-document.ts';
import { isJsonArray, isJsonObject, jsonMember } from '../document/json-value.ts';
import type { Json } from '../document/json-value.ts';
import type { RenderContext } from '../document/render/request.ts';
import { templateNames } from '../document/templates/template.ts';

/** Members of a method object that say nothing about what is sent. */
const NOT_SENT = [
  'response_map',
  'response_headers',
  'derive',
  'error_map',
  'errors',
  'success',
  'when',
  'paging',
  // The page of a record that was found, made after the answer.
  'contact_url',
];

/**
 * The names that the request of a method object asks for, in the order of the text: parameters,
 * local values and variables; properties have a check of their own.
 */
export function requestNames(document: CompiledDocument, method: Json): readonly string[] {
  const isValue = (name: string): boolean => {
    const kind = document.names.resolve(name)?.kind;
    return kind === 'parameter' || kind === 'local' || kind === 'variable';
  };
  const texts = isJsonObject(method)
    ? Object.entries(method).flatMap(([key, value]) =>
        NOT_SENT.includes(key) ? [] : textsOf(value),
      )
    : [];
  return [...new Set(texts.flatMap((text) => templateNames(text, document.notation, isValue)))];
}

/**
 * Those of the names that have no value in this context and could be given one: for a variable
 * without a value the names that it is made of. The file is none of them.
 */
export function unfilledNames(
  document: CompiledDocument,
  names: readonly string[],
  context: RenderContext,
): readonly string[] {
  const seen = new Set<string>();
  const missing = (name: string): readonly string[] => {
    if (name === 'file' || seen.has(name) || !isEmpty(document.variable(name, context))) return [];
    seen.add(name);
    if (document.names.resolve(name)?.kind !== 'variable') return [name];
    const made = jsonMember(jsonMember(document.source, 'variables'), name);
    return wordsOf(document, made ?? null).flatMap(missing);
  };
  return [...new Set(names.flatMap(missing))];
}

/** Names of values in a variable: in templates, as keys of its rows, and as words of an expression. */
function wordsOf(document: CompiledDocument, made: Json): readonly string[] {
  const words = textsOf(made).flatMap((text) => text.match(/[A-Za-z_]\w*/g) ?? []);
  return [...new Set(words)].filter((word) => document.names.resolve(word) !== undefined);
}

function isEmpty(value: Json | undefined): boolean {
  return value === null || value === undefined || value === '';
}

function textsOf(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  if (isJsonArray(value)) return value.flatMap(textsOf);
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key.startsWith('//') ? [] : [key, ...textsOf(inner)],
  );
}
