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
  invalid_signature: {
    category: 'forbidden',
    status: 401,
    level: 'warn',
    retry: false,
    meaning: 'The signature of the request is missing, too old or wrong.',
    remedy:
      'Sign as Standard Webhooks says, with a signing secret of the phone system; `detail` says what is wrong.',
  },
  organization_suspended: {
    category: 'forbidden',
    status: 403,
    level: 'info',
    retry: false,
    meaning: 'The organization is suspended or being deleted.',
    remedy:
      'The operator lets it work again with `patchcord organization resume`; what waited goes on then.',
  },
  not_found: {
    category: 'not_found',
    status: 404,
    level: 'info',
    retry: false,
    meaning: 'There is nothing of this id in this organization.',
    remedy: 'Check the id and the organization of the key.',
  },
  gone: {
    category: 'not_found',
    status: 410,
    level: 'info',
    retry: false,
    meaning: 'What was here is here no more.',
    remedy: 'Read the object that led here again: it says what became of it.',
  },
  unknown_route: {
    category: 'not_found',
    status: 404,
    level: 'info',
    retry: false,
    meaning: 'The API has no such route.',
    remedy: 'Compare the path with the reference: `GET /v1/openapi.json` names all routes.',
  },
  method_not_allowed: {
    category: 'invalid_request',
    status: 405,
    level: 'info',
    retry: false,
    meaning: 'The path exists, but not with this method.',
    remedy: 'Use one of the methods in the header `Allow`.',
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
  unsupported_media_type: {
    category: 'invalid_request',
    status: 415,
    level: 'info',
    retry: false,
    meaning: 'The body has a media type that this route does not take.',
    remedy: 'Send JSON with `Content-Type: application/json`.',
  },
  idempotency_key_in_use: {
    category: 'conflict',
    status: 409,
    level: 'info',
    retry: true,
    meaning: 'The first request with this Idempotency-Key is still being carried out.',
    remedy: 'Wait a moment and send the same request again with the same key.',
  },
  idempotency_answer_lost: {
    category: 'conflict',
    status: 409,
    level: 'warn',
    retry: false,
    meaning:
      'The first request with this Idempotency-Key was carried out, but its answer is not kept: the server stopped before, or the person it told of was erased.',
    remedy:
      'Read the list to see what was made; nothing was made twice. A new request needs a new key.',
  },
  idempotency_key_reused: {
    category: 'invalid_request',
    status: 422,
    level: 'info',
    retry: false,
    meaning: 'This Idempotency-Key came before, with another request.',
    remedy: 'Send each new request with a new key; repeat only the very same request.',
  },
  message_id_reused: {
    category: 'invalid_request',
    status: 422,
    level: 'warn',
    retry: false,
    meaning: 'A signed message with this `webhook-id` came before, with another body.',
    remedy: 'Give each message an id of its own; a further try has the same id and the same body.',
  },
  origins_changed: {
    category: 'conflict',
    status: 409,
    level: 'warn',
    retry: false,
    meaning: 'The change would send stored secrets to an address they were not entered for.',
    remedy:
      'Check the new address; if it is right, send the secrets in the same change. Nothing was changed.',
  },
  precondition_failed: {
    category: 'conflict',
    status: 412,
    level: 'info',
    retry: false,
    meaning: 'Somebody changed the object since it was read.',
    remedy: 'Read it again, repeat the change and send its new ETag as `If-Match`.',
  },
  precondition_required: {
    category: 'invalid_request',
    status: 428,
    level: 'info',
    retry: false,
    meaning: 'This change needs to know which state it is made on.',
    remedy: 'Read the object and send its ETag as `If-Match`.',
  },
  upstream_failed: {
    category: 'upstream_unavailable',
    status: 502,
    level: 'warn',
    retry: true,
    meaning: 'The CRM did not give a usable answer.',
    remedy: 'Test the connection; `detail` holds what the CRM answered.',
  },
  refused_by_crm: {
    category: 'upstream_rejected',
    status: 422,
    level: 'info',
    retry: false,
    meaning: 'The CRM did not accept the change; nothing was changed.',
    remedy: "Mend what `detail` names, in the CRM's own words, and send it with a new key.",
  },
  unknown_outcome: {
    category: 'upstream_unavailable',
    status: 502,
    level: 'warn',
    retry: false,
    meaning: 'The CRM may have carried the change out, wholly or in part: its answer does not say.',
    remedy:
      'Look in the CRM whether it is there, and send it again only if not; `detail` says what is known.',
  },
  unavailable: {
    category: 'upstream_unavailable',
    status: 503,
    level: 'error',
    retry: true,
    meaning: 'The server cannot work just now: its database does not answer, or it is stopping.',
    remedy: 'Try again in a few seconds; if it lasts, `patchcord doctor` says what is missing.',
  },
  database_unavailable: {
    category: 'internal',
    status: 503,
    level: 'error',
    retry: true,
    meaning: 'The database does not answer, or the answer to a commit was lost.',
    remedy:
      'Send the request again; a repeat changes nothing. `patchcord doctor` says what is missing.',
  },
  database_failed: {
    category: 'internal',
    status: 500,
    level: 'error',
    retry: false,
    meaning: 'The storage under the database failed or its file is damaged; the process ends.',
    remedy: 'Check the disk; if the file is damaged, restore the last backup.',
  },
  over_budget: {
    category: 'rate_limited',
    status: 429,
    level: 'warn',
    retry: true,
    meaning: 'More events came than there is room for; nothing was stored.',
    remedy: 'Send them again after the seconds of `Retry-After`; `detail` says what is full.',
  },
  too_many_streams: {
    category: 'rate_limited',
    status: 429,
    level: 'warn',
    retry: true,
    meaning: 'As many streams of events are open as one organization, or this server, may have.',
    remedy: 'Share one stream among the windows of a browser, or end some; then connect again.',
  },
  storage_full: {
    category: 'internal',
    status: 503,
    level: 'error',
    retry: true,
    meaning: 'The disk is full; nothing was stored.',
    remedy: 'Free some space; work goes on without a restart.',
  },
  overloaded: {
    category: 'internal',
    status: 503,
    level: 'warn',
    retry: true,
    meaning: 'More arrives than the database can commit.',
    remedy: 'Send again after a pause.',
  },
  schema_mismatch: {
    category: 'invalid_request',
    status: 500,
    level: 'error',
    retry: false,
    meaning: 'The database was built by another version of Patchcord.',
    remedy: 'Start the version that the message names, or restore a backup.',
  },
  data_directory_locked: {
    category: 'invalid_request',
    status: 500,
    level: 'error',
    retry: false,
    meaning: 'Another process works in the data directory.',
    remedy: 'Stop the other process, or give this one its own DATA_DIR.',
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
