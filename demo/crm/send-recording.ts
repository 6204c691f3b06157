import type { IncomingMessage, ServerResponse } from 'node:http';

import { Refusal } from './answer.ts';
import type { Crm } from './crm.ts';
import { recordingHeaders } from './recording-headers.ts';

/**
 * Sends a call's recording, whole or the one part that `Range` asks for (RFC 9110, section 14): what a
 * player needs to jump. `headers` are those of each page. Throws a 404 refusal where there is none.
 */
export function sendRecording(
  crm: Crm,
  asked: { id: string; request: IncomingMessage; response: ServerResponse; download: boolean },
  headers: Readonly<Record<string, string>>,
): void {
  const { id, request, response, download } = asked;
  const call = crm.call(id);
  const bytes = call === undefined ? undefined : crm.recordingBytes(call);
  if (call?.recording === null || call === undefined || bytes === undefined) {
    throw new Refusal(404, 'There is no such recording.');
  }
  const shared = {
    ...headers,
    'accept-ranges': 'bytes',
    ...recordingHeaders(call.recording, download),
  };
  const range = request.headers.range;
  const part = range === undefined ? undefined : partOf(range, bytes.byteLength);
  if (part === 'unsatisfiable') {
    const size = `bytes */${bytes.byteLength}`;
    response.writeHead(416, { ...headers, 'content-range': size }).end();
  } else if (part === undefined) {
    response.writeHead(200, { ...shared, 'content-length': bytes.byteLength }).end(bytes);
  } else {
    const [first, last] = part;
    const chunk = bytes.subarray(first, last + 1);
    const span = `bytes ${first}-${last}/${bytes.byteLength}`;
    const own = { 'content-range': span, 'content-length': chunk.byteLength };
    response.writeHead(206, { ...shared, ...own }).end(chunk);
  }
}

/** First and last byte; undefined for several parts or what is no range: then the whole is sent. */
function partOf(
  range: string,
  size: number,
): readonly [first: number, last: number] | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(range.trim());
  const [, from = '', to = ''] = match ?? [];
  if (match === null || (from === '' && to === '')) return undefined;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  return first > last || first >= size ? 'unsatisfiable' : [first, last];
}
