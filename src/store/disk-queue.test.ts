import { expect, test } from 'vitest';

import { createDiskQueue } from './disk-queue.ts';
import type { CommittedJob } from './disk-queue.ts';

/** A job that resolves to what it was told. */
function aJob(soon = false): { readonly job: CommittedJob; readonly told: Promise<string> } {
  const { promise: told, resolve } = Promise.withResolvers<string>();
  const job = {
    soon,
    answer: () => resolve('answered'),
    fail: (err: unknown) => resolve(String(err)),
  };
  return { job, told };
}

test('every job is told that the disk failed, also those that come long after', async () => {
  const fatal: string[] = [];
  const queue = createDiskQueue(
    () => Promise.reject(new Error('EIO')),
    (err) => fatal.push(err.code),
  );
  const told: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    const { job, told: word } = aJob();
    queue.add([job]);
    told.push(await word);
    await queue.busy;
  }

  expect(fatal).toEqual(['database_failed']);
  expect(told).toEqual(Array.from({ length: 3 }, () => expect.stringMatching(/did not take/u)));
  expect(queue.busy).toBeUndefined();
});

test('whoever goes on at the commit is answered at once, and waits in no queue', async () => {
  const queue = createDiskQueue(
    () => new Promise(() => {}),
    () => {},
  );
  const { job, told } = aJob(true);

  queue.add([job]);

  expect(await told).toBe('answered');
});
