import { gunzip } from 'node:zlib';
import { EgressFault } from './fault.ts';
import type { EgressLimits } from './limits.ts';

/**
 * Undoes `Content-Encoding`: nothing or one layer of gzip (RFC 9110, section 8.4), never growing
 * past the body limit nor past the compression ratio. Throws an `EgressFault` in phase `reading`.
 */
export function decodeBody(
  answer: { readonly status: number; readonly body: Buffer; readonly encoding: string },
  limits: EgressLimits,
): Promise<Buffer> {
  const { status, body } = answer;
  const encoding = answer.encoding.trim().toLowerCase();
  if (encoding === '' || encoding === 'identity' || body.length === 0) return Promise.resolve(body);
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    const message = 'The answer is compressed in a way that was not asked for.';
    throw new EgressFault('reading', 'encoding_unsupported', message, { status });
  }
  const allowed = Math.max(limits.compressionFloorBytes, body.length * limits.compressionRatio);
  const maxOutputLength = Math.min(limits.bodyBytes, allowed);
  return new Promise((resolve, reject) => {
    gunzip(body, { maxOutputLength }, (error, decoded) => {
      if (error === null) return resolve(decoded);
      const bomb = 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
      const [code, message] = bomb
        ? ['body_too_large', `The unpacked answer is larger than ${String(maxOutputLength)} bytes.`]
        : ['encoding_invalid', 'The compressed answer cannot be unpacked.'];
      reject(new EgressFault('reading', code, message, { status, cause: error }));
    });
  });
}
