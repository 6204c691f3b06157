import { fakeCrmDocument } from '../../src/runtime/testing/fake-crm-document.ts';

/** What a CRM offers against a lost answer. */
export type CrmStyle = 'ask' | 'key' | 'upsert' | 'dumb';

export const CRM_STYLES: readonly CrmStyle[] = ['ask', 'key', 'upsert', 'dumb'];

export interface OfficeStyle {
  readonly style: CrmStyle;
  /** No record of a call may ever stand there twice, flagged or not. */
  readonly exactlyOnce: boolean;
  readonly document: string;
  /** Options of its connection. */
  readonly options: Readonly<Record<string, unknown>>;
}

const METHODS_OF_STYLE: Readonly<Record<CrmStyle, Readonly<Record<string, unknown>>>> = {
  /** The record of a call can be looked up; the rest writes the same thing again. */
  ask: {
    StopCallActivity: stopBy('PUT'),
    UploadFile: uploadBy('PUT'),
  },
  /** A repeated key changes nothing. */
  key: {
    CreateActivity: { ...createBy('POST', '/calls'), idempotency_header: 'Idempotency-Key' },
    UpdateActivity: { ...comment(), idempotency_header: 'Idempotency-Key' },
    StopCallActivity: { ...stopBy('POST'), idempotency_header: 'Idempotency-Key' },
    UploadFile: { ...uploadBy('POST'), idempotency_header: 'Idempotency-Key' },
  },
  /** A record is made or changed by the key of its call. */
  upsert: {
    CreateActivity: createBy('PUT', '/calls/by-key/$call_key$'),
    StopCallActivity: stopBy('PUT'),
    UploadFile: uploadBy('PUT'),
  },
  /** Every request that arrives makes something new. */
  dumb: {
    UpdateActivity: comment(),
  },
};

const LACKS: Readonly<Record<CrmStyle, readonly string[]>> = {
  ask: [],
  key: ['FindActivity'],
  upsert: ['FindActivity'],
  dumb: ['FindActivity', 'CreateContact'],
};

/** The more requests are under way, the more each kill tears apart. */
const CONCURRENCY = 32;

/** The offices of a soak: one for each style of CRM. */
export function officeStyles(styles: readonly CrmStyle[]): readonly OfficeStyle[] {
  return styles.map((style) => ({
    style,
    exactlyOnce: style !== 'dumb',
    document: fakeCrmDocument({
      id: `soak-${style}`,
      without: LACKS[style],
      methods: METHODS_OF_STYLE[style],
    }),
    options: {
      concurrency: CONCURRENCY,
      unknown_callers: style === 'dumb' ? 'nothing' : 'create_contact',
    },
  }));
}

function createBy(method: string, path: string): Readonly<Record<string, unknown>> {
  return {
    request_method: method,
    request_path: path,
    request_parameters: {
      key: '$call_key$',
      contact: '$contact_id$',
      subject: '$subject$',
      from: '$calling_number$',
      started_at: '$call_timestamp$',
    },
    response_map: { id: '$activity_id$' },
  };
}

function comment(): Readonly<Record<string, unknown>> {
  return {
    request_method: 'POST',
    request_path: '/calls/$activity_id$/comments',
    request_parameters: { text: '$description$' },
  };
}

function stopBy(method: string): Readonly<Record<string, unknown>> {
  return {
    request_method: method,
    request_path: '/calls/$activity_id$/stop',
    request_parameters: { duration: '$call_duration$', result: '$call_result$' },
  };
}

function uploadBy(method: string): Readonly<Record<string, unknown>> {
  return {
    request_method: method,
    request_path: '/calls/$activity_id$/recording',
    request_content_type: 'multipart/form-data',
    request_parameters: { file: '$file$' },
  };
}
