import { expect, it } from 'vitest';

import { openPipeline } from '../calls/testing/pipeline.ts';
import { SEEDED } from '../calls/testing/seed.ts';
import { listConnectionStates } from '../connections/connections-repository.ts';
import type { OpenConnections } from '../connections/open-connection.ts';
import { AppError } from '../errors/app-error.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { createConnectionBook } from './connection-book.ts';

describeDatabases('the connections of an organization', ({ open }) => {
  const bookOf = async (openConnection: OpenConnections['open']) => {
    const { database } = await openPipeline(open, { connections: ['con-2'] });
    const logged: unknown[] = [];
    const book = createConnectionBook({
      openConnections: {
        open: openConnection,
        list: async (scope) =>
          (await listConnectionStates(database.read, scope)).map(({ id }) => ({
            id,
            open: () => openConnection(scope, id),
          })),
      },
      log: { error: (fields) => logged.push(fields['connection_id']) },
    });
    return { book, logged };
  };

  it('are named where they cannot be opened, and each is logged once', async () => {
    const { book, logged } = await bookOf(() =>
      Promise.reject(new AppError('internal', 'The secret cannot be opened.')),
    );

    const first = await book.ofOrganization(SEEDED.organizationId);
    const again = await book.ofOrganization(SEEDED.organizationId);

    expect(first).toEqual({ open: [], shut: ['con-1', 'con-2'] });
    expect(again).toEqual(first);
    expect(logged).toEqual(['con-1', 'con-2']);
  });

  it('are left out where they were removed meanwhile', async () => {
    const { book, logged } = await bookOf(() =>
      Promise.reject(new AppError('not_found', 'There is no such connection.')),
    );

    expect(await book.ofOrganization(SEEDED.organizationId)).toEqual({ open: [], shut: [] });
    expect(logged).toEqual([]);
  });

  it('are not taken for shut when the database is away', async () => {
    const away = new AppError('database_unavailable', 'The database did not answer.');
    const { book } = await bookOf(() => Promise.reject(away));

    await expect(book.ofOrganization(SEEDED.organizationId)).rejects.toBe(away);
  });
});
