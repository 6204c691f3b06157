import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { madeUpContact } from '../../src/contacts/index/testing/made-up-contacts.ts';
import { monotonicMs } from '../load/monotonic.ts';

// A CRM of so many contacts, a process of its own: `/contacts?page=` gives a page of 1,000, `/find?phone=`
// a contact with this number after some milliseconds, and calls are taken. Prints its port; asked over
// the channel, it tells how long it took for each number.

const PAGE = 1_000;
const count = Number(process.argv[2]);
const findsAfterMs = Number(process.argv[3]);
const JSON_TYPE = { 'content-type': 'application/json' };
let times: [string, number][] = [];

const server = createServer((request, response) => {
  const at = monotonicMs();
  const url = new URL(request.url ?? '/', 'http://crm.invalid');
  if (url.pathname === '/find') return void find(url.searchParams.get('phone') ?? '', at, response);
  response.writeHead(200, JSON_TYPE);
  if (url.pathname !== '/contacts') return response.end('{"call":{"id":"1"},"users":[]}');
  const from = (Number(url.searchParams.get('page')) - 1) * PAGE;
  const rows: string[] = [];
  for (let row = from; row < Math.min(from + PAGE, count); row += 1) {
    const { crmId: id, name, company, jobTitle, emails, phones } = madeUpContact(row);
    rows.push(JSON.stringify({ id, name, company, title: jobTitle, emails, phones }));
  }
  return response.end(`{"contacts":[${rows.join(',')}]}`);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  process.stdout.write(`${String(port)}\n`);
});
process.on('message', () => {
  process.send?.(times);
  times = [];
});
process.on('disconnect', () => process.exit(0));

async function find(phone: string, at: number, response: ServerResponse): Promise<void> {
  await sleep(findsAfterMs);
  response.once('finish', () => times.push([phone, monotonicMs() - at]));
  response.writeHead(200, JSON_TYPE);
  response.end(JSON.stringify({ contacts: [{ id: `found-${phone}`, name: 'Ada Byron', phone }] }));
}
