import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { CrmOrder, CrmReport, Method } from './crm-messages.ts';
import { monotonicMs } from './monotonic.ts';

// The mock CRM, a process of its own: it answers at once and remembers when the first request of each
// kind came for a call. A call is known by the last seven digits of the caller's number.

const HEADERS = { 'content-type': 'application/json' };
const USERS = JSON.stringify({ users: [{ id: 'u1', name: 'Bob Agent', email: 'bob@bench.test' }] });

let times: Record<Method, [number, number][]> = empty();
let ended: number[] = [];

const server = createServer((request, response) => {
  const at = monotonicMs();
  const path = request.url ?? '';
  if (path === '/users') return answer(response, USERS);
  if (request.method === 'GET') {
    const phone = decodeURIComponent(path.slice(path.indexOf('=') + 1));
    note('find', numberOf(phone), at);
    return answer(response, contactOf(phone));
  }
  readBody(request, (body) => {
    if (request.method === 'POST') {
      const number = numberOf(/"phone":"([^"]*)"/u.exec(body)?.[1] ?? '');
      note('create', number, at);
      return answer(response, `{"call":{"id":"${number}"}}`);
    }
    const number = Number(path.slice(path.lastIndexOf('/') + 1));
    const stops = body.includes('"ended"');
    note(stops ? 'stop' : 'answer', number, at);
    if (stops) ended.push(number);
    return answer(response, '{}');
  });
});

server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  send({ kind: 'listening', port: typeof address === 'object' ? (address?.port ?? 0) : 0 });
});

// Whoever keeps calls in flight must hear soon of their end.
setInterval(() => {
  if (ended.length > 0) send({ kind: 'ended', calls: ended });
  ended = [];
}, 2);

process.on('message', (order: CrmOrder) => {
  if (order === 'stop') process.exit(0);
  send({ kind: 'times', times });
  times = empty();
});
process.on('disconnect', () => process.exit(0));

function empty(): Record<Method, [number, number][]> {
  return { find: [], create: [], answer: [], stop: [] };
}

function note(method: Method, call: number, at: number): void {
  times[method].push([call, at]);
}

function numberOf(phone: string): number {
  return Number(phone.slice(-7));
}

function contactOf(phone: string): string {
  const contact = {
    id: 'c1',
    first_name: 'Ada',
    last_name: 'Byron',
    company: 'Engines Ltd',
    phone,
  };
  return JSON.stringify({ contacts: [contact] });
}

function answer(response: ServerResponse, body: string): void {
  response.writeHead(200, HEADERS);
  response.end(body);
}

function readBody(request: IncomingMessage, done: (body: string) => void): void {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => (body += chunk));
  request.on('end', () => done(body));
}

function send(report: CrmReport): void {
  process.send?.(report);
}
