import { afterEach, expect, test, vi } from 'vitest';
import { answer, createEgressKit, get, summary } from './testing/egress-kit.ts';
import { hasWhole } from './testing/raw-server.ts';

const { listen, open, close } = createEgressKit();

afterEach(async () => {
  vi.unstubAllEnvs();
  await close();
});

test('proxies that the environment names are not used', async () => {
  const proxy = await listen(() => undefined);
  const server = await listen((socket, received) => {
    if (hasWhole(received)) socket.write(answer('direct'));
  });
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy']) {
    vi.stubEnv(name, proxy.origin);
  }
  vi.stubEnv('NO_PROXY', '');
  vi.stubEnv('NODE_USE_ENV_PROXY', '1');

  const result = await open([server.port, proxy.port]).send(get(server.origin));

  expect(summary(result)).toBe('response 200 direct');
  expect(proxy.connections()).toBe(0);
});

test.each([
  ['below 64 KiB is taken', 60 * 1024, /^response 200 ok$/],
  ['beyond 64 KiB is refused', 70 * 1024, /^waiting headers_too_large$/],
])('a head %s', async (_name, size, expected) => {
  const server = await listen((socket, received) => {
    if (hasWhole(received)) socket.write(answer('ok', `X-Long: ${'x'.repeat(size)}\r\n`));
  });

  expect(summary(await open([server.port]).send(get(server.origin)))).toMatch(expected);
});
