import { expect, test } from 'vitest';
import { DEFAULT_LIMITS, totalDeadline } from './limits.ts';

const MIB = 1024 * 1024;

test('the bounds of an exchange are those that the operations guide promises', () => {
  expect(DEFAULT_LIMITS).toMatchObject({
    connectMs: 5_000,
    nextAddressMs: 250,
    headersMs: 15_000,
    idleMs: 10_000,
    totalMs: 30_000,
    downloadBytesPerSecond: 8_000,
    keepAliveMs: 20_000,
    freshSocketMs: 2_000,
    bodyBytes: 8 * MIB,
    headerBytes: 64 * 1024,
    compressionRatio: 100,
    redirects: 3,
  });
});

test.each([
  ['without a file', 0, 30_000],
  ['64 KiB in each second more', 64 * 1024 * 10, 40_000],
  ['at most a quarter of an hour', 1024 * MIB, 15 * 60_000],
])('the whole may take %s', (_name, fileBytes, expected) => {
  expect(totalDeadline(DEFAULT_LIMITS, fileBytes)).toBe(expected);
});
