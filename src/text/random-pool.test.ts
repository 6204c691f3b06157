import { expect, test } from 'vitest';

import { poolRandomBytes } from './random-pool.ts';

function counting(): { next(size: number): Uint8Array; readonly asked: number[] } {
  const asked: number[] = [];
  let value = 0;
  return {
    asked,
    next: (size) => {
      asked.push(size);
      return Uint8Array.from({ length: size }, () => {
        value += 1;
        return value % 251;
      });
    },
  };
}

test('hands out every byte once, and asks for more only when the pool is used up', () => {
  const source = counting();
  const random = poolRandomBytes(source.next);

  const first = Array.from(random(8));
  const second = Array.from(random(8));
  for (let drawn = 2; drawn < 512; drawn += 1) random(8);
  const askedBefore = source.asked.length;
  random(1);

  expect(first).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(second).toEqual([9, 10, 11, 12, 13, 14, 15, 16]);
  expect(askedBefore).toBe(1);
  expect(source.asked.length).toBe(2);
});

test('gives more than a pool holds straight from the source', () => {
  const source = counting();
  const random = poolRandomBytes(source.next);

  expect(random(5_000)).toHaveLength(5_000);
  expect(source.asked).toEqual([5_000]);
});
