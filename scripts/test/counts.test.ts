import { describe, expect, it } from 'vitest';

import { addCounts, readTotalsLine, skipsAsFailures, totalsLine } from './counts.ts';
import { countReport } from './vitest-report.ts';

describe('totals', () => {
  it('adds up the counts of several runs', () => {
    const total = addCounts([
      { passed: 1, failed: 0, skipped: 2 },
      { passed: 3, failed: 1, skipped: 0 },
    ]);

    expect(total).toEqual({ passed: 4, failed: 1, skipped: 2 });
  });

  it('reads back the line it writes, as the last line of an output', () => {
    const counts = { passed: 12, failed: 3, skipped: 4 };

    expect(readTotalsLine(`some case failed\n${totalsLine(counts)}\n`)).toEqual(counts);
  });

  it('finds no totals where the last line is something else', () => {
    expect(readTotalsLine('1 passed, 0 failed, 0 skipped\nbut then it crashed')).toBeUndefined();
  });

  it('counts what was skipped as failed where nothing may be skipped', () => {
    expect(skipsAsFailures({ passed: 2, failed: 1, skipped: 3 })).toEqual({
      passed: 2,
      failed: 4,
      skipped: 0,
    });
  });
});

describe('the report of a Vitest run', () => {
  const report = (passed: number, failed: number, pending = 0, todo = 0) => ({
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: pending,
    numTodoTests: todo,
  });

  it.each([
    ['all passed', report(5, 0), 0, { passed: 5, failed: 0, skipped: 0 }],
    ['some failed', report(5, 2), 1, { passed: 5, failed: 2, skipped: 0 }],
    ['skipped and planned tests', report(5, 0, 1, 2), 0, { passed: 5, failed: 0, skipped: 3 }],
    ['a file that does not load', report(5, 0), 1, { passed: 5, failed: 1, skipped: 0 }],
    ['no test at all', report(0, 0), 0, { passed: 0, failed: 1, skipped: 0 }],
    ['nothing but skipped tests', report(0, 0, 3), 0, { passed: 0, failed: 1, skipped: 3 }],
    ['no report', undefined, 0, { passed: 0, failed: 1, skipped: 0 }],
  ])('counts %s', (_name, value, exitCode, counts) => {
    expect(countReport(value, exitCode)).toEqual(counts);
  });
});
