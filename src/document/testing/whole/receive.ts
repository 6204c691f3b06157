import { parseLosslessJson } from '../../../text/lossless-json.ts';
import { isFieldName, isFieldValue } from '../../../text/http-field.ts';
import type { RenderedRequest } from '../../render/request.ts';

/** A request as the server that got it reads it. */
export interface Received {
  readonly origin: string;
  /** Decoded. */
  readonly segments: readonly string[];
  readonly query: readonly (readonly [string, string])[];
  readonly headers: readonly (readonly [string, string])[];
  readonly body:
    | { readonly kind: 'none' | 'bytes' }
    | { readonly kind: 'json'; readonly value: unknown }
    | {
        readonly kind: 'form' | 'multipart';
        readonly fields: readonly (readonly [string, string])[];
      }
    | { readonly kind: 'text'; readonly text: string };
}

/** The file in a body that is read as a text. */
const FILE = 'ZmlsZQ==';

/** Reads a request strictly, as a server does; throws where it would answer with 400. */
export function receive(request: RenderedRequest): Received {
  if (!/^[\u0021-\u007e]+$/.test(request.url))
    throw new Error('The URL has a character no URL has.');
  const url = new URL(request.url);
  if (url.hash !== '' || url.username !== '') throw new Error('The URL has more than it may.');
  const written = /^https?:\/\/[^/?]+([^?]*)(?:\?(.*))?$/.exec(request.url);
  // A server must not see another path than the one that was written.
  if (written?.[1] !== url.pathname) throw new Error(`The path is rewritten to ${url.pathname}.`);
  for (const [name, value] of request.headers) {
    if (!isFieldName(name) || !isFieldValue(value)) throw new Error(`The header ${name} is none.`);
  }
  const names = request.headers.map(([name]) => name.toLowerCase());
  if (new Set(names).size < names.length) throw new Error('A header stands twice.');
  return {
    origin: url.origin,
    segments: url.pathname.split('/').slice(1).map(decodeURIComponent),
    query: readPairs(written?.[2] ?? ''),
    headers: request.headers,
    body: readBody(request),
  };
}

function readBody({ body }: RenderedRequest): Received['body'] {
  if (body === undefined) return { kind: 'none' };
  if (!isFieldValue(body.contentType)) throw new Error('The content type is no header.');
  const [only, ...others] = body.chunks;
  if (only !== undefined && typeof only !== 'string' && others.length === 0)
    return { kind: 'bytes' };
  const sent = body.chunks.map((chunk) => (typeof chunk === 'string' ? chunk : FILE)).join('');
  if (!sent.isWellFormed()) throw new Error('The body is no UTF-8.');
  const type = (body.contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (/[/+]json$/.test(type)) {
    if (parseLosslessJson(sent).status !== 'json') throw new Error('The body is no JSON.');
    const value: unknown = JSON.parse(sent);
    return { kind: 'json', value };
  }
  if (type === 'application/x-www-form-urlencoded')
    return { kind: 'form', fields: readPairs(sent) };
  if (type === 'multipart/form-data') {
    return { kind: 'multipart', fields: readParts(sent, body.contentType) };
  }
  return { kind: 'text', text: sent };
}

function readPairs(text: string): readonly (readonly [string, string])[] {
  if (text === '') return [];
  return text.split('&').map((pair) => {
    const at = pair.indexOf('=');
    const [name, value] = at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    if (value.includes('=') || value.includes('+') || name.includes('+')) {
      throw new Error('A sign of the query stands in a value.');
    }
    return [decodeURIComponent(name), decodeURIComponent(value)] as const;
  });
}

/** RFC 7578 and RFC 2046, section 5.1, without a preamble. */
function readParts(text: string, contentType: string): readonly (readonly [string, string])[] {
  const boundary = /; boundary=([A-Za-z0-9]+)$/.exec(contentType)?.[1] ?? '';
  const end = `--${boundary}--\r\n`;
  if (boundary === '' || !text.endsWith(end)) throw new Error('The parts do not end.');
  const inner = `\r\n${text.slice(0, -end.length)}`;
  return inner
    .split(`\r\n--${boundary}\r\n`)
    .slice(1)
    .map((part, i, all) => {
      // The last one ends with the line break before the end.
      const whole = i === all.length - 1 ? part.replace(/\r\n$/, '') : part;
      const at = whole.indexOf('\r\n\r\n');
      const head = whole.slice(0, at).split('\r\n');
      const name =
        /^Content-Disposition: form-data; name="([^"\r\n]*)"(?:; filename="[^"\r\n]*")?$/.exec(
          head[0] ?? '',
        )?.[1];
      const isHead = head.slice(1).every((line) => /^Content-Type: [^\r\n]+$/.test(line));
      if (at === -1 || name === undefined || !isHead || head.length > 2) {
        throw new Error(`A part has another head than was written: ${JSON.stringify(head)}`);
      }
      return [name, whole.slice(at + 4)] as const;
    });
}
