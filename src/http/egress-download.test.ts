import { afterEach, expect, test } from 'vitest';
import { createEgressKit, get, summary } from './testing/egress-kit.ts';
import { hasWhole } from './testing/raw-server.ts';

const { listen, open, close } = createEgressKit();

afterEach(close);

const CHUNK = 64 * 1024;
const CHUNKS = 320;

test('a file larger than any other answer goes to its taker piece by piece', async () => {
  const server = await listen((socket, received) => {
    if (!hasWhole(received)) return;
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${String(CHUNK * CHUNKS)}\r\n\r\n`);
    for (let index = 0; index < CHUNKS; index += 1) socket.write(Buffer.alloc(CHUNK, index));
  });
  let bytes = 0;
  let writing = 0;
  let most = 0;
  let sum = 0;

  const result = await open([server.port]).send(
    get(server.origin, {
      download: {
        maxBytes: 64 * 1024 * 1024,
        write: async (chunk) => {
          writing += 1;
          most = Math.max(most, writing);
          await new Promise(setImmediate);
          bytes += chunk.length;
          for (const byte of chunk) sum += byte;
          writing -= 1;
        },
      },
    }),
  );

  const expected = Array.from({ length: CHUNKS }, (_, index) => (index % 256) * CHUNK);
  expect(summary(result)).toBe('response 200 ');
  expect([bytes, most]).toEqual([CHUNK * CHUNKS, 1]);
  expect(sum).toBe(expected.reduce((total, next) => total + next, 0));
  expect(server.received[0]?.toLowerCase()).toContain('accept-encoding: identity');
});

test('a file in very many small chunks comes in few pieces, and waits in bounded space', async () => {
  const lines = Array.from({ length: 60_000 }, (_, line) => `the line with the number ${line}\n`);
  const server = await listen((socket, received) => {
    if (!hasWhole(received)) return;
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
    for (const line of lines) socket.write(`${line.length.toString(16)}\r\n${line}\r\n`);
    socket.write('0\r\n\r\n');
  });
  const pieces: Uint8Array[] = [];

  const result = await open([server.port]).send(
    get(server.origin, {
      download: {
        maxBytes: 64 * 1024 * 1024,
        write: async (chunk) => {
          pieces.push(chunk);
          await new Promise(setImmediate);
        },
      },
    }),
  );

  expect(summary(result)).toBe('response 200 ');
  expect(Buffer.concat(pieces).toString()).toBe(lines.join(''));
  expect(pieces.length).toBeLessThan(lines.length / 100);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(4 * CHUNK);
});

test('a taker that is done at once is told of bytes only', async () => {
  const server = await listen((socket, received) => {
    if (!hasWhole(received)) return;
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${String(CHUNK * CHUNKS)}\r\n\r\n`);
    for (let index = 0; index < CHUNKS; index += 1) socket.write(Buffer.alloc(CHUNK, index));
  });
  let bytes = 0;
  const write = async (chunk: Uint8Array): Promise<void> => {
    // Without this a parser that repeats no bytes would keep the event loop for ever.
    if (chunk.length === 0) throw new Error('no bytes');
    bytes += chunk.length;
  };

  const download = { maxBytes: CHUNK * CHUNKS, write };
  const result = await open([server.port]).send(get(server.origin, { download }));

  expect([summary(result), bytes]).toEqual(['response 200 ', CHUNK * CHUNKS]);
});

test('a file over its limit, and a taker that fails, end the request', async () => {
  const server = await listen((socket, received) => {
    if (hasWhole(received)) socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nRIFF`);
  });
  const egress = open([server.port]);
  const take = async (maxBytes: number, write: () => Promise<void>): Promise<string> =>
    summary(await egress.send(get(server.origin, { download: { maxBytes, write } })));

  expect(await take(499, async () => undefined)).toBe('reading body_too_large');
  expect(await take(500, () => Promise.reject(new Error('disk full')))).toBe('reading not_stored');
});

test('an error page is an answer and no file', async () => {
  const server = await listen((socket, received) => {
    if (hasWhole(received)) socket.write('HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone');
  });
  let written = 0;

  const result = await open([server.port]).send(
    get(server.origin, {
      download: {
        maxBytes: 10,
        write: async () => {
          written += 1;
        },
      },
    }),
  );

  expect([summary(result), written]).toEqual(['response 404 gone', 0]);
});

test('a download that drips is given up, although its bytes never stop', async () => {
  const drips: NodeJS.Timeout[] = [];
  const server = await listen((socket, received) => {
    if (!hasWhole(received)) return;
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n');
    drips.push(setInterval(() => socket.write('x'), 20));
    socket.on('close', () => drips.forEach((drip) => clearInterval(drip)));
  });
  const limits = { idleMs: 200, downloadBytesPerSecond: 8_000 };
  const download = { maxBytes: 1_000_000, write: () => Promise.resolve() };

  const result = await open([server.port], { limits }).send(get(server.origin, { download }));

  expect(summary(result)).toBe('reading timeout');
  expect(result.kind === 'failure' && result.message).toBe('The answer came too slowly.');
});
