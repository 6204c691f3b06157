import { refuseBrackets } from './compile-key.ts';
import { jsonChunks } from './json-chunks.ts';
import { openValue } from './rendered-tree.ts';
import type { Rendered } from './rendered-tree.ts';
import type { BodyChunk, RenderedBody } from '../request.ts';
import { textOf } from '../typed-value.ts';

export interface FilePart {
  readonly filename: string;
  readonly type: string;
}

/**
 * Writes the members of a rendered object as parts of `multipart/form-data` (RFC 7578): an object
 * or array is one part of JSON, a member that is the file alone its bytes, all else text in UTF-8.
 * `contentType` is the author's, without a boundary.
 */
export function multipartBody(
  rendered: Rendered,
  options: { readonly contentType: string; readonly boundary: string; readonly file: FilePart },
): RenderedBody {
  const opened = openValue(rendered);
  const members = opened.kind === 'object' ? opened.members : [];
  if (opened.kind === 'object') refuseBrackets(opened.bracketsOf);
  const parts = members.map(([name, member]) => writePart(name, openValue(member), options.file));
  const boundary = freeBoundary(options.boundary, parts.flat());
  const chunks: BodyChunk[] = [];
  for (const part of parts) chunks.push(`--${boundary}\r\n`, ...part, '\r\n');
  chunks.push(`--${boundary}--\r\n`);
  return {
    contentType: `${options.contentType}; boundary=${boundary}`,
    chunks: joinTexts(chunks),
  };
}

function writePart(name: string, member: Rendered, file: FilePart): readonly BodyChunk[] {
  const disposition = `Content-Disposition: form-data; name="${quoted(name)}"`;
  switch (member.kind) {
    case 'value':
      return [`${disposition}\r\n\r\n${member.value === null ? '' : textOf(member.value)}`];
    case 'file':
      if (member.before !== '' || member.after !== '') {
        return [`${disposition}\r\n\r\n${member.before}`, { file: 'base64' }, member.after];
      }
      return [
        `${disposition}; filename="${quoted(file.filename)}"\r\nContent-Type: ${file.type}\r\n\r\n`,
        { file: 'bytes' },
      ];
    case 'object':
    case 'array':
      return [`${disposition}\r\nContent-Type: application/json\r\n\r\n`, ...jsonChunks(member)];
  }
}

/** As browsers write names (HTML, "multipart/form-data encoding algorithm"). */
function quoted(text: string): string {
  return text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

// A random boundary does not occur in a value; this one certainly does not.
function freeBoundary(wanted: string, chunks: readonly BodyChunk[]): string {
  let boundary = wanted;
  while (chunks.some((chunk) => typeof chunk === 'string' && chunk.includes(boundary))) {
    boundary += '0';
  }
  return boundary;
}

function joinTexts(chunks: readonly BodyChunk[]): readonly BodyChunk[] {
  const joined: BodyChunk[] = [];
  for (const chunk of chunks) {
    const last = joined.at(-1);
    if (typeof chunk === 'string' && typeof last === 'string') joined.splice(-1, 1, last + chunk);
    else joined.push(chunk);
  }
  return joined;
}
