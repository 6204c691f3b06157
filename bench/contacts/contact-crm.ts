import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';

import { madeUpContact } from '../../src/contacts/index/testing/made-up-contacts.ts';

// A CRM of so many contacts, a process of its own: `/contacts?page=` gives a page of 1,000, `/all` gives
// all of them in one answer without its length. Prints its port.

const PAGE = 1_000;
const count = Number(process.argv[2]);
const JSON_TYPE = { 'content-type': 'application/json' };

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://crm.invalid');
  response.writeHead(200, JSON_TYPE);
  if (url.pathname === '/all') return void pour(response);
  const from = (Number(url.searchParams.get('page')) - 1) * PAGE;
  response.end(`{"contacts":[${rows(from, Math.min(from + PAGE, count))}]}`);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  process.stdout.write(`${String(port)}\n`);
});
process.on('disconnect', () => process.exit(0));

async function pour(response: ServerResponse): Promise<void> {
  response.write('{"contacts":[');
  for (let from = 0; from < count; from += PAGE) {
    const part = rows(from, Math.min(from + PAGE, count));
    const isTaken = response.write(from === 0 ? part : `,${part}`);
    if (!isTaken) await new Promise((resolve) => response.once('drain', resolve));
  }
  response.end(']}');
}

function rows(from: number, to: number): string {
  const texts: string[] = [];
  for (let at = from; at < to; at += 1) {
    const { crmId: id, name, company, jobTitle, emails, phones } = madeUpContact(at);
    texts.push(JSON.stringify({ id, name, company, title: jobTitle, emails, phones }));
  }
  return texts.join(',');
}
