import { sql } from 'kysely';

import type { Database } from './database.ts';

/** What a database says of itself, in words: its version and how it keeps what it commits. */
export async function describeDatabase(database: Database): Promise<string> {
  const { read, dialect } = database;
  if (dialect === 'sqlite') {
    const { rows } = await sql<{ version: string; mode: string }>`
      select sqlite_version() as version, journal_mode as mode from pragma_journal_mode`.execute(
      read,
    );
    const { version = '?', mode = '?' } = rows[0] ?? {};
    return `sqlite ${version}, checked, journal ${mode}, each commit synced`;
  }
  const { rows } = await sql<{ version: string; fsync: string; commit: string }>`
    select current_setting('server_version') as version, current_setting('fsync') as fsync,
      current_setting('synchronous_commit') as commit`.execute(read);
  const { version = '?', fsync = '?', commit = '?' } = rows[0] ?? {};
  return `postgres ${version}, fsync ${fsync}, synchronous_commit ${commit}`;
}
