import { constants, DatabaseSync } from 'node:sqlite';

import { describe, expect, test } from 'vitest';

import { plannedOnce } from './sqlite-driver.ts';

describe('a statement with a bound limit', () => {
  /** Runs it with several limits; gives the rows of each, and how often SQLite made a plan for them. */
  function run(sql: string): { readonly rows: readonly number[]; readonly plans: number } {
    const database = new DatabaseSync(':memory:');
    database.exec('create table fact (id integer primary key, name text) strict');
    for (let id = 1; id <= 9; id += 1) database.exec(`insert into fact values (${id}, 'a')`);
    let plans = 0;
    database.setAuthorizer((action) => {
      if (action === constants.SQLITE_SELECT) plans += 1;
      return constants.SQLITE_OK;
    });
    const statement = database.prepare(sql);
    const rows = [1, 5, 2, 5].map((limit) => statement.all('a', limit).length);
    database.close();
    return { rows, plans };
  }

  const sql = 'select id from fact where name = ? limit ?';

  test('is planned once for all its runs', () => {
    expect(run(plannedOnce(sql))).toEqual({ rows: [1, 5, 2, 5], plans: 1 });
  });

  test('would be planned for each run as it is written', () => {
    expect(run(sql)).toEqual({ rows: [1, 5, 2, 5], plans: 5 });
  });
});
