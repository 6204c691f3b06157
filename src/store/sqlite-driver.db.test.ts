import { constants, DatabaseSync } from 'node:sqlite';

import { describe, expect, test } from 'vitest';

import { plannedOnce } from './sqlite-driver.ts';

describe('a statement with a bound limit or pattern', () => {
  /** Runs it with several values; gives the rows of each, and how often SQLite made a plan for them. */
  function run(
    sql: string,
    values: readonly (string | number)[],
  ): { readonly rows: readonly number[]; readonly plans: number } {
    const database = new DatabaseSync(':memory:');
    database.exec('create table fact (id integer primary key, name text) strict');
    for (let id = 1; id <= 9; id += 1) database.exec(`insert into fact values (${id}, 'a')`);
    let plans = 0;
    database.setAuthorizer((action) => {
      if (action === constants.SQLITE_SELECT) plans += 1;
      return constants.SQLITE_OK;
    });
    const statement = database.prepare(sql);
    const rows = values.map((value) => statement.all('a', value).length);
    database.close();
    return { rows, plans };
  }

  const limited = {
    sql: 'select id from fact where name = ? limit ?',
    values: [1, 5, 2, 5],
    rows: [1, 5, 2, 5],
  };
  const like = {
    sql: 'select id from fact where name = ? and id like ? order by id',
    values: ['1%', '%', '5', 'x%'],
    rows: [1, 9, 1, 0],
  };

  test.each([limited, like])('is planned once for all its runs', ({ sql, values, rows }) => {
    expect(run(plannedOnce(sql), values)).toEqual({ rows, plans: 1 });
  });

  test.each([limited, like])('would be planned anew as it is written', ({ sql, values, rows }) => {
    const ran = run(sql, values);

    expect(ran.rows).toEqual(rows);
    expect(ran.plans).toBeGreaterThan(values.length);
  });
});
