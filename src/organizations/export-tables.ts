/** A table of the export: one line for each row. */
export interface ExportedTable {
  readonly table: string;
  /** Columns that together name a row, in the order of the lines. */
  readonly key: readonly string[];
  readonly columns: readonly string[];
  /** Columns among them that hold JSON. */
  readonly json?: readonly string[];
  /** True where addresses of recordings stand: they often are the permission to have one. */
  readonly hidesAddresses?: true;
  /** Columns that stay here, and why is said beside each. */
  readonly withheld?: readonly string[];
}

/** Tables whose rows belong to a row of the table before them, read together with it. */
export interface ChildTable extends ExportedTable {
  /** The column that names the parent. */
  readonly parent: string;
  readonly of: string;
}

const OWNER = 'organization_id';
/** Tokens and credentials, sealed: they are of use here only. */
const SEALED = ['key_id', 'nonce', 'sealed'];

/**
 * What an organization has, table by table, each column either exported or withheld: a test
 * compares the lists with the schema, so that a new column is thought about.
 */
export const EXPORTED: readonly ExportedTable[] = [
  {
    table: 'erasure',
    key: ['id'],
    columns: ['id', 'actor', 'asked_at', 'ends_at', 'applied_at', 'waiting', 'counts', 'keep_out'],
    json: ['counts'],
    // Digests of a number are of use here only, and who works on it at this moment.
    withheld: [
      ...['digests', 'wish', 'looked_at', 'waiting_from', ...SEALED],
      ...['node', 'lease_until', 'fence'],
    ],
  },
  {
    table: 'phone_system',
    key: ['id'],
    columns: ['id', 'external_id', 'name', 'created_at', 'signatures_required_at'],
  },
  {
    table: 'signing_secret',
    key: ['id'],
    columns: ['id', 'phone_system_id', 'created_at', 'last_used_at'],
    withheld: SEALED,
  },
  {
    table: 'extension',
    key: ['id'],
    columns: ['id', 'external_id', 'number', 'name', 'email', 'created_at'],
  },
  {
    table: 'api_key',
    key: ['id'],
    columns: [
      ...['id', 'prefix', 'name', 'scope', 'phone_system_id', 'created_at'],
      ...['expires_at', 'revoked_at', 'last_used_at'],
    ],
    withheld: ['hash'],
  },
  {
    table: 'integration',
    key: ['id'],
    columns: ['id', 'document_id', 'name', 'created_at'],
  },
  {
    table: 'integration_version',
    key: ['id'],
    columns: ['id', 'integration_id', 'number', 'document', 'digest', 'created_at'],
  },
  {
    table: 'connection',
    key: ['id'],
    columns: [
      ...['id', 'external_id', 'integration_version_id', 'name', 'properties', 'options', 'state'],
      ...['state_reason', 'state_since', 'state_until', 'revision', 'created_at', 'updated_at'],
    ],
    json: ['properties', 'options'],
    // Counters of the breaker.
    withheld: [
      ...['failures', 'throttles', 'breaks', 'window_at', 'window_failures', 'window_successes'],
      ...['failed_call', 'permits'],
    ],
  },
  {
    table: 'secret',
    key: ['connection_id', 'field'],
    columns: ['connection_id', 'field', 'updated_at'],
    withheld: SEALED,
  },
  {
    table: 'sign_in',
    key: ['connection_id'],
    columns: [
      ...['connection_id', 'account_id', 'account_name', 'signed_in_at', 'received_at'],
      ...['expires_at', 'message', 'needs_auth', 'updated_at'],
    ],
    withheld: [
      ...SEALED,
      // Who renews the token at this moment.
      ...['generation', 'fence', 'status', 'since', 'lease_until', 'node', 'refresh_at'],
      ...['rejected_generation', 'answer_lost', 'failures', 'retry_at'],
    ],
  },
  {
    table: 'user_link',
    key: ['connection_id', 'extension_id'],
    columns: [
      ...['connection_id', 'extension_id', 'external_id', 'crm_user_id', 'crm_user_name'],
      ...['locals', 'linked_at'],
    ],
    json: ['locals'],
  },
  {
    table: 'call',
    key: ['id'],
    columns: [
      ...['id', 'phone_system_id', 'external_id', 'generation', 'phase', 'facts', 'event_count'],
      ...['started_at', 'created_at', 'last_event_at'],
    ],
    json: ['facts'],
    hidesAddresses: true,
  },
  {
    table: 'audit_entry',
    key: ['id'],
    columns: ['id', 'actor', 'action', 'object_kind', 'object_id', 'details', 'at'],
    json: ['details'],
  },
];

/** What belongs to calls, read page by page with them: each kind after its parents. */
export const OF_CALLS: readonly ChildTable[] = [
  {
    table: 'call_event',
    of: 'call',
    parent: 'call_id',
    key: ['call_id', 'sequence'],
    columns: ['id', 'call_id', 'kind', 'event_key', 'sequence', 'received_at', 'event', 'body'],
    json: ['event', 'body'],
    hidesAddresses: true,
  },
  {
    table: 'recording',
    of: 'call',
    parent: 'call_id',
    key: ['id'],
    columns: [
      ...['id', 'call_id', 'key', 'state', 'size', 'sha256', 'media_type', 'filename', 'message'],
      ...['seconds', 'failure', 'created_at', 'stored_at'],
    ],
    hidesAddresses: true,
    // The address may hold a token; the rest is where the file is and what is planned for it.
    withheld: ['source_url', 'address', 'file', 'expires_at', 'ready_at', 'first_at', 'linked'],
  },
  {
    table: 'lane',
    of: 'call',
    parent: 'call_id',
    key: ['id'],
    columns: [
      ...['id', 'connection_id', 'call_id', 'call_key', 'memory', 'skip_reason', 'skip_message'],
      ...['created_at', 'updated_at'],
    ],
    json: ['memory'],
    // Who works on it at this moment.
    withheld: [
      ...['state', 'ready_at', 'lease_until', 'fence', 'node', 'revision', 'replayed_at'],
      'unplanned_from',
    ],
  },
  {
    table: 'step',
    of: 'lane',
    parent: 'lane_id',
    key: ['id'],
    columns: [
      ...['id', 'lane_id', 'key', 'method', 'rank', 'sequence', 'state', 'reason', 'message'],
      ...['attempts', 'ready_at', 'first_at', 'reasons', 'recording_key', 'possible_duplicate'],
      ...['unknown_at', 'asked', 'executed', 'progress', 'created_at', 'updated_at'],
    ],
    json: ['reasons', 'progress'],
    hidesAddresses: true,
    // What a request that goes again must be like; its values are those of the call and its lane.
    withheld: ['sent_values', 'key_number'],
  },
  {
    table: 'attempt',
    of: 'lane',
    parent: 'lane_id',
    key: ['id'],
    columns: [
      ...['id', 'lane_id', 'step_id', 'purpose', 'method', 'state', 'idempotent', 'outcome'],
      ...['effect', 'message', 'notes', 'part', 'parts', 'started_at', 'ended_at'],
    ],
    json: ['notes'],
    withheld: ['fence', 'node'],
  },
  {
    table: 'exchange',
    of: 'attempt',
    parent: 'attempt_id',
    key: ['attempt_id', 'position'],
    columns: [
      ...['id', 'attempt_id', 'position', 'request', 'response', 'failure', 'started_at'],
      'duration_ms',
    ],
    json: ['request', 'response', 'failure'],
  },
];

/** Tables of an organization that no export has, each with the reason. */
export const NOT_EXPORTED: Readonly<Record<string, string>> = {
  authorization_request: 'somebody is on the way to a sign-in page; ends in minutes',
  recording_address: 'sealed: an address may be the permission to have the recording',
  sign_in_offer: 'tokens that wait to be accepted',
  logo: 'a copy of a picture whose address the document names',
  connection_pace: 'the rate of requests at this moment',
  connection_rate: 'the rate of requests at this moment',
  made_contact: 'kept for some days; the contact itself is exported with its call',
  saved_contact: 'kept for some days; the CRM has the contact itself',
  signed_message: 'names of messages, kept for a day so that none counts twice',
  idempotency: 'answers already given, kept for a day',
  usage_delta: 'is part of the months of usage',
  usage_month: 'exported as usage',
  organization_hold: 'exported as the state of the organization',
};

/** The column that every table of these has, and which the first line says once. */
export const OWNER_COLUMN = OWNER;
