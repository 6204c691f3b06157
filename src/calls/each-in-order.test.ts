import { expect, test, vi } from 'vitest';

import { eachInOrder } from './each-in-order.ts';

test('items of one key wait for each other, all others go on', async () => {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const results = eachInOrder(
    ['a1', 'a2', 'b1', '-1', '-2'],
    (item) => (item.startsWith('-') ? undefined : item[0]),
    (item) =>
      new Promise<string>((resolve) => {
        begun.push(item);
        ends.set(item, () => resolve(item.toUpperCase()));
      }),
  );

  expect(begun).toEqual(['a1', 'b1', '-1', '-2']);
  ends.get('a1')?.();
  await vi.waitFor(() => expect(begun).toHaveLength(5));
  for (const end of ends.values()) end();

  await expect(results).resolves.toEqual(['A1', 'A2', 'B1', '-1', '-2']);
});

test('what fails keeps those of its key from being worked on, and tells why', async () => {
  const begun: number[] = [];
  const results = eachInOrder(
    [1, 2],
    () => 'key',
    (item) => {
      begun.push(item);
      return Promise.reject(new Error(`item ${item}`));
    },
  );

  await expect(results).rejects.toThrow('item 1');
  expect(begun).toEqual([1]);
});
