import { isCommentKey } from '../comment-key.ts';
import { jsonMembers } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import type { Scope } from './scope.ts';
import { unsafeValue } from './stop.ts';
import { asIs, renderText } from './text.ts';
import type { CompiledText } from './text.ts';

export type Header = readonly [name: string, value: string];

/** RFC 9110, section 5.1. */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const REFUSED =
  /^(?:host|content-length|connection|cookie|transfer-encoding|authorization|proxy-.*|sec-.*)$/i;

/** True for a header that a document may set in `request_headers`. */
export function isSettableHeader(name: string): boolean {
  return HEADER_NAME.test(name) && !REFUSED.test(name);
}

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
    if (typeof value !== 'string' || isCommentKey(name) || !isSettableHeader(name)) continue;
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
 * Lets a text through that a header can carry: no line break, NUL or other control character, and
 * nothing beyond Latin-1, which HTTP has no way to write (RFC 9110, section 5.5). `subject` is the
 * name that the refusal tells; the value itself is never told.
 */
export function checkHeaderValue(value: string, subject: string): string {
  if (!/^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value)) {
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
