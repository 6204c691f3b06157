import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What the token endpoint does once instead of its duty. */
export type TokenHabit =
  /** Carries the request out, and the answer never comes. */
  | 'execute_then_drop'
  /** Hangs up before anything is done. */
  | 'drop'
  | 'unavailable'
  | 'throttle'
  | 'login_page'
  /** Carries the request out and answers when `release` is called. */
  | 'hold';

export interface TokenRequest {
  readonly grantType: string;
  readonly fields: Readonly<Record<string, string>>;
}

export interface TokenServer {
  readonly origin: string;
  readonly port: number;
  /** Requests to the token endpoint, in order. */
  readonly requests: TokenRequest[];
  /** Requests to the API by their access token. */
  readonly calls: string[];
  /** Seconds that access tokens live; undefined: it is not said. */
  lifeSeconds: number | undefined;
  /** False: no refresh token is given. */
  refreshTokens: boolean;
  /** False: a refresh token stays good, and no new one is sent. */
  rotates: boolean;
  /** Milliseconds for which a replaced refresh token is still good. */
  graceMs: number;
  /** The account of the next person who signs in. */
  account: { id: string; name: string } | undefined;
  /** More members of a token answer. */
  extra: Readonly<Record<string, unknown>>;
  /** Client credentials, passwords and assertions are accepted. */
  accepts: boolean;
  /** The next requests misbehave, one habit each. */
  behave(...habits: readonly TokenHabit[]): void;
  /** All requests misbehave until `undefined`. */
  behaveAlways(habit: TokenHabit | undefined): void;
  /** Lets the answers go that were held. */
  release(): void;
  /** Takes all refresh tokens back, as a user does at the CRM. */
  revoke(): void;
  close(): Promise<void>;
}

/**
 * Starts an authorization server with an API on a loopback port, with real sockets: `POST /token`
 * takes the grants of RFC 6749 and RFC 7523 (any code but `bad` is good), `POST /login` gives a
 * session, `GET /api/me` says whose token it is. `now` is the test's clock.
 */
export async function startTokenServer(now: () => number): Promise<TokenServer> {
  const good = new Map<string, { until: number; account: TokenServer['account'] }>();
  const owners = new Map<string, TokenServer['account']>();
  const queue: TokenHabit[] = [];
  const held: (() => void)[] = [];
  let always: TokenHabit | undefined;
  let counter = 0;

  const issue = (account: TokenServer['account']): Record<string, unknown> => {
    counter += 1;
    const access = `access-${String(counter)}`;
    owners.set(access, account);
    const answer: Record<string, unknown> = { access_token: access, token_type: 'Bearer' };
    if (server.lifeSeconds !== undefined) answer['expires_in'] = server.lifeSeconds;
    return { ...answer, ...server.extra };
  };
  const withRefresh = (
    answer: Record<string, unknown>,
    account: TokenServer['account'],
  ): Record<string, unknown> => {
    if (!server.refreshTokens) return answer;
    const token = `refresh-${String(counter)}`;
    good.set(token, { until: Number.POSITIVE_INFINITY, account });
    return { ...answer, refresh_token: token };
  };
  const grant = ({ grantType, fields }: TokenRequest): Record<string, unknown> | undefined => {
    if (grantType === 'authorization_code') {
      return fields['code'] === 'bad'
        ? undefined
        : withRefresh(issue(server.account), server.account);
    }
    if (grantType !== 'refresh_token') {
      return server.accepts ? withRefresh(issue(server.account), server.account) : undefined;
    }
    const token = fields['refresh_token'] ?? '';
    const known = good.get(token);
    if (known === undefined || known.until <= now()) return undefined;
    if (!server.rotates) return issue(known.account);
    good.set(token, { ...known, until: Math.min(known.until, now() + server.graceMs) });
    return withRefresh(issue(known.account), known.account);
  };
  const answerToken = (request: TokenRequest, response: ServerResponse): void => {
    const habit = queue.shift() ?? always;
    if (habit === 'drop') return void response.socket?.destroy();
    if (habit === 'unavailable') return send(response, 503, { error: 'temporarily_unavailable' });
    if (habit === 'throttle') {
      response.setHeader('retry-after', '90');
      return send(response, 429, { message: 'slow down' });
    }
    if (habit === 'login_page') {
      response.writeHead(200, { 'content-type': 'text/html' });
      return void response.end('<html><title>Sign in</title></html>');
    }
    const answer = grant(request);
    if (habit === 'execute_then_drop') return void response.socket?.destroy();
    const reply = (): void =>
      answer === undefined
        ? send(response, 400, { error: 'invalid_grant', error_description: 'no such grant' })
        : send(response, 200, answer);
    if (habit === 'hold') held.push(reply);
    else reply();
  };
  const listener = createServer((incoming, response) => {
    void read(incoming).then((body) => {
      const fields = Object.fromEntries(new URLSearchParams(body));
      const path = (incoming.url ?? '/').split('?', 1)[0];
      if (path === '/token') {
        const request = { grantType: fields['grant_type'] ?? '', fields };
        server.requests.push(request);
        return answerToken(request, response);
      }
      if (path === '/login') {
        server.requests.push({ grantType: 'login', fields: { body } });
        if (!server.accepts) return send(response, 401, { message: 'wrong password' });
        counter += 1;
        return send(response, 200, { session: `session-${String(counter)}`, ttl: 600 });
      }
      const token = (incoming.headers.authorization ?? '').replace(/^Bearer /, '');
      server.calls.push(token);
      const owner = owners.get(token);
      return owner === undefined
        ? send(response, 401, { message: 'who are you' })
        : send(response, 200, owner);
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const server: TokenServer = {
    origin: `http://127.0.0.1:${String(port)}`,
    port,
    requests: [],
    calls: [],
    lifeSeconds: 3_600,
    refreshTokens: true,
    rotates: true,
    graceMs: 0,
    account: { id: 'acc-1', name: 'Ann' },
    extra: {},
    accepts: true,
    behave: (...habits) => void queue.push(...habits),
    behaveAlways: (habit) => {
      always = habit;
    },
    release: () => {
      for (const reply of held.splice(0)) reply();
    },
    revoke: () => good.clear(),
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        listener.closeAllConnections();
      }),
  };
  return server;
}

async function read(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
