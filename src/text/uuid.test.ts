import { describe, expect, it } from 'vitest';

import { createIds, firstIdAt, momentOfId } from './uuid.ts';

const MOMENTS = [0, 1, 1_772_366_400_000, 1_772_366_400_001, 2 ** 47];

function idAt(ms: number, byte: number): string {
  const clock = { now: () => ms, monotonic: () => ms, sleep: () => Promise.resolve() };
  return createIds({ clock, randomBytes: (size) => new Uint8Array(size).fill(byte) }).next();
}

describe('an id', () => {
  it.each(MOMENTS)('of %d tells when it was made', (ms) => {
    expect(momentOfId(idAt(ms, 0xff))).toBe(ms);
  });

  it.each(MOMENTS)('of %d is no less than the first of its moment', (ms) => {
    expect(firstIdAt(ms) < idAt(ms, 0)).toBe(true);
    expect(firstIdAt(ms + 1) > idAt(ms, 0xff)).toBe(true);
  });

  it('is compared with a part of a millisecond, and with a time before all', () => {
    expect([firstIdAt(5.7), firstIdAt(-1)]).toEqual([firstIdAt(5), firstIdAt(0)]);
  });

  it('that is none tells no moment', () => {
    expect([momentOfId(''), momentOfId('no id')]).toEqual([undefined, undefined]);
  });
});
