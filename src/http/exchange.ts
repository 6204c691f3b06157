import type { Socket } from 'node:net';
import type { Client, Dispatcher } from 'undici';
import type { Download } from './egress-request.ts';
import { EgressFault, toFault } from './fault.ts';
import type { EgressPhase } from './fault.ts';
import type { EgressLimits } from './limits.ts';
import type { SendableBody } from './request-body.ts';

export interface OutgoingRequest {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: SendableBody | undefined;
  readonly download?: Download | undefined;
}

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case; repeated headers joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** As it came, still compressed. */
  readonly body: Buffer;
}

/**
 * Sends one request over one connected socket and reads the answer within the limits. Throws an
 * `EgressFault` whose phase tells how far the request had come: `before_write` proves that no
 * byte of it was handed to the socket.
 */
export function exchange(
  connection: { readonly client: Client; readonly socket: Socket },
  request: OutgoingRequest,
  limits: EgressLimits,
  signal: AbortSignal,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { client, socket } = connection;
    const writtenBefore = socket.bytesWritten;
    const chunks: Buffer[] = [];
    let received = 0;
    let sent = false;
    let settled = false;
    let status: number | undefined;
    let headers: Readonly<Record<string, string>> = {};
    let controller: Dispatcher.DispatchController | undefined;
    let timer: NodeJS.Timeout | undefined;
    let pace: NodeJS.Timeout | undefined;

    const phase = (): EgressPhase => {
      if (status !== undefined) return 'reading';
      if (sent) return 'waiting';
      return socket.bytesWritten === writtenBefore ? 'before_write' : 'writing';
    };
    const stop = (fault: EgressFault): void => {
      settle();
      reject(fault);
      if (controller === undefined) socket.destroy();
      else controller.abort(fault);
    };
    const fail = (code: string, message: string): void =>
      stop(new EgressFault(phase(), code, message, status === undefined ? {} : { status }));
    const arm = (ms: number, message: string): void => {
      clearTimeout(timer);
      if (settled) return;
      timer = setTimeout(() => fail('timeout', message), ms);
    };
    const abandon = (): void => {
      if (signal.reason instanceof EgressFault) fail(signal.reason.code, signal.reason.message);
      else fail('aborted', 'The request was abandoned.');
    };
    const settle = (): void => {
      settled = true;
      clearTimeout(timer);
      clearInterval(pace);
      signal.removeEventListener('abort', abandon);
    };

    const checkSize = (bytes: number): boolean => {
      const most = download?.maxBytes ?? limits.bodyBytes;
      if (bytes <= most) return true;
      fail('body_too_large', `The answer is larger than ${String(most)} bytes.`);
      return false;
    };
    // Writes follow one another; the server is not read from while one is under way.
    let download: Download | undefined;
    let passed = Promise.resolve();
    let writing = false;
    const keepPace = (): void => {
      let before = 0;
      const least = (limits.downloadBytesPerSecond * limits.idleMs) / 1_000;
      pace = setInterval(() => {
        // While its bytes are being written it is we who are slow.
        if (!writing && received - before < least) fail('timeout', 'The answer came too slowly.');
        before = received;
      }, limits.idleMs);
    };
    const giveUp = (error: unknown): void => {
      const message = 'What came could not be stored.';
      stop(new EgressFault('reading', 'not_stored', message, { cause: error }));
    };
    const pass = (download: Download, bytes: Buffer): void => {
      clearTimeout(timer);
      writing = true;
      controller?.pause();
      passed = passed.then(() => download.write(bytes));
      passed.then(() => {
        writing = false;
        arm(limits.idleMs, 'The answer stopped in the middle.');
        controller?.resume();
      }, giveUp);
    };

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: (given) => {
        controller = given;
      },
      onBodySent: () => arm(limits.idleMs, 'The server stopped reading the request.'),
      onRequestSent: () => {
        sent = true;
        arm(limits.headersMs, 'The server did not answer in time.');
      },
      onResponseStart: (_controller, code, fields) => {
        if (code < 200) return;
        status = code;
        headers = toHeaders(fields);
        arm(limits.idleMs, 'The answer stopped in the middle.');
        download = code === 200 ? request.download : undefined;
        if (download !== undefined) keepPace();
        checkSize(Number(headers['content-length'] ?? '0'));
      },
      onResponseData: (_controller, chunk) => {
        // Resumed, undici's parser tells of no bytes; pausing again for those would never end.
        if (chunk.length === 0) return;
        arm(limits.idleMs, 'The answer stopped in the middle.');
        received += chunk.length;
        if (!checkSize(received)) return;
        // undici reuses its read buffer.
        const bytes = Buffer.from(chunk);
        if (download === undefined) chunks.push(bytes);
        else pass(download, bytes);
      },
      onResponseEnd: () => {
        clearTimeout(timer);
        clearInterval(pace);
        const answer = { status: status ?? 0, headers, body: Buffer.concat(chunks) };
        passed.then(() => {
          settle();
          resolve(answer);
        }, giveUp);
      },
      onResponseError: (_controller, error) => {
        settle();
        reject(inPhase(toFault(error, phase(), status), phase()));
      },
    };

    if (signal.aborted) return abandon();
    signal.addEventListener('abort', abandon, { once: true });
    arm(limits.headersMs, 'The server did not answer in time.');
    try {
      client.dispatch(toOptions(request), handler);
    } catch (error) {
      settle();
      reject(toFault(error, 'before_write'));
    }
  });
}

function toOptions(request: OutgoingRequest): Dispatcher.DispatchOptions {
  const headers = request.headers.flatMap(([name, value]) => [name, value]);
  if (request.body !== undefined) headers.push('content-length', String(request.body.length));
  return {
    method: request.method,
    path: request.path,
    headers,
    body: request.body?.open() ?? null,
  };
}

/** Truncation shows as a socket that closes while the answer is read. */
function inPhase(fault: EgressFault, phase: EgressPhase): EgressFault {
  if (phase !== 'reading' || fault.code !== 'reset') return fault;
  return new EgressFault('reading', 'truncated', 'The answer broke off in the middle.', {
    cause: fault,
    ...(fault.status === undefined ? {} : { status: fault.status }),
  });
}

function toHeaders(
  fields: Readonly<Record<string, string | readonly string[] | undefined>>,
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    headers[name.toLowerCase()] = typeof value === 'string' ? value : value.join(', ');
  }
  return headers;
}
