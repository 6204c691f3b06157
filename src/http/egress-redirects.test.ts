import { afterEach, describe, expect, test } from 'vitest';
import { answer, createEgressKit, get, summary } from './testing/egress-kit.ts';
import { hasWhole } from './testing/raw-server.ts';
import type { RawServer } from './testing/raw-server.ts';

const { listen, open, close } = createEgressKit();

afterEach(close);

/** Leads to these addresses, one after the other, and answers then. */
function leading(...to: (() => string)[]): Promise<RawServer> {
  return listen((socket, received) => {
    if (!hasWhole(received)) return;
    const next = to[(received.match(/GET /g) ?? []).length - 1];
    socket.write(
      next === undefined
        ? answer('there')
        : `HTTP/1.1 302 Found\r\nLocation: ${next()}\r\nContent-Length: 0\r\n\r\n`,
    );
  });
}

describe('a redirect', () => {
  test.each([
    ['nothing is pinned', (): Record<string, never> => ({})],
    ['its own origin is pinned', (own: string) => ({ origins: [own] })],
    ['both are pinned', (own: string, other: string) => ({ origins: [own, other] })],
  ])('to another origin is the answer, and followed nowhere: %s', async (_name, pinned) => {
    const target = await listen(() => undefined);
    const server = await leading(() => `${target.origin}/`);
    const egress = open([server.port, target.port]);

    const result = await egress.send(get(server.origin, pinned(server.origin, target.origin)));

    expect(summary(result)).toBe('response 302 ');
    expect(target.connections()).toBe(0);
  });

  test('to another port or scheme of the same host is one to another origin', async () => {
    const server = await leading(() => `https://127.0.0.1:${String(server.port)}/`);

    const result = await open([server.port]).send(get(server.origin));

    expect(summary(result)).toBe('response 302 ');
  });

  test('takes its turn before each hop, and the wait is not part of the deadline', async () => {
    const server = await leading(
      () => '/a',
      () => '/b',
    );
    const asked: number[] = [];
    const admitHop = async (): Promise<void> => {
      asked.push((server.received[0]?.match(/GET /g) ?? []).length);
      if (asked.length === 1) await new Promise((resolve) => setTimeout(resolve, 1_050));
    };

    const result = await open([server.port]).send(
      get(server.origin, { admitHop, deadlineMs: 1_000 }),
    );

    expect(summary(result)).toBe('response 200 there');
    expect(asked).toEqual([1, 2]);
  });

  test('is not followed by who gets no turn, which is no fault of the host', async () => {
    const server = await leading(() => '/a');
    const admitHop = (): Promise<void> => Promise.reject(new Error('none is free'));

    const result = await open([server.port]).send(get(server.origin, { admitHop }));

    expect(summary(result)).toBe('before_write aborted');
    expect(server.received[0]?.match(/GET /g)).toHaveLength(1);
  });
});
