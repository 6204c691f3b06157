import pg from 'pg';

export interface PostgresDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** Makes an empty database on a server, the one that TEST_DATABASE_URL names, for programs under test. */
export async function createPostgresDatabase(
  server = process.env['TEST_DATABASE_URL'] ?? '',
): Promise<PostgresDatabase> {
  if (server === '') {
    throw new Error(
      'TEST_DATABASE_URL must name a PostgreSQL server; npm test -- real starts one.',
    );
  }
  const name = `patchcord_real_${crypto.randomUUID().replaceAll('-', '')}`;
  await administer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => administer(server, `drop database if exists ${name} with (force)`),
  };
}

async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
