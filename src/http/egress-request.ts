import type { EgressBody } from './request-body.ts';

/** HTTP methods that may be sent twice (RFC 9110, section 9.2.2). */
export const IDEMPOTENT_METHODS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'PUT',
  'DELETE',
  'OPTIONS',
]);

/** Where the bytes of a large answer go; nothing is asked to be compressed. */
export interface Download {
  /** More than this is `body_too_large`. */
  readonly maxBytes: number;
  /** Takes the next bytes; the server waits until it resolves. A rejection ends the request. */
  write(chunk: Uint8Array): Promise<void>;
}

/** The head of an answer whose body is about to be taken. */
export interface AnswerHead {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The URL that answered, after redirects. */
  readonly url: string;
}

/** Takes a 2xx that is too large to be held; a smaller one is a result like any other. */
export interface BodyStream {
  /** Bytes, unpacked, that are held. */
  readonly heldBytes: number;
  /** More than this, unpacked, is `body_too_large`. */
  readonly maxBytes: number;
  /** Asked once the answer is larger than what is held; false: the usual limit is for it too. */
  begins(head: AnswerHead): boolean;
  /**
   * Takes the next bytes, unpacked, from the first one on; they are its own. The server waits until it
   * resolves. A rejection ends the request, with an `EgressFault` as it is.
   */
  write(chunk: Uint8Array): Promise<void>;
  /** All bytes have come. */
  end(): Promise<void>;
}

export interface EgressRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: EgressBody;
  /** Sockets are shared within this only. */
  readonly organizationId: string;
  readonly connectionId: string;
  /** Pinned origins: a request to any other is refused before its headers exist on a wire. */
  readonly origins?: readonly string[];
  /** Default: as `IDEMPOTENT_METHODS` says. */
  readonly idempotent?: boolean;
  /** Milliseconds for the whole exchange, instead of the usual total. */
  readonly deadlineMs?: number;
  /** Milliseconds from the last byte of the request to the head of the answer, if more than usual. */
  readonly headersMs?: number;
  readonly signal?: AbortSignal;
  /**
   * A GET may be led to other origins, each judged like the first, over https once it was https, and
   * without any header of this request: for files whose address is the permission.
   */
  readonly followsElsewhere?: boolean;
  /** Asked before each redirect is followed; what it waits does not count. A rejection ends the request. */
  readonly admitHop?: (signal: AbortSignal) => Promise<void>;
  /** Takes the body of a 200 piece by piece instead of the result: for files. */
  readonly download?: Download;
  /** Takes the body of a 2xx piece by piece where it is large: for lists. */
  readonly stream?: BodyStream;
}
