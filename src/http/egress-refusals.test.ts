import { afterEach, describe, expect, test } from 'vitest';
import { parseAllowRules } from './allow-rules.ts';
import type { Egress, EgressOptions } from './egress.ts';
import { answer, createEgressKit, get, post, summary } from './testing/egress-kit.ts';
import { hasWhole } from './testing/raw-server.ts';

const { listen, open, close } = createEgressKit();

afterEach(close);

describe('what may not be reached is not reached', () => {
  const strict = (options: Partial<EgressOptions> = {}): Egress =>
    open([], { allow: [], plainHttp: [], ...options });

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
    const told: string[] = [];
    const egress = open([], {
      allow: [],
      plainHttp: rules.ok ? rules.rules : [],
      resolve: async () => ['93.184.216.34', '10.0.0.1'],
      onRefusedName: ({ message }) => told.push(message),
    });

    const result = await egress.send(post('https://name.test/'));

    expect(summary(result)).toBe('blocked blocked_address');
    expect(told).toEqual([
      'name.test leads to 10.0.0.1, which is not a public address (private, RFC 1918). To allow it, set EGRESS_ALLOW=10.0.0.1:443',
    ]);
  });

  test('a result says the same of every address that is not public, and never which it is', async () => {
    const addresses = [
      '10.0.0.1',
      '127.0.0.1',
      '169.254.169.254',
      'fd00::1',
      '::1',
      '64:ff9b::a00:1',
    ];
    const results = await Promise.all(
      addresses.map((address) =>
        open([], { allow: [], resolve: async () => [address] }).send(post('https://name.test/')),
      ),
    );
    const seen = new Set(
      results.map((result) =>
        result.kind === 'failure' ? `${result.message} ${String(result.setting)}` : 'answered',
      ),
    );

    expect([...seen]).toEqual([
      expect.stringContaining('name.test leads to an address that is not'),
    ]);
  });

  test('a name is looked up for every new socket, and a changed answer is judged anew', async () => {
    const answers = [['127.0.0.1'], ['127.0.0.2']];
    const server = await listen((socket, received) => {
      if (hasWhole(received)) socket.end(answer('ok', 'Connection: close\r\n'));
    });
    const egress = open([server.port], { resolve: async () => answers.shift() ?? [] });
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

    const result = await open([server.port]).send(
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

    const result = await open([server.port]).send(
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
