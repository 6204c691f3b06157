import type { IncomingMessage, ServerResponse } from 'node:http';

/** Requests that are remembered. */
const MOST_ENTRIES = 100;
/** Characters of a body that are kept. */
const MOST_TEXT = 2_000;
/** Queries that hold a secret. */
const SECRET_QUERIES = ['access_token', 'code', 'token', 'api_key'];

/** A request of the API as the page shows it; no token and no password is in it. */
export interface LoggedRequest {
  readonly number: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** How it signed in, by the first word of the header; empty without one. */
  readonly signIn: string;
  readonly sent: string;
  /** 0: it got no answer. */
  readonly status: number;
  readonly answered: string;
  readonly milliseconds: number;
}

export interface RequestLog {
  /** Of all requests that are over. */
  readonly count: number;
  /** Newest first. */
  readonly entries: readonly LoggedRequest[];
  /** Follows a request until it is over. */
  follow(asked: {
    request: IncomingMessage;
    response: ServerResponse;
    url: URL;
    body: Buffer;
  }): void;
  clear(): void;
}

/** The last 100 requests; `now` gives epoch milliseconds. */
export function createRequestLog(now: () => number): RequestLog {
  let entries: readonly LoggedRequest[] = [];
  let begun = 0;
  let over = 0;
  return {
    get entries() {
      return entries;
    },
    get count() {
      return over;
    },
    clear() {
      entries = [];
    },
    follow({ request, response, url, body }) {
      const at = now();
      const answered = keepText(response);
      begun += 1;
      const number = begun;
      response.once('close', () => {
        const isSecret = /^\/(api\/session|oauth\/)/.test(url.pathname);
        const entry: LoggedRequest = {
          ...{ number, at, method: request.method ?? '', path: shownPath(url) },
          signIn: signInOf(request),
          sent: isSecret ? '' : shownBody(body, request.headers['content-type'] ?? ''),
          status: response.writableFinished ? response.statusCode : 0,
          answered: isSecret ? '' : answered(),
          milliseconds: Math.max(0, now() - at),
        };
        over += 1;
        entries = [entry, ...entries].slice(0, MOST_ENTRIES);
      });
    },
  };
}

function shownPath(url: URL): string {
  const pairs = url.search
    .slice(1)
    .split('&')
    .map((pair) => {
      const [name = ''] = new URLSearchParams(pair).keys();
      return SECRET_QUERIES.includes(name) ? `${name}=[hidden]` : pair;
    });
  return `${url.pathname}${url.search === '' ? '' : `?${pairs.join('&')}`}`;
}

function signInOf({ headers }: IncomingMessage): string {
  if (headers['x-session'] !== undefined) return 'Session';
  return /^[A-Za-z]+(?= )/.exec(headers.authorization ?? '')?.[0] ?? '';
}

function shownBody(body: Buffer, type: string): string {
  if (body.byteLength === 0) return '';
  if (!/json|text|urlencoded/.test(type)) {
    return `${type.split(';')[0] ?? ''}, ${body.byteLength} bytes`;
  }
  return short(body.toString('utf8'));
}

function short(text: string): string {
  return text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text;
}

/** The text that the response ends with, once it has. */
function keepText(response: ServerResponse): () => string {
  let text = '';
  const end = response.end.bind(response);
  response.end = (chunk?: unknown, ...rest: readonly unknown[]) => {
    text = typeof chunk === 'string' ? short(chunk) : '';
    return Reflect.apply(end, response, [chunk, ...rest]);
  };
  return () => text;
}
