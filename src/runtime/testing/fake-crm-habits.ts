import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { FakeRequest } from './fake-crm.ts';
import type { FakeAnswer } from './fake-crm-routes.ts';

/** What a sick CRM does. A function writes the answer itself. */
export type Habit =
  | 'throttle'
  | 'unavailable'
  | 'server_error'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'refuse'
  | 'html'
  | 'empty'
  | 'no_id'
  | 'hang'
  | 'reset_before_body'
  | 'reset'
  | 'execute_then_drop'
  | 'execute_then_error'
  | 'truncate'
  | 'bad_chunking'
  | 'wrong_length'
  | 'gzip'
  | 'gzip_bomb'
  | 'endless'
  | 'slow_body'
  | 'redirect'
  | ((request: FakeRequest, response: ServerResponse) => void);

interface Situation {
  readonly request: FakeRequest;
  readonly response: ServerResponse;
  /** What the healthy CRM would do; calling it changes the CRM's records. */
  readonly healthy: () => Promise<FakeAnswer>;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const LOGIN_PAGE = '<!doctype html><html><title>Sign in</title><form>Please sign in</form></html>';
const BOMB_SIZE_BYTES = 16 * 1024 * 1024;

/** Answers one request in the manner of `habit`; the promise settles when nothing more follows. */
export async function answerWithHabit(habit: Habit, situation: Situation): Promise<void> {
  const { request, response } = situation;
  if (typeof habit === 'function') return habit(request, response);
  switch (habit) {
    case 'throttle':
      return send(response, 429, { 'retry-after': '7' }, '{"message":"slow down"}');
    case 'unavailable':
      return send(response, 503, {}, '{"message":"maintenance"}');
    case 'server_error':
      return send(response, 500, {}, '{"message":"internal"}');
    case 'unauthorized':
      return send(response, 401, {}, '{"message":"token expired"}');
    case 'forbidden':
      return send(response, 403, {}, '{"message":"no permission"}');
    case 'not_found':
      return send(response, 404, {}, '{"message":"not found"}');
    case 'conflict':
      return send(response, 409, {}, '{"message":"possible duplicate"}');
    case 'refuse':
      return send(response, 422, {}, '{"message":"subject is too long"}');
    case 'html':
      return send(response, 200, { 'content-type': 'text/html' }, LOGIN_PAGE);
    case 'empty':
      return send(response, 200, {}, '');
    case 'no_id':
      await situation.healthy();
      return send(response, 200, {}, '{"ok":true}');
    case 'hang':
      return;
    case 'reset_before_body':
    case 'reset':
      return void response.socket?.resetAndDestroy();
    case 'execute_then_drop':
      await situation.healthy();
      return void response.socket?.destroy();
    case 'execute_then_error':
      await situation.healthy();
      return send(response, 502, { 'content-type': 'text/html' }, '<h1>Bad gateway</h1>');
    case 'redirect':
      return send(response, 302, { location: `/moved${request.path}` }, '');
    case 'gzip': {
      const { status, body } = await situation.healthy();
      return send(response, status, { 'content-encoding': 'gzip' }, gzipSync(body));
    }
    case 'gzip_bomb':
      return send(
        response,
        200,
        { 'content-encoding': 'gzip' },
        gzipSync(Buffer.alloc(BOMB_SIZE_BYTES, 0x20)),
      );
    case 'endless':
      return pour(response);
    case 'slow_body':
      response.writeHead(200, { 'content-type': JSON_TYPE, 'content-length': '100' });
      response.write('{"calls":');
      return;
    case 'truncate':
    case 'bad_chunking':
    case 'wrong_length':
      return breakFraming(habit, await situation.healthy(), response);
    default:
      return habit satisfies never;
  }
}

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array,
): void {
  response.writeHead(status, { 'content-type': JSON_TYPE, ...headers });
  response.end(body);
}

/** Writes to the socket itself, since node:http would not let a lie through. */
function breakFraming(
  habit: 'truncate' | 'bad_chunking' | 'wrong_length',
  answer: FakeAnswer,
  response: ServerResponse,
): void {
  const socket = response.socket;
  if (socket === null) return;
  const head = `HTTP/1.1 ${String(answer.status)} OK\r\nContent-Type: ${JSON_TYPE}\r\n`;
  const size = Buffer.byteLength(answer.body);
  if (habit === 'bad_chunking') {
    socket.end(`${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n${answer.body}\r\n0\r\n\r\n`);
  } else if (habit === 'truncate') {
    const half = answer.body.slice(0, Math.floor(answer.body.length / 2));
    socket.end(`${head}Content-Length: ${String(size)}\r\n\r\n${half}`);
  } else {
    socket.end(`${head}Content-Length: ${String(size + 50)}\r\n\r\n${answer.body}`);
  }
}

/** A body without end; stops when the reader hangs up. */
function pour(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': JSON_TYPE });
  const chunk = Buffer.alloc(64 * 1024, 0x20);
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
}
