import { expect, it } from 'vitest';

import { AppError } from '../errors/app-error.ts';
import { createConnectionBook } from './connection-book.ts';

function bookOf(open: () => Promise<never>) {
  const logged: unknown[] = [];
  const book = createConnectionBook({
    openConnections: { open, list: () => Promise.resolve([]) },
    log: {
      error: (fields) => {
        logged.push(fields['connection_id']);
      },
    },
  });
  return { book, logged };
}

it('leaves out a connection that cannot be opened, so that all others are worked on, and says so once', async () => {
  const sealed = new AppError('internal', 'The secret cannot be opened.');
  const { book, logged } = bookOf(() => Promise.reject(sealed));

  const opened = [await book.open('org-1', 'con-1'), await book.open('org-1', 'con-1')];

  expect(opened).toEqual([undefined, undefined]);
  expect(logged).toEqual(['con-1']);
});

it('does not take a database that is away for a fault of the connection', async () => {
  const away = new AppError('database_unavailable', 'The database did not answer.');
  const { book, logged } = bookOf(() => Promise.reject(away));

  await expect(book.open('org-1', 'con-1')).rejects.toBe(away);

  expect(logged).toEqual([]);
});
