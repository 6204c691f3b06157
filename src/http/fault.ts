import { errors } from 'undici';

/** Where in its life a request failed. Up to `before_write` no byte of it was written. */
export type EgressPhase =
  | 'blocked'
  | 'dns'
  | 'connect'
  | 'tls'
  | 'pool'
  | 'before_write'
  | 'writing'
  | 'waiting'
  | 'reading';

/** A failed request inside this module; `createEgress` turns it into a result. */
export class EgressFault extends Error {
  readonly phase: EgressPhase;
  readonly code: string;
  /** Status of the answer, where its head had arrived. */
  readonly status: number | undefined;
  readonly setting: string | undefined;
  /** What only the operator may read; see `Refusal`. */
  readonly operator: string | undefined;

  constructor(
    phase: EgressPhase,
    code: string,
    message: string,
    extra: {
      readonly status?: number;
      readonly setting?: string;
      readonly operator?: string;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: extra.cause });
    this.name = 'EgressFault';
    this.phase = phase;
    this.code = code;
    this.status = extra.status;
    this.setting = extra.setting;
    this.operator = extra.operator;
  }
}

/** Why a URL or an address may not be reached. */
export interface Refusal {
  readonly code: string;
  readonly reason: string;
  /** The operator's setting that would allow it. */
  readonly setting?: string;
  /** A sentence that names what a look-up gave: people of an organization must not read it. */
  readonly operator?: string;
}

/** The fault of a request that is refused before anything of it leaves. */
export function blocked({ code, reason, ...extra }: Refusal): EgressFault {
  return new EgressFault('blocked', code, reason, extra);
}

/** Codes of OpenSSL and Node that say the certificate, not the connection, is at fault. */
const CERTIFICATE_CODES: ReadonlySet<string> = new Set([
  'CERT_CHAIN_TOO_LONG',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_FORMAT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** What a low-level code means: our code and a sentence without addresses or secrets. */
const TRANSLATIONS: Readonly<Record<string, readonly [code: string, message: string]>> = {
  ECONNREFUSED: ['refused', 'The server refused the connection.'],
  ECONNRESET: ['reset', 'The server reset the connection.'],
  EPIPE: ['reset', 'The server closed the connection.'],
  ECONNABORTED: ['reset', 'The connection was aborted.'],
  ETIMEDOUT: ['timeout', 'The connection timed out.'],
  EHOSTUNREACH: ['unreachable', 'The host cannot be reached.'],
  ENETUNREACH: ['unreachable', 'The network cannot be reached.'],
  EADDRNOTAVAIL: ['unreachable', 'The address cannot be reached from here.'],
  EACCES: ['unreachable', 'The system forbids this connection.'],
  EPERM: ['unreachable', 'The system forbids this connection.'],
  EMFILE: ['no_sockets', 'This server has run out of file handles.'],
  ENOTFOUND: ['not_found', 'The name has no address.'],
  EAI_NONAME: ['not_found', 'The name has no address.'],
  EAI_AGAIN: ['temporary', 'The name server did not answer.'],
  EAI_FAIL: ['temporary', 'The name server failed.'],
  UND_ERR_SOCKET: ['reset', 'The server closed the connection.'],
  UND_ERR_CLOSED: ['closed', 'The connection was closed here.'],
  UND_ERR_DESTROYED: ['closed', 'The connection was closed here.'],
  UND_ERR_ABORTED: ['aborted', 'The request was abandoned.'],
  UND_ERR_HEADERS_OVERFLOW: ['headers_too_large', 'The head of the answer is too large.'],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ['truncated', 'The answer is not as long as it says.'],
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: ['file_changed', 'The file is not as long as was said.'],
  UND_ERR_INVALID_ARG: ['invalid_request', 'The request cannot be written as HTTP.'],
};

/**
 * Translates an error of node:net, node:tls, node:dns or undici into a fault, by its code only.
 * A fault passes through unchanged.
 */
export function toFault(error: unknown, phase: EgressPhase, status?: number): EgressFault {
  if (error instanceof EgressFault) return error;
  const code = errorCode(error);
  const extra = { cause: error, ...(status === undefined ? {} : { status }) };
  if (CERTIFICATE_CODES.has(code)) {
    return new EgressFault(
      'tls',
      'certificate',
      `The server's certificate is refused (${code}).`,
      extra,
    );
  }
  // undici leaves the code of most parser errors out.
  if (error instanceof errors.HTTPParserError) {
    return new EgressFault(phase, 'not_http', 'The answer is not valid HTTP.', extra);
  }
  const [ours, message] = TRANSLATIONS[code] ?? ['failed', `The request failed (${code}).`];
  return new EgressFault(phase, ours, message, extra);
}

function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return 'unknown';
  return typeof error.code === 'string' ? error.code : 'unknown';
}
