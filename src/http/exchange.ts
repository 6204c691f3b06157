import type { Socket } from 'node:net';
import type { Client, Dispatcher } from 'undici';
import { Arrival } from './arrival.ts';
import type { BodyStream, Download } from './egress-request.ts';
import { EgressFault, toFault } from './fault.ts';
import type { EgressPhase } from './fault.ts';
import type { EgressLimits } from './limits.ts';
import type { SendableBody } from './request-body.ts';
import { StreamedBody } from './streamed-body.ts';
import type { TakenBody } from './streamed-body.ts';

export interface OutgoingRequest {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: SendableBody | undefined;
  readonly download?: Download | undefined;
  readonly stream?: OutgoingStream | undefined;
}

/** Who takes a large answer, with what else has to be known of it. */
export interface OutgoingStream {
  readonly taker: BodyStream;
  /** The URL that is asked. */
  readonly url: string;
  /** Called when the answer begins to go to its taker. */
  readonly begun: () => void;
}

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case; repeated headers joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** As it came, still compressed. */
  readonly body: Buffer;
  /** In its place, where the request has a stream: unpacked. */
  readonly taken?: TakenBody;
}

/**
 * Sends one request over one connected socket and reads the answer within the limits. Throws an
 * `EgressFault` whose phase tells how far the request had come: `before_write` proves that no
 * byte of it was handed to the socket.
 */
export async function exchange(
  connection: { readonly client: Client; readonly socket: Socket },
  request: OutgoingRequest,
  limits: EgressLimits,
  signal: AbortSignal,
): Promise<RawAnswer> {
  const running = new Exchange(connection.socket, request, limits, signal);
  return await running.run(connection.client);
}

const TOO_SLOW = 'The server did not answer in time.';
const BROKE_OFF = 'The answer stopped in the middle.';

class Exchange implements Dispatcher.DispatchHandler {
  readonly #socket: Socket;
  readonly #request: OutgoingRequest;
  readonly #limits: EgressLimits;
  readonly #signal: AbortSignal;
  readonly #answer = Promise.withResolvers<RawAnswer>();
  readonly #writtenBefore: number;
  readonly #chunks: Buffer[] = [];
  readonly #abandon = (): void => {
    const { reason } = this.#signal;
    if (reason instanceof EgressFault) this.#fail(reason.code, reason.message);
    else this.#fail('aborted', 'The request was abandoned.');
  };
  #controller: Dispatcher.DispatchController | undefined;
  #sent = false;
  #status: number | undefined;
  #headers: Readonly<Record<string, string>> = {};
  #received = 0;
  #arrival: Arrival | undefined;
  #streamed: StreamedBody | undefined;
  #timer: NodeJS.Timeout | undefined;
  #settled = false;

  constructor(socket: Socket, request: OutgoingRequest, limits: EgressLimits, signal: AbortSignal) {
    this.#socket = socket;
    this.#request = request;
    this.#limits = limits;
    this.#signal = signal;
    this.#writtenBefore = socket.bytesWritten;
  }

  run(client: Client): Promise<RawAnswer> {
    if (this.#signal.aborted) {
      this.#abandon();
      return this.#answer.promise;
    }
    this.#signal.addEventListener('abort', this.#abandon, { once: true });
    this.#arm(this.#limits.headersMs, TOO_SLOW);
    try {
      client.dispatch(toOptions(this.#request), this);
    } catch (error) {
      this.#settle();
      this.#answer.reject(toFault(error, 'before_write'));
    }
    return this.#answer.promise;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
  }

  onBodySent(): void {
    this.#arm(this.#limits.idleMs, 'The server stopped reading the request.');
  }

  onRequestSent(): void {
    this.#sent = true;
    this.#arm(this.#limits.headersMs, TOO_SLOW);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    fields: Parameters<typeof toHeaders>[0],
  ): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = toHeaders(fields);
    this.#arm(this.#limits.idleMs, BROKE_OFF);
    const { download, stream } = this.#request;
    if (status === 200 && download !== undefined) {
      this.#arrival = this.#arrivalOf(download, controller);
    } else if (stream !== undefined && status <= 299) {
      const { taker, url, begun } = stream;
      const head = { status, headers: this.#headers, url };
      const streamed = new StreamedBody(taker, head, this.#limits, begun);
      this.#streamed = streamed;
      this.#arrival = this.#arrivalOf(streamed, controller, () => streamed.isStreamed);
    }
    this.#checkSize(Number(this.#headers['content-length'] ?? '0'));
  }

  #arrivalOf(
    taker: Download,
    controller: Dispatcher.DispatchController,
    isPaced?: () => boolean,
  ): Arrival {
    const told = {
      written: () => this.#arm(this.#limits.idleMs, BROKE_OFF),
      tooSlow: () => this.#fail('timeout', 'The answer came too slowly.'),
      notStored: (error: unknown) => this.#giveUp(error),
    };
    return new Arrival(taker, controller, this.#limits, told, isPaced);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    // Resumed, undici's parser tells of no bytes; pausing again for those would never end.
    if (chunk.length === 0) return;
    this.#arm(this.#limits.idleMs, BROKE_OFF);
    this.#received += chunk.length;
    if (!this.#checkSize(this.#received)) return;
    if (this.#arrival === undefined) {
      // undici reuses its read buffer.
      this.#chunks.push(Buffer.from(chunk));
      return;
    }
    clearTimeout(this.#timer);
    this.#arrival.pass(chunk);
  }

  onResponseEnd(): void {
    clearTimeout(this.#timer);
    const body = Buffer.concat(this.#chunks);
    const answer = { status: this.#status ?? 0, headers: this.#headers, body };
    const end = (taken?: TakenBody): void => {
      this.#settle();
      this.#answer.resolve(taken === undefined ? answer : { ...answer, taken });
    };
    if (this.#arrival === undefined) return end();
    const arrived = this.#arrival.end().then(() => this.#streamed?.end());
    arrived.then(end, (error: unknown) => this.#giveUp(error));
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#settle();
    const phase = this.#phase();
    this.#answer.reject(inPhase(toFault(error, phase, this.#status), phase));
  }

  #phase(): EgressPhase {
    if (this.#status !== undefined) return 'reading';
    if (this.#sent) return 'waiting';
    return this.#socket.bytesWritten === this.#writtenBefore ? 'before_write' : 'writing';
  }

  #checkSize(bytes: number): boolean {
    const most = this.#arrival?.maxBytes ?? this.#limits.bodyBytes;
    if (bytes <= most) return true;
    this.#fail('body_too_large', `The answer is larger than ${String(most)} bytes.`);
    return false;
  }

  #arm(ms: number, message: string): void {
    clearTimeout(this.#timer);
    if (this.#settled) return;
    this.#timer = setTimeout(() => this.#fail('timeout', message), ms);
  }

  #fail(code: string, message: string): void {
    const status = this.#status === undefined ? {} : { status: this.#status };
    this.#stop(new EgressFault(this.#phase(), code, message, status));
  }

  #giveUp(error: unknown): void {
    if (error instanceof EgressFault) {
      this.#stop(error);
      return;
    }
    const message = 'What came could not be stored.';
    this.#stop(new EgressFault('reading', 'not_stored', message, { cause: error }));
  }

  #stop(fault: EgressFault): void {
    this.#settle();
    this.#answer.reject(fault);
    if (this.#controller === undefined) this.#socket.destroy();
    else this.#controller.abort(fault);
  }

  #settle(): void {
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#arrival?.stopWatching();
    this.#streamed?.stop();
    this.#signal.removeEventListener('abort', this.#abandon);
  }
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
