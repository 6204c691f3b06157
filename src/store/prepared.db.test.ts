import { expect, test } from 'vitest';

import { prepared, preparedChange, preparedRows } from './prepared.ts';
import { describeDatabases } from './testing/databases.ts';

const insertFact = prepared((handle, given: { name: string; value: string }) =>
  handle.insertInto('store_fact').values({ name: given.name, value: given.value }),
);
const readFact = prepared((handle, given: { name: string }) =>
  handle.selectFrom('store_fact').select('value').where('name', '=', given.name),
);
const changeFact = prepared((handle, given: { name: string; value: string }) =>
  handle
    .updateTable('store_fact')
    .set({ value: given.value })
    .where('name', '=', given.name)
    .where('value', '!=', 'fixed')
    .returning(['name', 'value']),
);

const insertFacts = preparedRows((handle, rows: readonly { name: string; value: string }[]) =>
  handle.insertInto('store_fact').values([...rows]),
);
const setFact = preparedChange((handle, given: { name: string; value: string }) =>
  handle.updateTable('store_fact').set({ value: given.value }).where('name', '=', given.name),
);

describeDatabases('a prepared statement', (databases) => {
  test('takes several rows, each with its own values', async () => {
    const database = await databases.open();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ name, value: name.toUpperCase() }));
    if (a === undefined || b === undefined || c === undefined) throw new Error('three rows');

    await database.write(async (transaction) => {
      await insertFacts(transaction, [a, b]);
      await insertFacts(transaction, [c]);
    });

    const values = await Promise.all(
      ['a', 'b', 'c'].map((name) => readFact(database.read, { name })),
    );
    expect(values.flat()).toEqual([{ value: 'A' }, { value: 'B' }, { value: 'C' }]);
  });

  test('says how many rows it changed', async () => {
    const database = await databases.open();
    await database.write((transaction) => insertFact(transaction, { name: 'a', value: '1' }));

    const changed = await database.write(async (transaction) => [
      await setFact(transaction, { name: 'a', value: '2' }),
      await setFact(transaction, { name: 'b', value: '2' }),
    ]);

    expect(changed).toEqual([1, 0]);
    expect(await readFact(database.read, { name: 'a' })).toEqual([{ value: '2' }]);
  });

  test('runs with the values of each call, in transactions and outside', async () => {
    const database = await databases.open();

    await database.write(async (transaction) => {
      await insertFact(transaction, { name: 'a', value: '1' });
      await insertFact(transaction, { name: 'b', value: '2' });
      await insertFact(transaction, { name: 'c', value: 'fixed' });
    });
    const changed = await database.write((transaction) =>
      changeFact(transaction, { name: 'b', value: '3' }),
    );
    const unchanged = await database.write((transaction) =>
      changeFact(transaction, { name: 'c', value: '4' }),
    );
    const read = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) => readFact(database.read, { name })),
    );

    expect(changed).toEqual([{ name: 'b', value: '3' }]);
    expect(unchanged).toEqual([]);
    expect(read).toEqual([[{ value: '1' }], [{ value: '3' }], [{ value: 'fixed' }], []]);
  });

  test('comes too late when the transaction of its job has ended', async () => {
    const database = await databases.open();
    let late: Promise<unknown> = Promise.resolve();
    await database.write(async (transaction) => {
      await insertFact(transaction, { name: 'a', value: '1' });
      late = new Promise((resolve) => {
        setTimeout(resolve, 20);
      }).then(() => insertFact(transaction, { name: 'b', value: '2' }));
    });

    await expect(late).rejects.toThrow(/transaction/iu);
    expect(await readFact(database.read, { name: 'b' })).toEqual([]);
  });

  test('may have members that are there or not', async () => {
    const database = await databases.open();
    const find = prepared((handle, given: { name?: string | undefined }) =>
      handle
        .selectFrom('store_fact')
        .select('name')
        .$if(given.name !== undefined, (query) => query.where('name', '=', given.name ?? ''))
        .orderBy('name'),
    );
    await database.write(async (transaction) => {
      await insertFact(transaction, { name: 'a', value: '1' });
      await insertFact(transaction, { name: 'b', value: '2' });
    });

    const one = await find(database.read, { name: 'b' });
    const both = await find(database.read, { name: undefined });
    const first = await find(database.read, { name: 'a' });

    expect([one, both, first].map((rows) => rows.map(({ name }) => name))).toEqual([
      ['b'],
      ['a', 'b'],
      ['a'],
    ]);
  });

  test('is built for a plugin each time, with its values', async () => {
    const database = await databases.open();
    const seen: unknown[] = [];
    const handle = database.read.withPlugin({
      transformQuery: ({ node }) => {
        seen.push(JSON.stringify(node).includes('looked-for'));
        return node;
      },
      transformResult: ({ result }) => Promise.resolve(result),
    });

    await readFact(database.read, { name: 'other' });
    await readFact(handle, { name: 'looked-for' });

    expect(seen).toEqual([true]);
  });
});
