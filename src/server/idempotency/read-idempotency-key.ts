import { AppError } from '../../errors/app-error.ts';

/** Name of the header, as Node gives it. */
export const IDEMPOTENCY_HEADER = 'idempotency-key';
/** Longest key: a UUID has 36 characters, and no client writes essays. */
export const MAX_KEY_LENGTH = 255;

/**
 * The Idempotency-Key of a request; undefined without one. The draft of the header has a quoted
 * string of structured fields (draft-ietf-httpapi-idempotency-key-header-07, section 2.1; RFC 9651,
 * section 3.3.3), most clients send the bare text: both are the same key. Throws `invalid_request`.
 */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/u.exec(text)?.[1];
  const key = quoted === undefined ? text : quoted.replaceAll(/\\(["\\])/gu, '$1');
  if (key.length > MAX_KEY_LENGTH || !/^[\x21-\x7e]+$/u.test(key)) {
    throw new AppError(
      'invalid_request',
      `The header \`Idempotency-Key\` is 1 to ${MAX_KEY_LENGTH} visible ASCII characters without blanks, for example a UUID.`,
    );
  }
  return key;
}
