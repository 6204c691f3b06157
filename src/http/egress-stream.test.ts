import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import type { BodyStream } from './egress-request.ts';
import { EgressFault } from './fault.ts';
import { createEgressKit, get, summary } from './testing/egress-kit.ts';
import { hasWhole } from './testing/raw-server.ts';

const { listen, open, close } = createEgressKit();

afterEach(close);

const HELD = 10_000;
const LARGE = Buffer.from(Array.from({ length: 40_000 }, (_, line) => `line ${line}\n`).join(''));

/** A server that sends the body, packed or not, in pieces; more header lines may be given. */
async function serve(body: Uint8Array, head = '', isWhole = true) {
  return await listen((socket, received) => {
    if (!hasWhole(received)) return;
    const length = body.length + (isWhole ? 0 : 1);
    socket.write(`HTTP/1.1 200 OK\r\n${head}Content-Length: ${length}\r\n\r\n`);
    for (let at = 0; at < body.length; at += 5_000) socket.write(body.subarray(at, at + 5_000));
    if (!isWhole) socket.end();
  });
}

interface Taker extends BodyStream {
  readonly taken: Uint8Array[];
  readonly heads: unknown[];
  ended: boolean;
  atOnce: number;
}

function taker(more: Partial<BodyStream> = {}): Taker {
  const self: Taker = {
    taken: [],
    heads: [],
    ended: false,
    atOnce: 0,
    heldBytes: HELD,
    maxBytes: 1e9,
    begins: (head) => {
      self.heads.push(head);
      return true;
    },
    write: async (chunk) => {
      self.atOnce += 1;
      if (self.atOnce > 1) throw new Error('two at once');
      await new Promise(setImmediate);
      self.taken.push(chunk);
      self.atOnce -= 1;
    },
    end: async () => {
      self.ended = true;
    },
    ...more,
  };
  return self;
}

const PACKED = 'Content-Encoding: gzip\r\n';

test.each([
  ['as it is', LARGE, ''],
  ['packed', gzipSync(LARGE), PACKED],
])(
  'a large answer that comes %s goes to its taker, whole and in order',
  async (_name, body, head) => {
    const server = await serve(body, head);
    const stream = taker();

    const result = await open([server.port]).send(get(`${server.origin}/list`, { stream }));

    expect(result).toMatchObject({ status: 200, streamedBytes: LARGE.length, body: { length: 0 } });
    expect(Buffer.concat(stream.taken).equals(LARGE)).toBe(true);
    expect(stream.ended).toBe(true);
    expect(stream.heads).toMatchObject([{ status: 200, url: `${server.origin}/list` }]);
  },
);

test.each([
  ['as it is', LARGE.subarray(0, HELD), ''],
  ['packed', gzipSync(LARGE.subarray(0, HELD)), PACKED],
  ['empty', Buffer.alloc(0), ''],
  ['packed and empty', Buffer.alloc(0), PACKED],
])('a small one is a result like any other: %s', async (_name, body, head) => {
  const server = await serve(body, head);
  const stream = taker();

  const result = await open([server.port]).send(get(server.origin, { stream }));

  const expected = body.length === 0 ? '' : LARGE.subarray(0, HELD).toString();
  expect(summary(result)).toBe(`response 200 ${expected}`);
  expect([stream.taken, stream.heads, stream.ended]).toEqual([[], [], false]);
});

test.each([
  ['as it is', LARGE, ''],
  ['packed', gzipSync(LARGE), PACKED],
])(
  'one that the taker does not want is held, to the usual limit: %s',
  async (_name, body, head) => {
    const server = await serve(body, head);
    const stream = taker({ begins: () => false });
    const send = async (bodyBytes: number): Promise<string> =>
      summary(
        await open([server.port], { limits: { bodyBytes } }).send(get(server.origin, { stream })),
      );

    expect(await send(1e6)).toBe(`response 200 ${LARGE.toString()}`);
    expect(await send(100_000)).toBe('reading body_too_large');
  },
);

test('errors are no lists', async () => {
  const server = await listen((socket, received) => {
    if (!hasWhole(received)) return;
    socket.write(`HTTP/1.1 500 Oh\r\nContent-Length: ${String(LARGE.length)}\r\n\r\n`);
    socket.write(LARGE);
  });
  const stream = taker();

  const result = await open([server.port]).send(get(server.origin, { stream }));

  expect(result).toMatchObject({ status: 500, body: { length: LARGE.length } });
  expect(stream.heads).toEqual([]);
});

test.each([
  ['that breaks off', LARGE, '', false, 'truncated'],
  [
    'whose packing breaks off',
    gzipSync(LARGE).subarray(0, 60_000),
    PACKED,
    true,
    'encoding_invalid',
  ],
  ['whose packing is none', LARGE, PACKED, true, 'encoding_invalid'],
  [
    'packed in a way that nobody asked for',
    LARGE,
    'Content-Encoding: br\r\n',
    true,
    'encoding_unsupported',
  ],
  ['that is a bomb', gzipSync(Buffer.alloc(50_000_000)), PACKED, true, 'body_too_large'],
])('a large one %s is a failure', async (_name, body, head, isWhole, code) => {
  const server = await serve(body, head, isWhole);

  const result = await open([server.port]).send(get(server.origin, { stream: taker() }));

  expect(summary(result)).toBe(`reading ${code}`);
});

test('a taker that fails ends the request, with its own words where it has some', async () => {
  const fault = new EgressFault('reading', 'not_json', 'It is no JSON.', { status: 200 });
  const send = async (error: Error, packed: boolean): Promise<string> => {
    const server = await serve(packed ? gzipSync(LARGE) : LARGE, packed ? PACKED : '');
    const stream = taker({ write: () => Promise.reject(error) });
    return summary(await open([server.port]).send(get(server.origin, { stream })));
  };

  expect(await send(fault, false)).toBe('reading not_json');
  expect(await send(fault, true)).toBe('reading not_json');
  expect(await send(new Error('disk full'), false)).toBe('reading not_stored');
});

test('the time of a large one begins anew, and who takes it may be slow', async () => {
  const server = await serve(LARGE);
  const stream = taker({
    write: () => new Promise((resolve) => setTimeout(resolve, 20)),
  });
  const limits = { idleMs: 150, streamTotalMs: 60_000 };
  const request = get(server.origin, { stream, deadlineMs: 250 });

  const result = await open([server.port], { limits }).send(request);

  expect(result).toMatchObject({ status: 200, streamedBytes: LARGE.length });
});

test('one that is never done is given up', async () => {
  const drips: NodeJS.Timeout[] = [];
  const server = await listen((socket, received) => {
    if (!hasWhole(received)) return;
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
    socket.write(`4e20\r\n${'x'.repeat(20_000)}\r\n`);
    drips.push(setInterval(() => socket.write('1\r\nx\r\n'), 20));
    socket.on('close', () => drips.forEach((drip) => clearInterval(drip)));
  });
  const send = async (stream: Taker): Promise<string> =>
    summary(
      await open([server.port], { limits: { idleMs: 200 } }).send(get(server.origin, { stream })),
    );

  expect(await send(taker())).toBe('reading timeout');
  expect(await send(taker({ maxBytes: 20_001 }))).toBe('reading body_too_large');
});
