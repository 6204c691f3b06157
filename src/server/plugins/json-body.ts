import type { FastifyInstance } from 'fastify';

import { AppError } from '../../errors/app-error.ts';

/**
 * Largest JSON body: 500 call events of 2 KiB, or the largest document, escaped. A recording has
 * its own limit.
 */
export const MAX_JSON_BYTES = 1024 * 1024;

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it came, where it is signed. */
    rawBody: Uint8Array | undefined;
  }
}

/** Says that a request is signed (Standard Webhooks). */
export const SIGNATURE_HEADER = 'webhook-signature';

/** Reads JSON bodies of any usual media type; leaves every other type to its route. */
export function addJsonBodies(app: FastifyInstance): void {
  app.decorateRequest('rawBody', undefined);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    /^(?:application\/(?:[\w.-]+\+)?json|text\/json)\b/iu,
    { parseAs: 'buffer', bodyLimit: MAX_JSON_BYTES },
    (request, bytes, done) => {
      // A signature is over what came, to the byte; of other requests nothing is held on to.
      if (request.headers[SIGNATURE_HEADER] !== undefined) request.rawBody = bytes;
      try {
        done(null, parseJson(bytes.toString()));
      } catch (err) {
        done(err instanceof Error ? err : new Error('Parsing failed.', { cause: err }));
      }
    },
  );
}

/**
 * JSON whose numbers lose nothing: one that a double would change (a 19-digit id) arrives as the
 * text of its digits. An empty body is undefined. Throws `invalid_request`, also for the key
 * `__proto__`.
 */
export function parseJson(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return NEEDS_A_LOOK.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
  } catch (err) {
    if (err instanceof AppError) throw err;
    throw new AppError('invalid_request', 'The body is not JSON.', { cause: err });
  }
}

/** Numbers that a double may change, and `__proto__`, however it is written. */
const NEEDS_A_LOOK = /\d{16}|\d[eE]|__proto__|\\u/u;

function keepDigits(key: string, value: unknown, context?: { source?: string }): unknown {
  if (key === '__proto__') {
    throw new AppError('invalid_request', 'The body: no member may be called `__proto__`.');
  }
  const source = context?.source;
  return typeof value === 'number' && source !== undefined && !isExact(value, source)
    ? source
    : value;
}

// A fraction is a measure, and a double is as good as its text; a whole number may be an id.
function isExact(value: number, source: string): boolean {
  return /[.eE]/u.test(source) ? Number.isFinite(value) : Number.isSafeInteger(value);
}
