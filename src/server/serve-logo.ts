import { Readable } from 'node:stream';

import type { Tables } from '../store/schema.ts';
import type { Answer, RequestContext } from './route.ts';

/**
 * Answers with a picture that came from outside: as the kind it was found to be, and nothing in it may
 * run or load anything, even when somebody opens it on its own.
 */
export function serveLogo(
  logo: Pick<Tables['logo'], 'media_type' | 'sha256' | 'bytes'>,
  request: Pick<RequestContext, 'method'>,
): Answer<Readable> {
  const bytes = logo.bytes ?? new Uint8Array();
  return {
    headers: {
      'content-type': logo.media_type ?? 'application/octet-stream',
      'content-length': String(bytes.byteLength),
      etag: `"${logo.sha256 ?? ''}"`,
      'cache-control': 'private, max-age=3600',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
    },
    body: Readable.from(request.method === 'HEAD' ? [] : [Buffer.from(bytes)], {
      objectMode: false,
    }),
  };
}
