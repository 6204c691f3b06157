import { runBind } from './conformance/run-bind.ts';
import { runLint } from './conformance/run-lint.ts';
import { runPaging } from './conformance/run-paging.ts';
import { runRender } from './conformance/run-render.ts';
import { runVariables } from './conformance/run-variables.ts';
import type { Json } from '../src/document/json-value.ts';
import { readSuites } from './conformance/suite.ts';
import type { Case, Verdict } from './conformance/suite.ts';

const RUNNERS: ReadonlyMap<string, (json: Json) => Verdict> = new Map([
  ['render', runRender],
  ['missing-values', runRender],
  ['escaping', runRender],
  ['variables', runVariables],
  ['bind', runBind],
  ['paging', runPaging],
  ['lint', runLint],
]);

/**
 * Runs the conformance suites of the document language: files or folders of them. Prints each
 * failing case and a line of totals; the exit code is 1 on a failure or when nothing ran, 2 without
 * a path.
 */
function main(paths: readonly string[]): number {
  if (paths.length === 0) {
    process.stderr.write('usage: npm run -s conformance -- PATH...\n');
    return 2;
  }
  const totals = { passed: 0, failed: 0 };
  for (const each of readSuites(paths)) totals[runCase(each)] += 1;
  const { passed, failed } = totals;
  process.stdout.write(`${String(passed)} passed, ${String(failed)} failed, 0 skipped\n`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

function runCase(each: Case): 'passed' | 'failed' {
  const run = RUNNERS.get(each.suite);
  const verdict =
    run === undefined ? { expected: 'a known suite', got: each.suite } : run(each.json);
  if (verdict === undefined) return 'passed';
  process.stdout.write(
    `fail ${each.suite}: ${each.name}\n  rule     ${each.rule}\n` +
      `  expected ${verdict.expected}\n  got      ${verdict.got}\n`,
  );
  return 'failed';
}

process.exitCode = main(process.argv.slice(2));
