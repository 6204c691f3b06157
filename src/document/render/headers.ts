import { isConnectionHeader, isFieldName, isFieldValue } from '../../text/http-field.ts';
import { isCommentKey } from '../comment-key.ts';
import { jsonMembers } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import type { Scope } from './scope.ts';
import { unsafeValue } from './render-stop.ts';
import { asIs, renderText } from './text.ts';
import type { CompiledText } from './text.ts';

export type Header = readonly [name: string, value: string];

/**
 * Compiles `request_headers`: those of the method override the document's by name, without case. A
 * header whose value has no value goes; one that cannot stand in a header is refused.
 */
export function compileHeaders(
  layers: readonly (Json | undefined)[],
  compile: (text: string) => CompiledText,
): (scope: Scope) => readonly Header[] {
  const headers = new Map<string, { name: string; text: CompiledText }>();
  for (const [name, value] of layers.flatMap(jsonMembers)) {
    if (typeof value !== 'string' || isCommentKey(name) || !isSettable(name)) continue;
    headers.set(name.toLowerCase(), { name, text: compile(value) });
  }
  const compiled = [...headers.values()];
  return (scope) =>
    compiled.flatMap(({ name, text }) => {
      const value = renderText(text, scope, asIs);
      const isEmptied = value === '' && text.placeholders.length > 0;
      return value === undefined || isEmptied
        ? []
        : [[name, checkHeaderValue(value, subjectOf(text) ?? name)] as const];
    });
}

/** The template of one header, that of the last layer that has it. */
export function headerTemplate(
  layers: readonly (Json | undefined)[],
  name: string,
): string | undefined {
  const found = layers.flatMap(jsonMembers).findLast(([key]) => key.toLowerCase() === name);
  return typeof found?.[1] === 'string' ? found[1] : undefined;
}

/**
 * Lets a text through that a header can carry. `subject` is the name that the refusal tells; the
 * value itself is never told.
 */
export function checkHeaderValue(value: string, subject: string): string {
  if (!isFieldValue(value)) {
    throw unsafeValue(
      subject,
      `"${subject}" stands in a header and holds a line break, a control character or a letter that headers cannot carry`,
    );
  }
  return value;
}

function subjectOf(text: CompiledText): string | undefined {
  return text.placeholders[0]?.reader.name;
}

/** `Authorization` is made from `auth` or `OAuth2`; lint tells of the others that are left out. */
function isSettable(name: string): boolean {
  return isFieldName(name) && !isConnectionHeader(name) && name.toLowerCase() !== 'authorization';
}
