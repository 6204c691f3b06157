import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ONE_FAILED, ONE_PASSED, readTotalsLine, type Counts } from './counts.ts';
import type { NeedName } from './needs.ts';
import { runProgram, type ProgramRun } from './run-program.ts';
import { countReport } from './vitest-report.ts';

/** What one stage found; `output` is shown only when something failed. */
export interface StageRun {
  readonly counts: Counts;
  readonly output: string;
}

export interface StageContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** One line of the test run. */
export interface Stage {
  /** What `npm test -- NAME` selects. */
  readonly name: string;
  /** The command that repairs a failure, or shows it alone. */
  readonly repair: string;
  /** Programs of the system; if one is missing, `withoutNeed` says what happens. */
  readonly needs?: readonly NeedName[];
  /** `skip`: the stage is left out. `part`: its other tests run, and one skipped test stands for the rest. */
  readonly withoutNeed?: 'skip' | 'part';
  /** Earlier stages that must have passed. */
  readonly after?: readonly string[];
  /** Why there is nothing to run here, which is no skip: the suite is not part of this checkout. */
  absent?(): string | undefined;
  run(context: StageContext): Promise<StageRun>;
}

/** No stage takes half as long; one that hangs must not hold up a build for ever. */
const STAGE_LIMIT_MS = 20 * 60_000;

/** The language as data lives beside the checkout, not in it. */
const CONFORMANCE_DIR = process.env['CONFORMANCE_DIR'] ?? '../shared/conformance';

/** Every check and every suite, cheapest first. */
export const STAGES: readonly Stage[] = [
  check('format', 'format:check', 'npm run format'),
  check('lint', 'lint', 'npm run lint:fix'),
  check('types', 'typecheck', 'npm run typecheck'),
  check('generated', 'generate:check', 'npm run generate'),
  suite('repository', 'repository'),
  suite('unit', 'unit'),
  conformance(),
  { ...suite('db', 'database'), needs: ['postgres'], withoutNeed: 'part' },
  { ...suite('egress', 'egress'), needs: ['own-networks'], withoutNeed: 'skip' },
  check('build', 'build', 'npm run build'),
  { ...suite('package', 'package'), after: ['build'] },
  {
    ...suite('real', 'real'),
    needs: ['request-tracker', 'tryton', 'postgres'],
    withoutNeed: 'skip',
  },
  { ...suite('faults', 'faults'), needs: ['postgres'], withoutNeed: 'part' },
];

/** A program that is fine or not: one test. */
function check(name: string, script: string, repair: string): Stage {
  return {
    name,
    repair,
    async run(context) {
      const run = await runProgram(['npm', 'run', '--silent', script], {
        ...context,
        limitMs: STAGE_LIMIT_MS,
      });
      return { counts: run.exitCode === 0 ? ONE_PASSED : ONE_FAILED, output: run.output };
    },
  };
}

/** A project of `vitest.config.ts`, counted from its JSON report. */
function suite(name: string, project: string): Stage {
  return {
    name,
    repair: `npm test -- ${name}`,
    async run(context) {
      const folder = mkdtempSync(join(tmpdir(), 'patchcord-report-'));
      const report = join(folder, 'report.json');
      try {
        const run = await runProgram(
          [
            ...([
              'node',
              '-r',
              './scripts/check-node.cjs',
              'node_modules/vitest/vitest.mjs',
            ] as const),
            ...['run', '--project', project, '--passWithNoTests'],
            ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
          ],
          { ...context, limitMs: STAGE_LIMIT_MS },
        );
        const counts = countReport(readJson(report), run.exitCode);
        return { counts, output: run.output };
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

function conformance(): Stage {
  const files = globSync(join(CONFORMANCE_DIR, '*.json')).toSorted();
  return {
    name: 'conformance',
    repair: `npm run -s conformance -- ${join(CONFORMANCE_DIR, '*.json')}`,
    absent: () => (files.length > 0 ? undefined : `no suite in ${CONFORMANCE_DIR}`),
    async run(context) {
      const run = await runProgram(['npm', 'run', '--silent', 'conformance', '--', ...files], {
        ...context,
        limitMs: STAGE_LIMIT_MS,
      });
      return { counts: conformanceCounts(run), output: run.output };
    },
  };
}

/** A run that crashed after its totals, or before any, failed. */
function conformanceCounts(run: ProgramRun): Counts {
  const counts = readTotalsLine(run.output) ?? ONE_FAILED;
  return run.exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

function readJson(file: string): unknown {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return value;
  } catch {
    return undefined;
  }
}
