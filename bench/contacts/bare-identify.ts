import { DatabaseSync } from 'node:sqlite';

import { fastify } from 'fastify';
import pg from 'pg';

// The least that finding the owner of a number over HTTP can be: one route of Fastify, one query by
// primary key, no key, no organization, no look at what was found. Prints its port.

const SQL =
  'select contact.data from contact_number join contact on contact.id = contact_number.book * 4294967296 + contact_number.number where contact_number.book = $1 and contact_number.reversed = $2';

const [kind = '', place = ''] = process.argv.slice(2);
const find = kind === 'sqlite' ? bySqlite(place) : byPostgres(place);

const app = fastify();
app.get<{ Querystring: { number: string } }>('/identify', async ({ query }, reply) => {
  const reversed = Array.from(query.number.slice(1)).reverse().join('');
  return await reply.type('application/json').send(`[${(await find(reversed)).join(',')}]`);
});
const origin = await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${new URL(origin).port}\n`);
process.on('disconnect', () => process.exit(0));

type Find = (reversed: string) => Promise<readonly string[]>;

function bySqlite(path: string): Find {
  const statement = new DatabaseSync(path, { readOnly: true }).prepare(
    SQL.replaceAll(/\$\d/gu, '?'),
  );
  return (reversed) => Promise.resolve(statement.all(1, reversed).map(({ data }) => String(data)));
}

function byPostgres(url: string): Find {
  const pool = new pg.Pool({ connectionString: url });
  return async (reversed) => {
    const named = { name: 'identify', text: SQL, values: [1, reversed] };
    const { rows } = await pool.query<{ data: string }>(named);
    return rows.map(({ data }) => data);
  };
}
