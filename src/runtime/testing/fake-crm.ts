import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { answerWithHabit } from './fake-crm-habits.ts';
import type { Habit } from './fake-crm-habits.ts';
import { fakeCrmRoutes } from './fake-crm-routes.ts';
import type { FakeCall, FakeContact, FakeRoutes, FakeUser } from './fake-crm-routes.ts';

export interface FakeRequest {
  readonly method: string;
  /** Path with query, as sent. */
  readonly url: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Epoch milliseconds at which the whole request had been read. */
  readonly at: number;
}

/** Answers a request itself and returns true, or returns false to leave it to the small CRM. */
export type FakeHandler = (
  request: FakeRequest,
  response: ServerResponse,
) => boolean | Promise<boolean>;

export interface FakeCrm {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** `127.0.0.1:<port>`: what an egress exception names. */
  readonly host: string;
  readonly token: string;
  /** Every request that arrived whole, in order; also those answered by a habit. */
  readonly requests: FakeRequest[];
  readonly users: FakeUser[];
  readonly contacts: FakeContact[];
  readonly calls: FakeCall[];
  /** TCP connections accepted since the start. */
  connections(): number;
  /**
   * From now on requests of this route misbehave: `/contacts` (any method) or `POST /calls`.
   * `times` says how often before the route is healthy again; without it, for ever. `undefined`
   * heals the route at once. Path segments may be `*`.
   */
  behave(route: string, habit: Habit | undefined, options?: { readonly times?: number }): void;
  /** Stops listening and cuts every open connection. */
  close(): Promise<void>;
}

export interface FakeCrmOptions {
  readonly handler?: FakeHandler;
  readonly token?: string;
  /** Whether a Bearer token is good, where somebody else gives them out; then `token` counts no more. */
  readonly accepts?: (token: string) => Promise<boolean>;
  /** First id given to a new record; ids count up from it. Give 19 digits as text to test those. */
  readonly firstId?: string;
  readonly port?: number;
}

interface Rule {
  readonly route: string;
  readonly habit: Habit;
  left: number;
}

/**
 * Starts a small REST CRM on a free loopback port, with real sockets, for tests: Bearer token
 * required; `GET /users`, `GET /contacts?phone=&q=`, `POST /contacts`, `PATCH /contacts/:id`,
 * `POST /calls`, `GET /calls?key=`, `PATCH /calls/:id`, `POST /calls/:id/stop`,
 * `POST /calls/:id/recording` (multipart part `file`, or raw bytes).
 */
export async function startFakeCrm(options: FakeCrmOptions = {}): Promise<FakeCrm> {
  const token = options.token ?? 'fake-crm-token';
  const routes = fakeCrmRoutes({ token, firstId: BigInt(options.firstId ?? '1') });
  const requests: FakeRequest[] = [];
  const rules: Rule[] = [];
  const open = new Set<() => void>();
  let accepted = 0;

  const server = createServer((incoming, response) => {
    void answer(incoming, response).catch(() => response.destroy());
  });
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const early = takeRule(rules, incoming.method ?? 'GET', pathOf(incoming.url ?? '/'), true);
    if (early?.habit === 'reset_before_body') return void incoming.socket.resetAndDestroy();
    const request = await readRequest(incoming);
    requests.push(request);
    const rule = early ?? takeRule(rules, request.method, request.path, false);
    if (rule !== undefined) {
      return answerWithHabit(rule.habit, {
        request,
        response,
        healthy: async () => routes.run(await judged(request)),
      });
    }
    if (options.handler !== undefined && (await options.handler(request, response))) return;
    await answerHealthy(routes, await judged(request), response);
  };
  const judged = async (request: FakeRequest): Promise<FakeRequest> => {
    if (options.accepts === undefined) return request;
    const sent = /^Bearer (.+)$/.exec(request.headers['authorization'] ?? '')?.[1];
    const isGood = sent !== undefined && (await options.accepts(sent));
    const authorization = isGood ? `Bearer ${token}` : '';
    return { ...request, headers: { ...request.headers, authorization } };
  };
  server.on('connection', (socket) => {
    accepted += 1;
    const cut = (): void => void socket.destroy();
    open.add(cut);
    socket.on('close', () => open.delete(cut));
    socket.on('error', cut);
  });
  const port = await listen(server, options.port ?? 0);

  return {
    origin: `http://127.0.0.1:${String(port)}`,
    host: `127.0.0.1:${String(port)}`,
    token,
    requests,
    users: routes.users,
    contacts: routes.contacts,
    calls: routes.calls,
    connections: () => accepted,
    behave: (route, habit, { times } = {}) => {
      for (let index = rules.length - 1; index >= 0; index -= 1) {
        if (rules[index]?.route === route) rules.splice(index, 1);
      }
      if (habit !== undefined)
        rules.push({ route, habit, left: times ?? Number.POSITIVE_INFINITY });
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const cut of open) cut();
      }),
  };
}

async function answerHealthy(
  routes: FakeRoutes,
  request: FakeRequest,
  response: ServerResponse,
): Promise<void> {
  const { status, body } = await routes.run(request);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(body);
}

/** `early` asks only for the habit that must show before the body is read. */
function takeRule(
  rules: readonly Rule[],
  method: string,
  path: string,
  early: boolean,
): Rule | undefined {
  const rule = rules.find(
    (candidate) =>
      candidate.left > 0 &&
      (candidate.habit === 'reset_before_body') === early &&
      matches(candidate.route, method, path),
  );
  if (rule !== undefined) rule.left -= 1;
  return rule;
}

function matches(route: string, method: string, path: string): boolean {
  const [first = '', second] = route.split(' ');
  const wanted = (second ?? first).split('/');
  const got = path.split('/');
  return (
    (second === undefined || first === method) &&
    wanted.length === got.length &&
    wanted.every((segment, index) => segment === '*' || segment === got[index])
  );
}

async function readRequest(incoming: IncomingMessage): Promise<FakeRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const url = incoming.url ?? '/';
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) headers[name] = String(value);
  return {
    method: incoming.method ?? 'GET',
    url,
    path: pathOf(url),
    headers,
    body: Buffer.concat(chunks),
    at: Date.now(),
  };
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '/';
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('no port'));
      else resolve(address.port);
    });
  });
}
