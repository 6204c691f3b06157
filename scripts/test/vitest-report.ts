import type { Counts } from './counts.ts';

/** The members of Vitest's JSON report that are read here (`--reporter=json`). */
interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

/**
 * Counts the tests of a Vitest JSON report. A run that ended with an error of its own (a file that does
 * not load, an error outside of any test, no test at all) has at least one failure, whatever it counted.
 */
export function countReport(report: unknown, exitCode: number): Counts {
  const counts = isReport(report)
    ? {
        passed: report.numPassedTests,
        failed: report.numFailedTests,
        skipped: report.numPendingTests + report.numTodoTests,
      }
    : { passed: 0, failed: 0, skipped: 0 };
  const ranNothing = counts.passed + counts.failed === 0;
  const endedBadly = exitCode !== 0 && counts.failed === 0;
  return ranNothing || endedBadly ? { ...counts, failed: Math.max(counts.failed, 1) } : counts;
}

function isReport(value: unknown): value is VitestReport {
  const names = ['numPassedTests', 'numFailedTests', 'numPendingTests', 'numTodoTests'];
  return (
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => typeof Reflect.get(value, name) === 'number')
  );
}
