import { isConnectionHeader, isFieldName, isFieldValue } from '../../text/http-field.ts';
import { isCommentKey } from '../comment-key.ts';
import { jsonMembers } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import { fillKey } from './body/compile-key.ts';
import type { Scope } from './scope.ts';
import { unsafeValue } from './render-stop.ts';
import { asIs, literalText, renderText } from './text.ts';
import type { CompiledText } from './text.ts';

export type Header = readonly [name: string, value: string];

/**
 * Compiles `request_headers`: those of the method override the document's by name, without case. A
 * header goes whose value has no value, or whose name lacks one; one that cannot stand in a header
 * is refused.
 */
export function compileHeaders(
  layers: readonly (Json | undefined)[],
  compile: (text: string) => CompiledText,
): (scope: Scope) => readonly Header[] {
  const fixed = new Map<string, FixedHeader>();
  const filled: FilledHeader[] = [];
  for (const [layer, headers] of layers.entries()) {
    for (const [name, value] of jsonMembers(headers)) {
      if (typeof value !== 'string' || isCommentKey(name)) continue;
      const text = compile(value);
      const key = compile(name);
      if (literalText(key.parts) === undefined) filled.push({ layer, key, text });
      else if (isSettable(name)) fixed.set(name.toLowerCase(), { layer, name, text });
    }
  }
  const constant = [...fixed];
  return (scope) => {
    const sent = new Map<string, { readonly layer: number; readonly header: Header }>();
    for (const [lower, { layer, name, text }] of constant) {
      const value = headerValue(text, name, scope);
      if (value !== undefined) sent.set(lower, { layer, header: [name, value] });
    }
    for (const header of filled) addFilled(sent, header, scope);
    return [...sent.values()].map(({ header }) => header);
  };
}

interface FixedHeader {
  readonly layer: number;
  readonly name: string;
  readonly text: CompiledText;
}

/** A header whose name has placeholders. */
interface FilledHeader {
  readonly layer: number;
  readonly key: CompiledText;
  readonly text: CompiledText;
}

function addFilled(
  sent: Map<string, { readonly layer: number; readonly header: Header }>,
  { layer, key, text }: FilledHeader,
  scope: Scope,
): void {
  const name = fillKey(key.parts, scope, { author: (part) => part, value: (part) => part });
  if (name === undefined) return;
  const { key: written, filledBy = 'request_headers' } = name;
  if (!isFieldName(written) || !isSettable(written) || isContentType(written)) {
    throw unsafeValue(
      filledBy,
      `"${filledBy}" stands in the name of a header and makes one that documents may not set`,
    );
  }
  const value = headerValue(text, filledBy, scope);
  if (value === undefined) return;
  if (sent.get(written.toLowerCase())?.layer === layer) {
    throw unsafeValue(filledBy, `"${filledBy}" makes the name of a header that is there already`);
  }
  sent.set(written.toLowerCase(), { layer, header: [written, value] });
}

function headerValue(text: CompiledText, name: string, scope: Scope): string | undefined {
  const value = renderText(text, scope, asIs);
  const isEmptied = value === '' && text.placeholders.length > 0;
  return value === undefined || isEmptied
    ? undefined
    : checkHeaderValue(value, subjectOf(text) ?? name);
}

/** The body has its own type, with the boundary where it has one. */
export function isContentType(name: string): boolean {
  return name.toLowerCase() === 'content-type';
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
