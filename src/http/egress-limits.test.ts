import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { answer, createEgressKit, get, summary } from './testing/egress-kit.ts';
import { hasWhole } from './testing/raw-server.ts';

const { listen, open, close } = createEgressKit();

afterEach(close);

describe('limits of the answer', () => {
  test('the head may take longer where a request asks for it', async () => {
    const release: (() => void)[] = [];
    const server = await listen((socket, received) => {
      if (hasWhole(received)) release.push(() => void socket.end(answer('late')));
    });
    const egress = open([server.port], { limits: { headersMs: 200 } });

    const patient = egress.send(get(server.origin, { headersMs: 20_000 }));
    const hasty = await egress.send(get(server.origin));
    for (const each of release) each();

    expect(summary(hasty)).toBe('waiting timeout');
    expect(summary(await patient)).toBe('response 200 late');
  });

  test('an endless body is cut at the limit', async () => {
    const server = await listen((socket, received) => {
      if (!hasWhole(received)) return;
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
      const pour = (): void => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.on('drain', pour);
      pour();
    });

    const result = await open([server.port]).send(get(server.origin));

    expect(summary(result)).toBe('reading body_too_large');
    expect(result.kind === 'failure' && result.status).toBe(200);
  });

  const encoded: readonly (readonly [
    name: string,
    encoding: string,
    body: Buffer,
    expected: string,
  ])[] = [
    ['gzip is unpacked', 'gzip', gzipSync('{"a":1}'), 'response 200 {"a":1}'],
    ['x-gzip too', 'x-gzip', gzipSync('{"a":1}'), 'response 200 {"a":1}'],
    ['identity is itself', 'identity', Buffer.from('hi'), 'response 200 hi'],
    ['a bomb is refused', 'gzip', gzipSync(Buffer.alloc(40_000_000)), 'reading body_too_large'],
    [
      'a ratio over 100 is refused',
      'gzip',
      gzipSync(Buffer.alloc(500_000)),
      'reading body_too_large',
    ],
    [
      'two layers are refused',
      'gzip, gzip',
      gzipSync(gzipSync('x')),
      'reading encoding_unsupported',
    ],
    ['Brotli was not asked for', 'br', Buffer.from('x'), 'reading encoding_unsupported'],
    ['not gzip at all', 'gzip', Buffer.from('plain'), 'reading encoding_invalid'],
    ['cut gzip', 'gzip', gzipSync('x'.repeat(999)).subarray(0, 20), 'reading encoding_invalid'],
  ];
  test.each(encoded)('%s', async (_name, encoding, body, expected) => {
    const server = await listen((socket, received) => {
      if (!hasWhole(received)) return;
      const head = `HTTP/1.1 200 OK\r\nContent-Encoding: ${encoding}\r\nContent-Length: `;
      socket.write(`${head}${String(body.length)}\r\n\r\n`);
      socket.write(body);
    });

    expect(summary(await open([server.port]).send(get(server.origin)))).toBe(expected);
  });
});

describe('redirects', () => {
  test('a GET follows at most three within its origin', async () => {
    const server = await listen((socket, received) => {
      if (!hasWhole(received)) return;
      const hop = (received.match(/GET /g) ?? []).length;
      socket.write(
        `HTTP/1.1 302 Found\r\nLocation: /hop${String(hop)}\r\nContent-Length: 0\r\n\r\n`,
      );
    });

    const result = await open([server.port]).send(get(server.origin));

    expect(result).toMatchObject({ kind: 'response', status: 302, url: `${server.origin}/hop3` });
    expect(server.received[0]?.match(/GET /g)).toHaveLength(4);
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('%s follows none', async (method) => {
    const server = await listen((socket, received) => {
      if (hasWhole(received)) {
        socket.write('HTTP/1.1 307 Temporary\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n');
      }
    });

    const result = await open([server.port]).send(get(server.origin, { method }));

    expect(summary(result)).toBe('response 307 ');
    expect(server.received[0]).not.toContain('/other');
  });

  test('another origin is never visited, with or without an exception for it', async () => {
    const target = await listen(() => undefined);
    const server = await listen((socket, received) => {
      if (hasWhole(received)) {
        socket.write(
          `HTTP/1.1 302 Found\r\nLocation: ${target.origin}/\r\nContent-Length: 0\r\n\r\n`,
        );
      }
    });

    const result = await open([server.port, target.port]).send(get(server.origin));

    expect(summary(result)).toBe('response 302 ');
    expect(target.connections()).toBe(0);
  });
});
