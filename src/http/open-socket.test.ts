import { connect, Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { parseAllowRules } from './allow-rules.ts';
import { openSocket } from './open-socket.ts';
import { createEgressKit } from './testing/egress-kit.ts';
import { judgeUrl } from './url-policy.ts';

const { listen, close } = createEgressKit();

afterEach(close);

/** Opens `http://crm.test` at addresses of which those in `silent` never accept. */
async function open(port: number, addresses: readonly string[], silent: readonly string[]) {
  const parsed = parseAllowRules(`127.0.0.0/8:${String(port)}`);
  const named = parseAllowRules(`crm.test:${String(port)}`);
  if (!parsed.ok || !named.ok) throw new Error('bad rules in the test');
  const policy = { allow: parsed.rules, plainHttp: named.rules };
  const verdict = judgeUrl(`http://crm.test:${String(port)}/`, policy);
  if (!verdict.ok) throw new Error(verdict.reason);
  const hanging: Socket[] = [];
  const asked: (string | undefined)[] = [];
  const opened = openSocket(
    verdict.target,
    {
      policy,
      resolve: async () => addresses,
      ca: undefined,
      limits: { connectMs: 300, nextAddressMs: 5 },
      connect: (to) => {
        asked.push(to.host);
        if (!silent.includes(to.host ?? '')) return connect(to);
        const socket = new Socket();
        hanging.push(socket);
        return socket;
      },
    },
    new AbortController().signal,
  );
  return { opened, hanging, asked };
}

test('beside an address that never accepts the next is tried, and the first to accept is taken', async () => {
  const server = await listen(() => undefined);

  const { opened, hanging, asked } = await open(
    server.port,
    ['127.0.0.2', '127.0.0.3', '127.0.0.1', '127.0.0.4'],
    ['127.0.0.2', '127.0.0.3'],
  );
  const socket = await opened;

  expect(socket.remoteAddress).toBe('127.0.0.1');
  expect(asked).toEqual(['127.0.0.2', '127.0.0.3', '127.0.0.1']);
  expect(hanging.map((each) => each.destroyed)).toEqual([true, true]);
  socket.destroy();
});

test('where no address accepts the deadline of the connection ends all attempts', async () => {
  const server = await listen(() => undefined);

  const { opened, hanging, asked } = await open(
    server.port,
    ['127.0.0.2', '127.0.0.3'],
    ['127.0.0.2', '127.0.0.3'],
  );

  await expect(opened).rejects.toMatchObject({ phase: 'connect', code: 'timeout' });
  expect(asked).toEqual(['127.0.0.2', '127.0.0.3']);
  expect(hanging.map((each) => each.destroyed)).toEqual([true, true]);
});
