/** Who must act: see the field `category` of each row. */
export type ErrorCategory =
  | 'invalid_request'
  | 'document_invalid'
  | 'connection_unauthorized'
  | 'rate_limited'
  | 'upstream_unavailable'
  | 'timeout'
  | 'upstream_rejected'
  | 'not_found'
  | 'conflict'
  | 'forbidden'
  | 'internal';

export interface ErrorRow {
  readonly category: ErrorCategory;
  /** HTTP status of the problem that the API answers with. */
  readonly status: number;
  readonly level: 'error' | 'warn' | 'info';
  /** True when the same request may succeed later without a change. */
  readonly retry: boolean;
  readonly meaning: string;
  readonly remedy: string;
}

/**
 * Every error of Patchcord, once. The reference page, the problem answers and the log levels come
 * from this table; a test fails for a code that is never thrown.
 */
export const CATALOGUE = {
  invalid_request: {
    category: 'invalid_request',
    status: 400,
    level: 'info',
    retry: false,
    meaning: 'The request has a form that the API does not accept.',
    remedy: 'Compare the request with the reference of the route; `detail` names the member.',
  },
  document_invalid: {
    category: 'document_invalid',
    status: 422,
    level: 'info',
    retry: false,
    meaning: 'The integration document has errors.',
    remedy: 'Mend each finding; `patchcord lint FILE` prints them with line and column.',
  },
  unauthorized: {
    category: 'forbidden',
    status: 401,
    level: 'info',
    retry: false,
    meaning: 'No key, or a key that is unknown, expired or revoked.',
    remedy: 'Send `Authorization: Bearer <key>`; `patchcord key create` makes a key.',
  },
  forbidden: {
    category: 'forbidden',
    status: 403,
    level: 'info',
    retry: false,
    meaning: 'The key is known, but its scope does not allow this.',
    remedy: 'Use a key with the scope that `detail` names.',
  },
  not_found: {
    category: 'not_found',
    status: 404,
    level: 'info',
    retry: false,
    meaning: 'There is nothing of this id in this organization.',
    remedy: 'Check the id and the organization of the key.',
  },
  conflict: {
    category: 'conflict',
    status: 409,
    level: 'info',
    retry: false,
    meaning: 'The request does not fit the present state.',
    remedy: 'Read the object again and repeat the change on what it is now.',
  },
  payload_too_large: {
    category: 'invalid_request',
    status: 413,
    level: 'info',
    retry: false,
    meaning: 'The body is larger than this route takes.',
    remedy: 'Send less at once; `detail` names the limit.',
  },
  invalid_settings: {
    category: 'invalid_request',
    status: 500,
    level: 'error',
    retry: false,
    meaning: 'The settings of the server do not fit together.',
    remedy: 'Mend each setting that the message names and start again.',
  },
  internal: {
    category: 'internal',
    status: 500,
    level: 'error',
    retry: true,
    meaning: 'A fault of Patchcord itself.',
    remedy: 'Send the request id to the operator; the log has the cause under it.',
  },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof CATALOGUE;
