/** Every bound of one exchange; tests shrink them, production takes the defaults. */
export interface EgressLimits {
  /** Name look-up, TCP and TLS together. */
  readonly connectMs: number;
  /** Before the next address of the name is tried beside the one that hangs (RFC 8305: 250 ms). */
  readonly nextAddressMs: number;
  /** From the last byte of the request to the head of the answer. */
  readonly headersMs: number;
  /** Without a byte moving in either direction. */
  readonly idleMs: number;
  /** The whole exchange, redirects included, without a file. */
  readonly totalMs: number;
  /** Added to the total for each byte of a file: a sender of 64 KiB/s is the slowest we carry. */
  readonly uploadBytesPerSecond: number;
  readonly uploadTotalMs: number;
  /** A download that brings less in each `idleMs` is given up: it would hold its place for long. */
  readonly downloadBytesPerSecond: number;
  /** The whole exchange, once a list has grown too large to be held; it is as slow as who takes it. */
  readonly streamTotalMs: number;
  readonly poolWaitMs: number;
  readonly keepAliveMs: number;
  /** A socket idle for longer is not trusted with a request that must not be sent twice. */
  readonly freshSocketMs: number;
  readonly bodyBytes: number;
  readonly headerBytes: number;
  /** Decoded bytes for each compressed one, once `compressionFloorBytes` are passed. */
  readonly compressionRatio: number;
  readonly compressionFloorBytes: number;
  readonly redirects: number;
  readonly socketsPerPool: number;
}

export const DEFAULT_LIMITS: EgressLimits = {
  connectMs: 5_000,
  nextAddressMs: 250,
  headersMs: 15_000,
  idleMs: 10_000,
  totalMs: 30_000,
  uploadBytesPerSecond: 64 * 1024,
  uploadTotalMs: 15 * 60_000,
  // As fast as sound on a telephone line (G.711): what is slower than its own playing is of no use.
  downloadBytesPerSecond: 8_000,
  streamTotalMs: 60 * 60_000,
  poolWaitMs: 10_000,
  keepAliveMs: 20_000,
  freshSocketMs: 2_000,
  bodyBytes: 8 * 1024 * 1024,
  headerBytes: 64 * 1024,
  compressionRatio: 100,
  // Short texts of blanks or zeros compress better than 100:1 and harm nobody.
  compressionFloorBytes: 64 * 1024,
  redirects: 3,
  socketsPerPool: 16,
};

/** Milliseconds that one request may take; `fileBytes` is what is streamed, 0 without a file. */
export function totalDeadline(limits: EgressLimits, fileBytes: number): number {
  if (fileBytes === 0) return limits.totalMs;
  const upload = Math.ceil((fileBytes / limits.uploadBytesPerSecond) * 1_000);
  return Math.min(limits.totalMs + upload, limits.uploadTotalMs);
}
