import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { EgressOptions } from '../../../http/egress.ts';
import type { EgressResult } from '../../../http/egress.ts';

/** How a fault is made on real sockets. */
export interface WireFault {
  /** Called with all that has arrived on a connection, after each piece. */
  readonly answer?: (socket: Socket, received: string) => void;
  readonly egress?: Partial<EgressOptions>;
  /** The request carries a file; `short`: of fewer bytes than it says. */
  readonly file?: 'large' | 'short';
  readonly scheme?: 'https';
  /** Something that is not as usual when the request leaves. */
  readonly oddity?:
    'no_listener' | 'other_address' | 'egress_closed' | 'busy' | 'given_up' | 'certificate';
}

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';

/** Once the request has arrived: these bytes, and then what `end` says. */
function says(bytes: string | Buffer, end: 'keep' | 'end' | 'reset' = 'keep'): WireFault {
  return {
    answer: (socket, received) => {
      if (!isWhole(received)) return;
      socket.write(bytes);
      if (end === 'end') socket.end();
      if (end === 'reset') setImmediate(() => socket.resetAndDestroy());
    },
  };
}

const RESET: WireFault = { answer: (socket) => socket.resetAndDestroy() };

/** By the name of the golden fault. */
export const WIRE_FAULTS: Readonly<Record<string, WireFault>> = {
  'the name has no address': { egress: { resolve: () => refuse('ENOTFOUND') } },
  'the name server is silent': { egress: { resolve: () => refuse('EAI_AGAIN') } },
  'connection refused': { oddity: 'no_listener' },
  'TLS handshake reset': { ...RESET, scheme: 'https' },
  'TLS handshake too slow': { scheme: 'https', egress: { limits: { connectMs: 50 } } },
  'certificate not valid': { scheme: 'https', oddity: 'certificate' },
  'egress blocks the address': { oddity: 'other_address' },
  'no socket free in time': {
    oddity: 'busy',
    egress: { limits: { socketsPerPool: 1, poolWaitMs: 20 } },
  },
  'our own shutdown before a byte': { oddity: 'egress_closed' },
  'reset while writing': { ...RESET, file: 'large' },
  'timeout while writing': {
    answer: (socket) => void socket.pause(),
    egress: { limits: { idleMs: 100 } },
    file: 'large',
  },
  'given up by us while writing': {
    answer: (socket) => void socket.pause(),
    oddity: 'given_up',
    file: 'large',
  },
  'the file changed while it was sent': { file: 'short' },
  'timeout after sending': { egress: { limits: { headersMs: 50 } } },
  'reset after sending': {
    answer: (socket, received) => void (isWhole(received) && socket.resetAndDestroy()),
  },
  'an answer that is not HTTP': says('SSH-2.0-OpenSSH_9.6\r\n'),
  'a head of more than 64 KiB': says(`${HEAD}X-Long: ${'x'.repeat(70_000)}\r\n\r\n`),
  'a 201 broken off': says('HTTP/1.1 201 Created\r\nContent-Length: 90\r\n\r\n{"id', 'end'),
  'a 200 with bad chunking': says(`${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`),
  'a 200 with a wrong Content-Length': says(`${HEAD}Content-Length: 99\r\n\r\n{"id":"77"}`, 'end'),
  'a 200 that falls silent': {
    ...says(`${HEAD}Content-Length: 99\r\n\r\n{"id`),
    egress: { limits: { idleMs: 50 } },
  },
  'a 422 broken off': says('HTTP/1.1 422 No\r\nContent-Length: 90\r\n\r\n{"mess', 'end'),
  'a 502 broken off': says('HTTP/1.1 502 Bad\r\nContent-Length: 90\r\n\r\n<h1>', 'reset'),
  'a compression bomb': says(compressed('gzip', gzipSync(Buffer.alloc(10_000_000, 0x20)))),
  'a compression nobody asked for': says(compressed('br', Buffer.from('whatever'))),
  'compression that is broken': says(compressed('gzip', Buffer.from('not gzip at all'))),
};

/** Golden faults that no peer can bring about, and why. */
export const NOT_ON_THE_WIRE: Readonly<Record<string, string>> = {
  'connection not accepted in time': 'loopback accepts at once',
  'network unreachable': 'loopback is always reachable',
  'our own file handles used up': 'the other tests of this process need theirs',
  'reset before any byte': 'a race by its nature: the test of the socket pool makes it',
  'egress blocks the origin': 'the renderer refuses such a request before',
  'a header that cannot be sent': 'the renderer refuses such a header before',
};

/** An answer as bytes. */
export function wireBytes(result: Extract<EgressResult, { kind: 'response' }>): Buffer {
  const lines = Object.entries(result.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const withoutBody = result.status === 204 || result.status === 304;
  const length = withoutBody ? '' : `Content-Length: ${String(result.body.length)}\r\n`;
  const head = `HTTP/1.1 ${String(result.status)} Fault\r\n${lines.join('')}${length}\r\n`;
  return Buffer.concat([Buffer.from(head), withoutBody ? Buffer.alloc(0) : result.body]);
}

/** True when the head and as much of the body as it announces have arrived. */
export function isWhole(received: string): boolean {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = /^content-length: (\d+)/im.exec(received)?.[1] ?? '0';
  return received.length >= end + 4 + Number(length);
}

function compressed(encoding: string, body: Buffer): Buffer {
  const head = `${HEAD}Content-Encoding: ${encoding}\r\nContent-Length: ${String(body.length)}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

function refuse(code: string): Promise<never> {
  return Promise.reject(Object.assign(new Error(code), { code }));
}
