import { expect, it } from 'vitest';

import { runChores } from './run-chores.ts';

it('does every chore in its order, whichever of them fails, and says which did', async () => {
  const done: string[] = [];
  const failed: unknown[] = [];

  await runChores(
    {
      first: () => Promise.reject(new Error('the first failed')),
      second: async () => done.push('second'),
    },
    { warn: (fields) => failed.push(fields['chore']) },
  );

  expect(done).toEqual(['second']);
  expect(failed).toEqual(['first']);
});
