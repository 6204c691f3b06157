import { describe, expect, it } from 'vitest';

import { createLookupCounter } from './count-lookups.ts';

/** A database whose writes end when they are told to, and that keeps nothing. */
function slowDatabase() {
  const waiting: (() => void)[] = [];
  return {
    waiting,
    database: {
      now: () => 0,
      write: () =>
        new Promise<never>((_, reject) => {
          waiting.push(() => reject(new Error('away')));
        }),
    },
  };
}

const ids = { next: () => 'id' };

describe('the counter of look-ups', () => {
  it('resolves a flush only after what an earlier one took is written too', async () => {
    const { database, waiting } = slowDatabase();
    const counter = createLookupCounter({ database, ids });
    counter.count('acme', 1);
    const order: string[] = [];
    const first = counter.flush().then(() => order.push('first'));
    const second = counter.flush().then(() => order.push('second'));
    await Promise.resolve();
    await Promise.resolve();

    expect(order).toEqual([]);
    waiting[0]?.();
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
    expect(waiting).toHaveLength(1);
  });

  it('writes nothing where nothing was counted', async () => {
    const { database, waiting } = slowDatabase();
    await createLookupCounter({ database, ids }).flush();

    expect(waiting).toHaveLength(0);
  });
});
