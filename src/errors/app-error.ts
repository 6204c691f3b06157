import { CATALOGUE } from './catalogue.ts';
import type { ErrorCode, ErrorRow } from './catalogue.ts';

export interface AppErrorOptions {
  /** Data that is safe to show to whoever made the request. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * A fault with a code of the catalogue. `message` says what happened, to what, and what to do
 * next; it never holds a secret.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options.details ?? {};
  }

  /** The catalogue's row of this code. */
  get row(): ErrorRow {
    return CATALOGUE[this.code];
  }
}
