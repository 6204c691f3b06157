import { spawn } from 'node:child_process';

import * as z from 'zod';

import { freePort } from '../../scripts/test/free-port.ts';
import type { AuthorizationCounts, Orders } from './authorization-server-orders.ts';

export interface AuthorizationServer {
  readonly origin: string;
  /** `127.0.0.1:<port>`: what an egress exception names. */
  readonly host: string;
  /** Changes its behaviour; `revoke` takes all grants back, `expireAccessTokens` ends all access tokens. */
  order(
    orders: Partial<Orders> & {
      readonly revoke?: true;
      readonly expireAccessTokens?: true;
      readonly forgetCounts?: true;
    },
  ): Promise<void>;
  counts(): Promise<AuthorizationCounts>;
  /** What an API asks before it lets a request in (RFC 7662). */
  isActive(accessToken: string): Promise<boolean>;
  stop(): Promise<void>;
}

const Counts = z.object({
  code: z.number(),
  refresh: z.number(),
  refused: z.number(),
  turnedAway: z.number(),
});

/** Starts the authorization server in a process of its own; `redirectUris` are those of its client. */
export async function startAuthorizationServer(
  redirectUris: readonly string[],
): Promise<AuthorizationServer> {
  const port = await freePort();
  const program = 'test/real/authorization-server-program.ts';
  const child = spawn(process.execPath, [program, String(port), ...redirectUris], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-10_000)));
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('ready')) resolve();
    });
    child.once('exit', () => reject(new Error(`The authorization server ended:\n${log}`)));
  });
  const origin = `http://127.0.0.1:${port}`;
  const post = async (path: string, body: string): Promise<unknown> => {
    const answer: unknown = await (
      await fetch(`${origin}${path}`, { method: 'POST', body })
    ).json();
    return answer;
  };
  return {
    origin,
    host: `127.0.0.1:${port}`,
    order: async (orders) => {
      await post('/control', JSON.stringify(orders));
    },
    counts: async () => Counts.parse(await (await fetch(`${origin}/control`)).json()),
    isActive: async (token) => (await post('/active', token)) === true,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      await ended;
    },
  };
}
