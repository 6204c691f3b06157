import type { CompiledDocument } from '../document/compiled-document.ts';
import { isJsonArray, isJsonObject } from '../document/json-value.ts';
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

/** Those of the names that have no value in this context; the file is none of them. */
export function unfilledNames(
  document: CompiledDocument,
  names: readonly string[],
  context: RenderContext,
): readonly string[] {
  return names.filter((name) => name !== 'file' && isEmpty(document.variable(name, context)));
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
