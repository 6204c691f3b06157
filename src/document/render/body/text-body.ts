import { escapeXml } from '../../../text/escape-xml.ts';
import { parseLosslessJson } from '../../../text/lossless-json.ts';
import type { Json } from '../../json-value.ts';
import { compileEscape, escapeNames } from '../escapes.ts';
import { checkHeaderValue } from '../headers.ts';
import { writeEscaped } from '../quote-guard.ts';
import { missingValue, unsafeValue } from '../render-stop.ts';
import type { BodyChunk } from '../request.ts';
import type { Scope } from '../scope.ts';
import { asIs, pieceOfParts, renderText } from '../text.ts';
import type { CompiledText, Placeholder, WriteValue } from '../text.ts';
import { mediaTypeOf } from './body.ts';
import type { RenderBody } from './body.ts';
import { filePart } from './file-part.ts';

const TEXT_TYPE = 'text/plain; charset=utf-8';

/**
 * Compiles `request_parameters` that are a text: the body is that text, or the decoded bytes where
 * it is exactly the file; a file inside a text is Base64. Values in mixed text are written for
 * `escape` and for the media type; a text that has no value sends nothing.
 */
export function compileTextBody(text: CompiledText, options: TextBodyOptions): RenderBody {
  const { contentType } = options;
  if (text.single?.reader.isFile === true) return bytesBody(contentType);
  const write = compileWriter(text, options);
  const chunks = compileChunks(text);
  return (scope) => {
    const type = checkHeaderValue(contentType(scope) ?? TEXT_TYPE, 'request_content_type');
    const mediaType = mediaTypeOf(type);
    if (isForm(mediaType)) {
      const message = 'a text cannot be the body of a form, which has names and values';
      throw unsafeValue('request_content_type', message);
    }
    return { contentType: type, chunks: chunks(scope, write(mediaType)) };
  };
}

interface TextBodyOptions {
  readonly contentType: (scope: Scope) => string | undefined;
  /** `escape` of the request. */
  readonly escape: Json | undefined;
  /** True for look-ups: a value that could end a quoted text is refused without `escape`. */
  readonly guarded: boolean;
}

/** How values are written, by media type. A language of queries may stand inside JSON or XML. */
function compileWriter(
  text: CompiledText,
  { escape: declared, guarded }: TextBodyOptions,
): (mediaType: string) => WriteValue {
  const escape = compileEscape(declared);
  const names = escapeNames(declared);
  const inTexts = placeholdersInTexts(text);
  const language = writeEscaped(escape, guarded);
  return (mediaType) => {
    if (text.single !== undefined) return isJsonType(mediaType) ? wholeJson : asIs;
    if (isJsonType(mediaType) && !names.includes('json'))
      return inTurn(language, jsonWriter(inTexts));
    if (isMarkup(mediaType) && !names.includes('xml')) return inTurn(language, escapeXml);
    if (mediaType === 'text/plain') return language;
    return writeEscaped(escape, true);
  };
}

function inTurn(first: WriteValue, second: WriteValue): WriteValue {
  return (text, placeholder, scope) => second(first(text, placeholder, scope), placeholder, scope);
}

function bytesBody(contentType: (scope: Scope) => string | undefined): RenderBody {
  return (scope) => {
    if (scope.context.file === undefined) throw missingValue('file');
    const type = contentType(scope) ?? filePart(scope).type;
    return {
      contentType: checkHeaderValue(type, 'request_content_type'),
      chunks: [{ file: 'bytes' }],
    };
  };
}

function compileChunks(
  text: CompiledText,
): (scope: Scope, write: WriteValue) => readonly BodyChunk[] {
  const at = text.parts.findIndex((part) => typeof part !== 'string' && part.reader.isFile);
  if (at === -1) return (scope, write) => [requireText(text, scope, write)];
  const before = pieceOfParts(text.parts.slice(0, at));
  const after = pieceOfParts(text.parts.slice(at + 1));
  return (scope, write) => {
    if (scope.context.file === undefined) throw missingValue('file');
    return [
      requireText(before, scope, write),
      { file: 'base64' },
      requireText(after, scope, write),
    ];
  };
}

function requireText(text: CompiledText, scope: Scope, write: WriteValue): string {
  const filled = renderText(text, scope, write);
  if (filled !== undefined) return filled;
  const missing = text.placeholders.filter(({ reader }) => reader.text(scope) === undefined);
  const told = missing.find(({ reader }) => reader.reference) ?? missing[0];
  throw missingValue(told?.reader.name ?? 'request_parameters');
}

/** Inside a text of the template's JSON a value is escaped; elsewhere it must be JSON itself. */
function jsonWriter(inTexts: ReadonlySet<Placeholder>): WriteValue {
  return (text, placeholder, scope) =>
    inTexts.has(placeholder)
      ? JSON.stringify(text).slice(1, -1)
      : wholeJson(text, placeholder, scope);
}

const wholeJson: WriteValue = (text, { reader }) => {
  if (parseLosslessJson(text).status === 'json') return text;
  throw unsafeValue(
    reader.name,
    `"${reader.name}" stands in JSON outside of quotes and is no JSON itself`,
  );
};

/** The placeholders that stand between the double quotes of a JSON text. */
function placeholdersInTexts({ parts }: CompiledText): ReadonlySet<Placeholder> {
  const found = new Set<Placeholder>();
  let isOpen = false;
  for (const part of parts) {
    if (typeof part !== 'string') {
      if (isOpen) found.add(part);
      continue;
    }
    for (const [sign] of part.matchAll(/\\[\s\S]|"/g)) {
      if (sign === '"') isOpen = !isOpen;
    }
  }
  return found;
}

/** Of parts too: a value could begin another one where the author's own boundary stands. */
function isForm(mediaType: string): boolean {
  return mediaType === 'application/x-www-form-urlencoded' || mediaType.startsWith('multipart/');
}

/** `…/json` and the suffix `+json` (RFC 6839). */
function isJsonType(mediaType: string): boolean {
  return /[/+]json$/.test(mediaType);
}

function isMarkup(mediaType: string): boolean {
  return /[/+]xml$/.test(mediaType) || mediaType === 'text/html';
}
