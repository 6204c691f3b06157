import { randomBytes } from 'node:crypto';

import { beforeEach, expect, it } from 'vitest';

import { AppError } from '../errors/app-error.ts';
import type { Database } from '../store/database.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { CHUNK_BYTES } from './sealed-chunks.ts';
import { createTableSpool } from './table-spool.ts';
import { inPieces, readAll, spoolCases } from './testing/spool-cases.ts';
import type { SpoolFixture } from './testing/spool-cases.ts';

const KEY = new Uint8Array(32).fill(3);

describeDatabases('the spool in a table', ({ open }) => {
  let database: Database;

  beforeEach(async () => {
    database = await open();
  });

  const chunks = () =>
    database.read
      .selectFrom('recording_chunk')
      .selectAll()
      .orderBy('file')
      .orderBy('number')
      .execute();
  const change = async (number: number, sealed: Uint8Array | undefined): Promise<void> => {
    await database.write(async (transaction) => {
      if (sealed === undefined) {
        await transaction.deleteFrom('recording_chunk').where('number', '=', number).execute();
      } else {
        await transaction
          .updateTable('recording_chunk')
          .set({ sealed })
          .where('number', '=', number)
          .execute();
      }
    });
  };
  const fixture: SpoolFixture = {
    spool: (options) => createTableSpool({ database, key: KEY, randomBytes, ...options }),
    sealed: async () => Buffer.concat((await chunks()).map(({ sealed }) => sealed)),
    truncate: async (bytes) => {
      const last = (await chunks()).at(-1);
      if (last === undefined) throw new Error('nothing is stored');
      const rest = last.sealed.subarray(0, last.sealed.length - bytes);
      await change(last.number, rest.length === 0 ? undefined : rest);
    },
    flip: async (at) => {
      const sealed = Buffer.from((await chunks())[0]?.sealed ?? []);
      sealed[at] = (sealed[at] ?? 0) ^ 1;
      await change(0, sealed);
    },
  };

  spoolCases(() => fixture);

  it('is read by a node that did not write it', async () => {
    const bytes = randomBytes(CHUNK_BYTES + 9);
    const { file, size } = await fixture.spool().store(inPieces(bytes, 70_000));

    const read = await readAll(fixture.spool().read({ file, size }));

    expect(read.equals(bytes)).toBe(true);
  });

  it('puts each chunk on disk as it comes: what a killed process wrote is swept later', async () => {
    const killed = new Error('the process was killed');
    // A process that dies removes nothing.
    const dying: Database = {
      ...database,
      writeApart: async (job) => {
        if ((await chunks()).length < 2) return await database.writeApart(job);
        throw killed;
      },
    };
    const spool = createTableSpool({ database: dying, key: KEY, randomBytes });

    const stored = spool.store(inPieces(randomBytes(3 * CHUNK_BYTES + 1), CHUNK_BYTES));

    await expect(stored).rejects.toThrow(killed);
    const left = await chunks();
    expect(left.map(({ number }) => number)).toEqual([0, 1]);
    const names = await spool.leftovers({ writtenBefore: Date.now() + 60_000, limit: 9 });
    expect(names).toEqual([left[0]?.file]);
    for (const name of names) await fixture.spool().remove(name);
    expect(await chunks()).toEqual([]);
  });

  it('answers with the reason of the database when a chunk cannot be written', async () => {
    const full = new AppError('storage_full', 'The disk is full.');
    let writes = 0;
    const filling: Database = {
      ...database,
      writeApart: async (job) => {
        writes += 1;
        if (writes === 2) throw full;
        return await database.writeApart(job);
      },
    };
    const spool = createTableSpool({ database: filling, key: KEY, randomBytes });

    await expect(spool.store(inPieces(randomBytes(2 * CHUNK_BYTES), 90_000))).rejects.toBe(full);
    expect(await chunks()).toEqual([]);
  });

  it('moves many files at the same time, each with its own bytes', async () => {
    const spool = fixture.spool();
    const files = Array.from({ length: 8 }, (_, at) => randomBytes(CHUNK_BYTES + at));

    const stored = await Promise.all(files.map((bytes) => spool.store(inPieces(bytes, 200_000))));
    const read = await Promise.all(stored.map((file) => readAll(spool.read(file))));

    expect(read.every((bytes, at) => bytes.equals(files[at] ?? Buffer.alloc(0)))).toBe(true);
  });
});
