import { expect, test } from 'vitest';

import type { Clock } from '../time/clock.ts';
import { closeInOrder } from './close-in-order.ts';

const patient: Clock = {
  now: () => 0,
  monotonic: () => 0,
  sleep: (_ms, signal) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new Error('aborted')));
    }),
};
const impatient: Clock = { ...patient, sleep: () => Promise.resolve() };

test('what was opened is closed in the given order, also after a failure', async () => {
  const seen: string[] = [];
  const lines: string[] = [];
  const logger = { error: (_fields: object, message: string) => void lines.push(message) };

  await closeInOrder(
    [
      async () => void seen.push('intake'),
      () => Promise.reject(new Error('stuck')),
      async () => void seen.push('database'),
    ],
    { clock: patient, logger },
  );

  expect(seen).toEqual(['intake', 'database']);
  expect(lines).toEqual(['closing failed']);
});

test('closing that never ends is given up, with a word in the log', async () => {
  const lines: string[] = [];
  const logger = { error: (_fields: object, message: string) => void lines.push(message) };

  await closeInOrder([() => new Promise<void>(() => {})], { clock: impatient, logger });

  expect(lines).toEqual(['closing took too long']);
});
