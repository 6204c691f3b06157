import { createServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { parseAllowRules } from './allow-rules.ts';
import { createEgress } from './egress.ts';
import type { Egress, EgressOptions, EgressResult } from './egress.ts';
import { TEST_CA, TEST_CERTIFICATE, TEST_KEY } from './testing/certificates.ts';
import { startRawServer } from './testing/raw-server.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

interface TlsServer {
  readonly port: number;
  /** Server names that clients asked for; `false` without SNI. */
  readonly names: (string | false | null)[];
  readonly requests: string[];
}

async function listenTls(
  handle: (socket: TLSSocket) => void = (socket) =>
    void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
): Promise<TlsServer> {
  const names: (string | false | null)[] = [];
  const requests: string[] = [];
  const open = new Set<TLSSocket>();
  const server = createServer({ cert: TEST_CERTIFICATE, key: TEST_KEY }, (socket) => {
    open.add(socket);
    names.push(socket.servername);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      requests.push(chunk.toString('latin1'));
      handle(socket);
    });
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  );
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, names, requests };
}

function open(port: number, options: Partial<EgressOptions> = {}): Egress {
  const parsed = parseAllowRules(`127.0.0.0/8:${String(port)}`);
  if (!parsed.ok) throw new Error('bad rules in the test');
  const egress = createEgress({
    allow: parsed.rules,
    ca: TEST_CA,
    resolve: async () => ['127.0.0.1'],
    monotonic: () => performance.now(),
    ...options,
  });
  closing.push(() => egress.close());
  return egress;
}

async function post(egress: Egress, url: string): Promise<EgressResult> {
  return egress.send({
    method: 'POST',
    url,
    headers: [['authorization', 'Bearer secret-token']],
    body: { contentType: 'application/json', chunks: ['{}'] },
    organizationId: 'o1',
    connectionId: 'c1',
  });
}

function summary(result: EgressResult): string {
  return result.kind === 'response'
    ? `response ${String(result.status)}`
    : `${result.phase} ${result.code}`;
}

test('the name goes out as SNI and as Host, though an address was connected to', async () => {
  const server = await listenTls();

  const result = await post(open(server.port), `https://crm.test:${String(server.port)}/calls`);

  expect(summary(result)).toBe('response 200');
  expect(server.names).toEqual(['crm.test']);
  expect(server.requests[0]?.toLowerCase()).toContain(`host: crm.test:${String(server.port)}\r\n`);
});

test('an address has no SNI, and its certificate must name it', async () => {
  const server = await listenTls();

  const result = await post(open(server.port), `https://127.0.0.1:${String(server.port)}/`);

  expect(summary(result)).toBe('response 200');
  expect(server.names).toEqual([false]);
});

test.each([
  ['an unknown authority', 'crm.test', { ca: undefined }],
  ['another name', 'other.test', {}],
])(
  'a certificate of %s is refused, and no byte of the request leaves',
  async (_name, host, more) => {
    const server = await listenTls();
    const parsed = parseAllowRules(`127.0.0.0/8:${String(server.port)}`);
    const { ca, ...rest } = { ca: TEST_CA, ...more };
    const egress = createEgress({
      allow: parsed.ok ? parsed.rules : [],
      resolve: async () => ['127.0.0.1'],
      monotonic: () => performance.now(),
      ...(ca === undefined ? {} : { ca }),
      ...rest,
    });
    closing.push(() => egress.close());

    const result = await post(egress, `https://${host}:${String(server.port)}/`);

    expect(summary(result)).toBe('tls certificate');
    expect(server.requests).toEqual([]);
  },
);

test('a server that does not speak TLS, resets the handshake or never answers it', async () => {
  const plain = await startRawServer((socket) => void socket.end('HTTP/1.1 400 Bad\r\n\r\n'));
  const reset = await startRawServer((socket) => void socket.resetAndDestroy());
  const silent = await startRawServer(() => undefined);
  closing.push(plain.close, reset.close, silent.close);
  const ask = async (port: number): Promise<string> => {
    const egress = open(port, { limits: { connectMs: 500 } });
    return summary(await post(egress, `https://crm.test:${String(port)}/`));
  };

  expect(await ask(plain.port)).toMatch(/^tls /);
  expect(await ask(reset.port)).toBe('tls reset');
  expect(await ask(silent.port)).toBe('tls timeout');
  expect(plain.received.join('') + silent.received.join('')).not.toContain('secret-token');
});

test('a reset after the request over TLS is not taken for one before it', async () => {
  const server = await listenTls((socket) => socket.destroy());

  const result = await post(open(server.port), `https://crm.test:${String(server.port)}/`);

  expect(summary(result)).toBe('waiting reset');
});

test('the next address is tried when the first refuses', async () => {
  const server = await listenTls();
  const egress = open(server.port, { resolve: async () => ['127.0.0.2', '127.0.0.1'] });

  const result = await post(egress, `https://crm.test:${String(server.port)}/`);

  expect(summary(result)).toBe('response 200');
});

test('what came over https is never led on over plain http, whatever is allowed', async () => {
  const target = await startRawServer(() => undefined);
  closing.push(target.close);
  const server = await listenTls(
    (socket) =>
      void socket.write(
        `HTTP/1.1 302 Found\r\nLocation: ${target.origin}/\r\nContent-Length: 0\r\n\r\n`,
      ),
  );
  const both = parseAllowRules(
    [server.port, target.port].map((port) => `127.0.0.0/8:${String(port)}`).join(),
  );
  if (!both.ok) throw new Error('bad rules in the test');
  const egress = open(server.port, { allow: both.rules, plainHttp: both.rules });

  const result = await egress.send({
    method: 'GET',
    url: `https://crm.test:${String(server.port)}/`,
    headers: [],
    organizationId: 'o1',
    connectionId: 'c1',
    followsElsewhere: true,
  });

  expect(summary(result)).toBe('response 302');
  expect(target.connections()).toBe(0);
});
