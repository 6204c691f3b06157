import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Crm } from '../crm.ts';
import type { Habits } from '../habits/habits.ts';
import { createCrmServer } from '../server.ts';

export const TOKEN = 'demo-token';

/** A demo CRM that listens, for tests. */
export interface RunningCrm {
  readonly crm: Crm;
  readonly habits: Habits;
  readonly folder: string;
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** Asks the API, with the token unless other headers are given. */
  ask(
    method: string,
    path: string,
    sent?: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> },
  ): Promise<{ readonly status: number; readonly headers: Headers; readonly body: unknown }>;
  close(): Promise<void>;
}

/** Starts a demo CRM in a folder of its own. Its clock stands unless `now` turns it; `random` draws percentages. */
export async function runCrm({
  now = () => Date.parse('2026-03-02T12:00:00.000Z'),
  random = () => 0,
}: {
  readonly now?: () => number;
  readonly random?: () => number;
} = {}): Promise<RunningCrm> {
  const folder = mkdtempSync(join(tmpdir(), 'patchcord-demo-crm-'));
  const crm = new Crm(folder, now);
  const { server, habits } = createCrmServer({
    ...{ crm, folder, random },
    token: TOKEN,
    tokenFile: 'data/demo/crm-token',
    callCommand: 'npm run -s demo:call',
    timeZone: 'UTC',
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has an address with a port.
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...{ crm, habits, folder, origin },
    async ask(method, path, { body, headers = { authorization: `Bearer ${TOKEN}` } } = {}) {
      const answer = await fetch(`${origin}${path}`, {
        method,
        headers: {
          ...headers,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      const isJson = answer.headers.get('content-type')?.includes('json') === true && text !== '';
      const parsed: unknown = isJson ? JSON.parse(text) : text;
      return { status: answer.status, headers: answer.headers, body: parsed };
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true });
    },
  };
}
