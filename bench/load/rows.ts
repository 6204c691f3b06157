import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue } from 'node:sqlite';
import { join } from 'node:path';

import pg from 'pg';

export type Row = Readonly<Record<string, SQLInputValue>>;

/** A database without anything of the product between it and the benchmark. */
export interface Rows {
  all(text: string): Promise<readonly Row[]>;
  /** One statement; `parameters` stand for `?`, in their order. */
  run(text: string, parameters?: readonly SQLInputValue[]): Promise<void>;
  close(): Promise<void>;
}

/** Opens the database of a world: SQLite with a sync for each commit, or PostgreSQL. */
export function openRows(place: {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
}): Rows {
  return place.databaseUrl === undefined
    ? openFile(join(place.dataDir, 'patchcord.db'))
    : openPostgres(place.databaseUrl);
}

function openFile(path: string): Rows {
  const file = new DatabaseSync(path);
  file.exec('pragma synchronous=full; pragma cache_size=-32768');
  const prepared = new Map<string, ReturnType<typeof file.prepare>>();
  const prepare = (text: string): ReturnType<typeof file.prepare> => {
    const statement = prepared.get(text) ?? file.prepare(text);
    prepared.set(text, statement);
    return statement;
  };
  return {
    all: (text) => Promise.resolve(prepare(text).all()),
    run: (text, parameters = []) => {
      prepare(text).run(...parameters);
      return Promise.resolve();
    },
    close: () => {
      file.close();
      return Promise.resolve();
    },
  };
}

function openPostgres(url: string): Rows {
  const client = new pg.Client({ connectionString: url });
  const connected = client.connect();
  const numbered = (text: string): string => {
    let at = 0;
    return text.replaceAll('?', () => `$${(at += 1)}`);
  };
  return {
    all: async (text) => {
      await connected;
      return (await client.query<Row>(text)).rows;
    },
    run: async (text, parameters = []) => {
      await connected;
      const [name] = text.split('(', 1);
      await client.query({ text: numbered(text), values: [...parameters], name: name ?? text });
    },
    close: () => client.end(),
  };
}
