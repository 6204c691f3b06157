import { afterEach, describe, expect, test } from 'vitest';
import { answer, createEgressKit, get, post, summary } from './testing/egress-kit.ts';
import { hasWhole } from './testing/raw-server.ts';
import type { RawHandler } from './testing/raw-server.ts';

const { listen, open, close } = createEgressKit();

afterEach(close);

describe('sockets are shared within one connection of one organization only', () => {
  const echo: RawHandler = (socket, received) => {
    if (hasWhole(received.slice(received.lastIndexOf('GET ')))) socket.write(answer('ok'));
  };

  test('the same connection uses its socket again', async () => {
    const server = await listen(echo);
    const egress = open([server.port]);

    await egress.send(get(server.origin));
    await egress.send(get(server.origin));

    expect(server.connections()).toBe(1);
  });

  test.each([{ organizationId: 'o2' }, { connectionId: 'c2' }])(
    '%j opens its own',
    async (other) => {
      const server = await listen(echo);
      const egress = open([server.port]);

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
    const egress = open([server.port], { monotonic: () => now });
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
    const egress = open([server.port]);
    await egress.send(get(`${server.origin}/first`));
    const again = await egress.send(get(`${server.origin}/second`));
    const other = { connectionId: 'c2' };
    await egress.send(get(`${server.origin}/first`, other));
    const lost = await egress.send(post(`${server.origin}/second`, '{}', other));

    expect([summary(again), summary(lost)]).toEqual(['response 200 ok', 'waiting reset']);
  });

  test('a socket that the server closes after its answer is not used again', async () => {
    const server = await listen((socket, received) => {
      if (hasWhole(received, 2)) socket.end(answer('ok', 'Connection: close\r\n'));
    });
    const egress = open([server.port]);

    const first = await egress.send(post(server.origin, '{}'));
    const second = await egress.send(post(server.origin, '{}'));

    expect([summary(first), summary(second)]).toEqual(['response 200 ok', 'response 200 ok']);
    expect(server.connections()).toBe(2);
  });

  test('a full pool makes requests wait their turn, and not for ever', async () => {
    const server = await listen(() => undefined);
    const egress = open([server.port], { limits: { socketsPerPool: 1, poolWaitMs: 20 } });
    const abort = new AbortController();
    const first = egress.send(post(server.origin, '{}', { signal: abort.signal }));

    expect(summary(await egress.send(post(server.origin)))).toBe('pool timeout');
    abort.abort();
    expect((await first).kind).toBe('failure');
  });
});
