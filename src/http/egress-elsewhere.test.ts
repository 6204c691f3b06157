import { afterEach, describe, expect, test } from 'vitest';
import { answer, createEgressKit, get, post, summary } from './testing/egress-kit.ts';
import { hasWhole } from './testing/raw-server.ts';
import type { RawServer } from './testing/raw-server.ts';

const { listen, open, close } = createEgressKit();

afterEach(close);

const redirect = (to: string, status = 302): string =>
  `HTTP/1.1 ${String(status)} Found\r\nLocation: ${to}\r\nContent-Length: 0\r\n\r\n`;

/** A server that leads elsewhere. */
function leading(to: () => string): Promise<RawServer> {
  return listen((socket, received) => {
    if (hasWhole(received)) socket.write(redirect(to()));
  });
}

/** A server that has the file. */
function storage(): Promise<RawServer> {
  return listen((socket, received) => {
    if (hasWhole(received)) socket.write(answer('RIFF'));
  });
}

const OURS = { headers: [['Authorization', 'Bearer s3cret']], followsElsewhere: true } as const;

describe('a request that may be led elsewhere', () => {
  test('follows to another origin, without a header of ours', async () => {
    const target = await storage();
    const server = await leading(() => `${target.origin}/signed?x=1`);

    const result = await open([server.port, target.port]).send(get(server.origin, OURS));

    expect(summary(result)).toBe('response 200 RIFF');
    expect(result).toMatchObject({ url: `${target.origin}/signed?x=1` });
    expect(server.received[0]).toContain('s3cret');
    expect(target.received[0]?.toLowerCase()).not.toMatch(/s3cret|authorization/);
    expect(target.received[0]).toContain(`host: 127.0.0.1:${String(target.port)}`);
  });

  test('carries no header back to the origin that it left', async () => {
    const target = await leading(() => `${server.origin}/again`);
    const server: RawServer = await listen((socket, received) => {
      if (!hasWhole(received)) return;
      socket.write(received.includes('/again') ? answer('RIFF') : redirect(target.origin));
    });

    const result = await open([server.port, target.port]).send(get(server.origin, OURS));

    expect(summary(result)).toBe('response 200 RIFF');
    const again = server.received.join('').split('/again')[1];
    expect(again).not.toContain('s3cret');
  });

  test('each hop is judged: a private address is not reached', async () => {
    const target = await storage();
    const server = await leading(() => target.origin);

    const result = await open([server.port]).send(get(server.origin, OURS));

    expect(summary(result)).toMatch(/^blocked blocked_/);
    expect(target.connections()).toBe(0);
  });

  test('pinned origins stay pinned', async () => {
    const target = await storage();
    const server = await leading(() => target.origin);
    const egress = open([server.port, target.port]);

    const result = await egress.send(get(server.origin, { ...OURS, origins: [server.origin] }));

    expect(summary(result)).toBe('blocked blocked_origin');
    expect(target.connections()).toBe(0);
  });

  test('at most three hops are followed', async () => {
    const last = await leading(() => last.origin);
    const server = await leading(() => last.origin);

    const result = await open([server.port, last.port]).send(get(server.origin, OURS));

    expect(summary(result)).toBe('response 302 ');
    expect(last.received.join('').split('GET ').length - 1).toBe(3);
  });

  test('only a GET is', async () => {
    const target = await storage();
    const server = await leading(() => target.origin);
    const egress = open([server.port, target.port]);

    const result = await egress.send(post(server.origin, '{}', { followsElsewhere: true }));

    expect(summary(result)).toBe('response 302 ');
    expect(target.connections()).toBe(0);
  });
});
