import { afterEach, describe, expect, test } from 'vitest';
import type { FileSource } from './request-body.ts';
import { answer, createEgressKit, get, post, summary } from './testing/egress-kit.ts';
import { hasWhole } from './testing/raw-server.ts';
import type { RawHandler } from './testing/raw-server.ts';

const { listen, open, close } = createEgressKit();

afterEach(close);

describe('an exchange', () => {
  test('carries method, path, headers and body, and brings the answer back', async () => {
    const server = await listen((socket, received) => {
      if (hasWhole(received, 7)) socket.write(answer('{"id":1}', 'X-One: a\r\nX-One: b\r\n'));
    });

    const result = await open([server.port]).send(
      post(`${server.origin}/calls?a=b`, '{"a":1}', { headers: [['Authorization', 'Bearer t']] }),
    );

    expect(summary(result)).toBe('response 200 {"id":1}');
    expect(result.kind === 'response' && result.headers['x-one']).toBe('a, b');
    const [head = ''] = server.received;
    expect(head).toMatch(/^POST \/calls\?a=b HTTP\/1\.1\r\n/);
    expect(head.toLowerCase()).toContain('authorization: bearer t\r\n');
    expect(head.toLowerCase()).toContain('accept-encoding: gzip\r\n');
    expect(head.toLowerCase()).toContain('content-length: 7\r\n');
  });

  test('streams a file as bytes and as Base64 with its exact length', async () => {
    const bytes = Buffer.from(Array.from({ length: 1_000 }, (_, index) => index % 256));
    const file: FileSource = {
      size: bytes.length,
      open: async function* () {
        yield bytes.subarray(0, 7);
        yield bytes.subarray(7, 500);
        yield bytes.subarray(500);
      },
    };
    for (const form of ['bytes', 'base64'] as const) {
      const expected = form === 'bytes' ? bytes.toString('latin1') : bytes.toString('base64');
      const server = await listen((socket, received) => {
        if (hasWhole(received, expected.length + 4)) socket.write(answer('ok'));
      });

      const result = await open([server.port]).send(
        get(`${server.origin}/f`, {
          method: 'POST',
          body: { contentType: 'x/y', chunks: ['<<', { file: form }, '>>'], file },
        }),
      );

      expect(summary(result)).toBe('response 200 ok');
      expect(server.received[0]?.split('\r\n\r\n')[1]).toBe(`<<${expected}>>`);
    }
  });

  test('an informational answer before the real one is passed over', async () => {
    const server = await listen((socket, received) => {
      if (hasWhole(received)) socket.write(`HTTP/1.1 103 Early Hints\r\n\r\n${answer('ok')}`);
    });

    expect(summary(await open([server.port]).send(get(server.origin)))).toBe('response 200 ok');
  });
});

describe('a failure says how far the request had come', () => {
  const limits = { headersMs: 500, idleMs: 500 };

  const cases: readonly (readonly [name: string, expected: string, handle: RawHandler])[] = [
    ['reset after the whole request', 'waiting reset', (socket) => void socket.resetAndDestroy()],
    ['closed after the whole request', 'waiting reset', (socket) => void socket.end()],
    ['no answer', 'waiting timeout', () => undefined],
    [
      'half a head',
      'waiting timeout',
      (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Le'),
    ],
    [
      'truncated body',
      'reading truncated',
      (socket) => void socket.end('HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\n{"id"'),
    ],
    [
      'truncated chunks',
      'reading truncated',
      (socket) =>
        void socket.end('HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"id"\r\n'),
    ],
    [
      'bad chunking',
      'reading not_http',
      (socket) =>
        void socket.end('HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n'),
    ],
    [
      'a stalled body',
      'reading timeout',
      (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"id"'),
    ],
    ['not HTTP', 'waiting not_http', (socket) => void socket.end('SSH-2.0-OpenSSH_9\r\n')],
    [
      'a head without end',
      'waiting headers_too_large',
      (socket) => void socket.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`),
    ],
    [
      'an announced giant',
      'reading body_too_large',
      (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n'),
    ],
  ];
  test.each(cases)('%s: %s', async (_name, expected, handle) => {
    const server = await listen((socket, received, connection) => {
      if (hasWhole(received, 7)) handle(socket, received, connection);
    });

    const result = await open([server.port], { limits }).send(post(server.origin));

    expect(summary(result)).toBe(expected);
    expect(server.connections()).toBe(1);
  });

  test('nobody listens: connect refused', async () => {
    const server = await listen(() => undefined);
    await server.close();

    expect(summary(await open([server.port]).send(post(server.origin)))).toBe('connect refused');
  });

  test('reset in the middle of a large upload: writing', async () => {
    const file: FileSource = {
      size: 64 * 1024 * 1024,
      open: async function* () {
        for (let index = 0; index < 1024; index += 1) yield Buffer.alloc(64 * 1024);
      },
    };
    const server = await listen((socket, received) => {
      if (received.length > 1_000_000) socket.resetAndDestroy();
    });

    const result = await open([server.port]).send(
      get(server.origin, {
        method: 'POST',
        body: { contentType: 'x/y', chunks: [{ file: 'bytes' }], file },
      }),
    );

    expect(summary(result)).toBe('writing reset');
  });

  test('a server that stops reading: writing timeout, and the file is not read to its end', async () => {
    let read = 0;
    const file: FileSource = {
      size: 256 * 1024 * 1024,
      open: async function* () {
        for (let index = 0; index < 4096; index += 1) {
          read += 64 * 1024;
          yield Buffer.alloc(64 * 1024);
        }
      },
    };
    const server = await listen((socket) => void socket.pause());

    const result = await open([server.port], { limits }).send(
      get(server.origin, {
        method: 'POST',
        body: { contentType: 'x/y', chunks: [{ file: 'bytes' }], file },
      }),
    );

    expect(summary(result)).toBe('writing timeout');
    expect(read).toBeLessThan(file.size / 2);
  });

  test('an answer before the end of an upload is an answer', async () => {
    const file: FileSource = {
      size: 64 * 1024 * 1024,
      open: async function* () {
        for (let index = 0; index < 1024; index += 1) yield Buffer.alloc(64 * 1024);
      },
    };
    const server = await listen((socket, received) => {
      if (received.length < 300_000 && hasWhole(received)) {
        socket.write('HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig');
      }
    });

    const result = await open([server.port]).send(
      get(server.origin, {
        method: 'POST',
        body: { contentType: 'x/y', chunks: [{ file: 'bytes' }], file },
      }),
    );

    expect(summary(result)).toBe('response 413 big');
  });

  test('a file shorter than was said is a failure of writing, never a short upload', async () => {
    const file: FileSource = {
      size: 100,
      open: async function* () {
        yield Buffer.alloc(10);
      },
    };
    const server = await listen(() => undefined);

    const result = await open([server.port]).send(
      get(server.origin, {
        method: 'POST',
        body: { contentType: 'x/y', chunks: [{ file: 'bytes' }], file },
      }),
    );

    expect(summary(result)).toMatch(/^(writing|waiting) file_changed$/);
  });

  test('the whole is bounded, and the caller may abandon it', async () => {
    const server = await listen(() => undefined);
    const egress = open([server.port]);
    const abort = new AbortController();
    const abandoned = egress.send(post(server.origin, '{}', { signal: abort.signal }));
    const bounded = egress.send(post(server.origin, '{}', { deadlineMs: 400 }));

    expect(summary(await bounded)).toBe('waiting timeout');
    abort.abort();
    expect((await abandoned).kind).toBe('failure');
    expect(summary(await abandoned)).toMatch(/ aborted$/);
  });
});
