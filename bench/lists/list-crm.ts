import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';

// A CRM whose one answer is a list of many contacts, without its length: `/plain` and `/packed`.
// `node list-crm.ts <megabytes>` tells its port, the bytes and the records of the list on one line.

const bytes = Number(process.argv[2] ?? '100') * 1_000_000;

function contact(index: number): string {
  const number = String(index).padStart(7, '0');
  return JSON.stringify({
    id: 1_000_000 + index,
    type: 'person',
    first_name: `Zoë ${number.slice(0, 4)}`,
    last_name: `Müller-${number.slice(3)}`,
    company: { id: index % 5_000, name: `Acme ${String(index % 5_000)} Ltd` },
    title: index % 3 === 0 ? null : 'Buyer',
    email: `zoe.${number}@example.com`,
    phones: [{ kind: 'work', value: `+44 20 7${number.slice(1)}` }],
    updated_at: '2026-03-04T05:06:07Z',
  });
}

const parts: string[] = [];
let length = 0;
while (length < bytes) {
  const text = contact(parts.length);
  parts.push(text);
  length += Buffer.byteLength(text) + 1;
}
const plain = Buffer.from(`{"success":true,"data":{"items":[${parts.join(',')}]},"next":null}`);
const packed = gzipSync(plain, { level: 1 });

const server = createServer((request, response) => {
  const isPacked = request.url === '/packed';
  response.writeHead(200, {
    'content-type': 'application/json',
    ...(isPacked ? { 'content-encoding': 'gzip' } : {}),
  });
  const body = isPacked ? packed : plain;
  let at = 0;
  const send = (): void => {
    while (at < body.length) {
      const goesOn = response.write(body.subarray(at, at + 65_536));
      at += 65_536;
      if (!goesOn) return void response.once('drain', send);
    }
    response.end();
  };
  send();
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  process.stdout.write(`${String(port)} ${String(plain.length)} ${String(parts.length)}\n`);
});
