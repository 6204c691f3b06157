import { beforeEach, expect, test } from 'vitest';

import { createRecentAnswers } from './recent-answers.ts';
import type { RecentAnswers } from './recent-answers.ts';

const NOBODY = { kind: 'nobody' } as const;
let now = 0;
let recent: RecentAnswers;

beforeEach(() => {
  now = 0;
  recent = createRecentAnswers(() => now);
});

test("one connection's answer says nothing of another's, nor of another number", () => {
  recent.keep('a', '4930', NOBODY);

  expect(recent.find('a', '4930')).toBe(NOBODY);
  expect(recent.find('b', '4930')).toBeUndefined();
  expect(recent.find('a', '4931')).toBeUndefined();
});

test('an answer counts for half a minute, and no more once somebody came', () => {
  recent.keep('a', '1', NOBODY);
  recent.keep('a', '2', NOBODY);
  recent.forget('a', '2');
  now = 29_999;
  expect([recent.find('a', '1'), recent.find('a', '2')]).toEqual([NOBODY, undefined]);

  now = 30_000;
  expect(recent.find('a', '1')).toBeUndefined();
});

test('no more than 10,000 are kept: the oldest goes first, and what is said again is new', () => {
  for (let number = 0; number < 10_000; number += 1) recent.keep('a', String(number), NOBODY);
  recent.keep('a', '0', NOBODY);
  recent.keep('a', 'one more', NOBODY);

  const known = ['0', '1', '2', 'one more'].map((number) => recent.find('a', number) === NOBODY);
  expect(known).toEqual([true, false, true, true]);
});
