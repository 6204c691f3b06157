import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { parseAllowRules } from './allow-rules.ts';
import { createEgress } from './egress.ts';
import type { Egress, EgressOptions, EgressRequest, EgressResult } from './egress.ts';
import type { EgressLimits } from './limits.ts';
import type { FileSource } from './request-body.ts';
import { hasWhole, startRawServer } from './testing/raw-server.ts';
import type { RawHandler, RawServer } from './testing/raw-server.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function listen(handle: RawHandler): Promise<RawServer> {
  const server = await startRawServer(handle);
  closing.push(server.close);
  return server;
}

function door(
  ports: readonly number[],
  options: Partial<EgressOptions> & { limits?: Partial<EgressLimits> } = {},
): Egress {
  const parsed = parseAllowRules(ports.map((port) => `127.0.0.1:${String(port)}`).join());
  const named = parseAllowRules(ports.map((port) => `crm.test:${String(port)}`).join());
  if (!parsed.ok || !named.ok) throw new Error('bad rules in the test');
  const egress = createEgress({
    allow: parsed.rules,
    plainHttp: [...parsed.rules, ...named.rules],
    monotonic: () => performance.now(),
    ...options,
  });
  closing.push(() => egress.close());
  return egress;
}

function get(url: string, more: Partial<EgressRequest> = {}): EgressRequest {
  return { method: 'GET', url, headers: [], organizationId: 'o1', connectionId: 'c1', ...more };
}

function post(url: string, text = '{"a":1}', more: Partial<EgressRequest> = {}): EgressRequest {
  return get(url, {
    method: 'POST',
    body: { contentType: 'application/json', chunks: [text] },
    ...more,
  });
}

function answer(body: string, head = ''): string {
  return `HTTP/1.1 200 OK\r\n${head}Content-Length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`;
}

function summary(result: EgressResult): string {
  return result.kind === 'response'
    ? `response ${String(result.status)} ${Buffer.from(result.body).toString('utf8')}`
    : `${result.phase} ${result.code}`;
}

describe('an exchange', () => {
  test('carries method, path, headers and body, and brings the answer back', async () => {
    const server = await listen((socket, received) => {
      if (hasWhole(received, 7)) socket.write(answer('{"id":1}', 'X-One: a\r\nX-One: b\r\n'));
    });

    const result = await door([server.port]).send(
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

      const result = await door([server.port]).send(
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

    expect(summary(await door([server.port]).send(get(server.origin)))).toBe('response 200 ok');
  });
});

describe('a failure says how far the request had come', () => {
  const limits = { headersMs: 60, idleMs: 60, connectMs: 500 };

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

    const result = await door([server.port], { limits }).send(post(server.origin));

    expect(summary(result)).toBe(expected);
    expect(server.connections()).toBe(1);
  });

  test('nobody listens: connect refused', async () => {
    const server = await listen(() => undefined);
    await server.close();

    expect(summary(await door([server.port]).send(post(server.origin)))).toBe('connect refused');
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

    const result = await door([server.port]).send(
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

    const result = await door([server.port], { limits }).send(
      get(server.origin, {
        method: 'POST',
        body: { contentType: 'x/y', chunks: [{ file: 'bytes' }], file },
      }),
    );

    expect(summary(result)).toBe('writing timeout');
    expect(read).toBeLessThan(file.size / 2);
  });

  test('a file shorter than was said is a failure of writing, never a short upload', async () => {
    const file: FileSource = {
      size: 100,
      open: async function* () {
        yield Buffer.alloc(10);
      },
    };
    const server = await listen(() => undefined);

    const result = await door([server.port]).send(
      get(server.origin, {
        method: 'POST',
        body: { contentType: 'x/y', chunks: [{ file: 'bytes' }], file },
      }),
    );

    expect(summary(result)).toMatch(/^(writing|waiting) file_changed$/);
  });

  test('the whole is bounded, and the caller may abandon it', async () => {
    const server = await listen(() => undefined);
    const egress = door([server.port]);
    const abort = new AbortController();
    const abandoned = egress.send(post(server.origin, '{}', { signal: abort.signal }));
    const bounded = egress.send(post(server.origin, '{}', { deadlineMs: 40 }));

    expect(summary(await bounded)).toBe('waiting timeout');
    abort.abort();
    expect((await abandoned).kind).toBe('failure');
    expect(summary(await abandoned)).toMatch(/ aborted$/);
  });
});

describe('limits of the answer', () => {
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

    const result = await door([server.port]).send(get(server.origin));

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

    expect(summary(await door([server.port]).send(get(server.origin)))).toBe(expected);
  });
});

describe('what may not be reached is not reached', () => {
  const strict = (options: Partial<EgressOptions> = {}): Egress =>
    door([], { allow: [], plainHttp: [], ...options });

  test.each([
    'https://127.0.0.1:PORT/',
    'https://127.1:PORT/',
    'https://0x7f000001:PORT/',
    'https://2130706433:PORT/',
    'https://[::ffff:127.0.0.1]:PORT/',
    'https://localhost:PORT/',
    'http://127.0.0.1:PORT/',
    'https://name.test:PORT/',
    'https://name.test/',
  ])('%s: no connection arrives', async (url) => {
    const server = await listen(() => undefined);
    const egress = strict({ resolve: async () => ['127.0.0.1'] });

    const result = await egress.send(post(url.replace('PORT', String(server.port))));

    expect(result.kind === 'failure' && result.phase).toBe('blocked');
    expect(server.connections()).toBe(0);
  });

  test('a name with one forbidden address among public ones is refused as a whole', async () => {
    const server = await listen(() => undefined);
    const rules = parseAllowRules(`name.test:${String(server.port)}`);
    const egress = door([], {
      allow: [],
      plainHttp: rules.ok ? rules.rules : [],
      resolve: async () => ['93.184.216.34', '10.0.0.1'],
    });

    const result = await egress.send(post('https://name.test/'));

    expect(summary(result)).toBe('blocked blocked_address');
    expect(result.kind === 'failure' && result.setting).toBe('EGRESS_ALLOW=10.0.0.1:443');
  });

  test('a name is looked up for every new socket, and a changed answer is judged anew', async () => {
    const answers = [['127.0.0.1'], ['127.0.0.2']];
    const server = await listen((socket, received) => {
      if (hasWhole(received)) socket.end(answer('ok', 'Connection: close\r\n'));
    });
    const egress = door([server.port], { resolve: async () => answers.shift() ?? [] });
    const url = `http://crm.test:${String(server.port)}/`;
    const first = await egress.send(get(url));
    const second = await egress.send(get(url));

    expect([summary(first), summary(second)]).toEqual([
      'response 200 ok',
      'blocked blocked_address',
    ]);
    expect(server.connections()).toBe(1);
  });

  test('a pinned origin is checked before anything is opened', async () => {
    const server = await listen(() => undefined);

    const result = await door([server.port]).send(
      post(server.origin, '{}', { origins: ['https://api.example.com'] }),
    );

    expect(summary(result)).toBe('blocked blocked_origin');
    expect(server.connections()).toBe(0);
  });

  test.each([
    ['Host', 'evil.test'],
    ['content-length', '5'],
    ['Transfer-Encoding', 'chunked'],
    ['Cookie', 'a=b'],
    ['Proxy-Authorization', 'x'],
    ['Sec-Fetch-Site', 'x'],
    ['X-Bad', 'a\r\nInjected: 1'],
    ['X-Bad', 'a\0b'],
    ['X-Bad', 'ünïcödé \u2713'],
    ['X Bad', 'a'],
    ['', 'a'],
  ])('the header %j: %j is refused before a connection is opened', async (name, value) => {
    const server = await listen(() => undefined);

    const result = await door([server.port]).send(
      post(server.origin, '{}', { headers: [[name, value]] }),
    );

    expect(summary(result)).toBe('blocked blocked_header');
    expect(server.connections()).toBe(0);
  });

  test('a name without address and a failing name server are told apart', async () => {
    const fails = (code: string): Egress =>
      strict({ resolve: () => Promise.reject(Object.assign(new Error(code), { code })) });

    expect(summary(await fails('ENOTFOUND').send(get('https://no.test/')))).toBe('dns not_found');
    expect(summary(await fails('EAI_AGAIN').send(get('https://no.test/')))).toBe('dns temporary');
    expect(summary(await strict({ resolve: async () => [] }).send(get('https://no.test/')))).toBe(
      'dns not_found',
    );
  });

  test('a name server that never answers ends with the connect deadline', async () => {
    const egress = strict({
      resolve: () => new Promise(() => undefined),
      limits: { connectMs: 30 },
    });

    expect(summary(await egress.send(get('https://no.test/')))).toBe('dns timeout');
  });
});

describe('sockets are shared within one connection of one organization only', () => {
  const echo: RawHandler = (socket, received) => {
    if (hasWhole(received.slice(received.lastIndexOf('GET ')))) socket.write(answer('ok'));
  };

  test('the same connection uses its socket again', async () => {
    const server = await listen(echo);
    const egress = door([server.port]);

    await egress.send(get(server.origin));
    await egress.send(get(server.origin));

    expect(server.connections()).toBe(1);
  });

  test.each([{ organizationId: 'o2' }, { connectionId: 'c2' }])(
    '%j opens its own',
    async (other) => {
      const server = await listen(echo);
      const egress = door([server.port]);

      await egress.send(get(server.origin));
      await egress.send(get(server.origin, other));

      expect(server.connections()).toBe(2);
    },
  );

  test('a request that must not go twice gets a fresh socket after two idle seconds', async () => {
    let now = 0;
    const server = await listen((socket, received) => {
      if (received.endsWith('{}') || received.endsWith('\r\n\r\n')) socket.write(answer('ok'));
    });
    const egress = door([server.port], { monotonic: () => now });
    await egress.send(post(server.origin, '{}'));
    now += 1_000;
    await egress.send(post(server.origin, '{}'));
    expect(server.connections()).toBe(1);

    now += 2_000;
    await egress.send(post(server.origin, '{}'));

    expect(server.connections()).toBe(2);
  });

  test('a reused socket that the server resets: a GET goes again, a POST is unknown', async () => {
    const server = await listen((socket, received, connection) => {
      if (!hasWhole(received)) return;
      if (connection % 2 === 0 && received.includes('second')) socket.resetAndDestroy();
      else socket.write(answer('ok'));
    });
    const egress = door([server.port]);
    await egress.send(get(`${server.origin}/first`));
    const again = await egress.send(get(`${server.origin}/second`));
    const other = { connectionId: 'c2' };
    await egress.send(get(`${server.origin}/first`, other));
    const lost = await egress.send(post(`${server.origin}/second`, '{}', other));

    expect([summary(again), summary(lost)]).toEqual(['response 200 ok', 'waiting reset']);
  });

  test('a full pool makes requests wait their turn, and not for ever', async () => {
    const server = await listen(() => undefined);
    const egress = door([server.port], { limits: { socketsPerPool: 1, poolWaitMs: 20 } });
    const abort = new AbortController();
    const first = egress.send(post(server.origin, '{}', { signal: abort.signal }));

    expect(summary(await egress.send(post(server.origin)))).toBe('pool timeout');
    abort.abort();
    expect((await first).kind).toBe('failure');
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

    const result = await door([server.port]).send(get(server.origin));

    expect(result).toMatchObject({ kind: 'response', status: 302, url: `${server.origin}/hop3` });
    expect(server.received[0]?.match(/GET /g)).toHaveLength(4);
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('%s follows none', async (method) => {
    const server = await listen((socket, received) => {
      if (hasWhole(received)) {
        socket.write('HTTP/1.1 307 Temporary\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n');
      }
    });

    const result = await door([server.port]).send(get(server.origin, { method }));

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

    const result = await door([server.port, target.port]).send(get(server.origin));

    expect(summary(result)).toBe('response 302 ');
    expect(target.connections()).toBe(0);
  });
});
