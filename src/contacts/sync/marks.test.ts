import { describe, expect, test } from 'vitest';

import { parseIso } from '../../time/date-format.ts';
import { laterMark, nextMarks, OVERLAP_MS, readMark, sinceOf } from './marks.ts';
import type { Mark } from './marks.ts';

const readMoment = (text: string): number | undefined => parseIso(text, 'UTC');
const NOON = Date.UTC(2026, 2, 1, 12);

describe('what a record says of its last change', () => {
  test.each<[what: string, text: string, mark: Mark]>([
    ['a moment', '2026-03-01T12:00:00Z', { at: NOON }],
    ['a moment with an offset', '2026-03-01T14:00:00+02:00', { at: NOON }],
    ['a version number', '4711', { text: '4711' }],
    ['a token', '0x00000000000007D1', { text: '0x00000000000007D1' }],
    ['a date that stands for never', '0001-01-01T00:00:00Z', { text: '0001-01-01T00:00:00Z' }],
  ])('%s', (_what, text, mark) => {
    expect(readMark(text, readMoment)).toEqual(mark);
  });
});

describe('of two marks the later one counts', () => {
  test.each<[what: string, a: Mark, b: Mark, later: Mark]>([
    ['moments', { at: 2 }, { at: 3 }, { at: 3 }],
    ['moments the other way', { at: 3 }, { at: 2 }, { at: 3 }],
    ['numbers by size', { text: '99' }, { text: '100' }, { text: '100' }],
    ['numbers with zeros before them', { text: '0100' }, { text: '99' }, { text: '0100' }],
    [
      'numbers that no double holds',
      { text: '900719925474099267' },
      { text: '900719925474099268' },
      { text: '900719925474099268' },
    ],
    ['texts by their letters', { text: 'b' }, { text: 'a' }, { text: 'b' }],
    ['a moment and a gap', { at: 1 }, { text: '0000-00-00' }, { at: 1 }],
    ['a gap and a moment', { text: '0000-00-00' }, { at: 1 }, { at: 1 }],
  ])('%s', (_what, a, b, later) => {
    expect(laterMark(a, b)).toEqual(later);
  });

  test('the first one has none before it', () => {
    expect(laterMark(undefined, { text: 'x' })).toEqual({ text: 'x' });
  });
});

describe('the next pass begins', () => {
  const base = { earlier: {}, raised: {}, startedAt: NOON };
  const [tells, silent] = [{ tells: true }, { tells: false }];

  test.each<[what: string, of: Parameters<typeof nextMarks>[0], marks: Record<string, Mark>]>([
    ['at the start of this one', { ...base, objects: [silent] }, { 0: { at: NOON } }],
    [
      'where records said, for each object by itself',
      { ...base, objects: [tells, silent], raised: { 0: { at: 5 } } },
      { 0: { at: 5 }, 1: { at: NOON } },
    ],
    [
      'never in the future',
      { ...base, objects: [tells], raised: { 0: { at: NOON + 1 } } },
      { 0: { at: NOON } },
    ],
    [
      'where it began before, when nobody changed',
      { ...base, objects: [tells], earlier: { 0: { text: '7' } } },
      { 0: { text: '7' } },
    ],
    [
      'never earlier than before',
      { ...base, objects: [tells], earlier: { 0: { at: 9 } }, raised: { 0: { at: 5 } } },
      { 0: { at: 9 } },
    ],
  ])('%s', (_what, of, marks) => {
    expect(nextMarks(of)).toEqual(marks);
  });
});

test('a moment is asked for with an overlap, a text as it came', () => {
  expect(sinceOf({ at: NOON })).toBe(NOON - OVERLAP_MS);
  expect(sinceOf({ text: '4711' })).toBe('4711');
  expect(sinceOf(undefined)).toBeUndefined();
});
