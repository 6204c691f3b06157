import { addCounts, ONE_FAILED, ONE_SKIPPED, skipsAsFailures, totalsLine } from './test/counts.ts';
import type { Counts } from './test/counts.ts';
import { createNeeds, type NeedAnswer, type NeedName, type Needs } from './test/needs.ts';
import { STAGES, type Stage, type StageContext, type StageRun } from './test/stages.ts';

/**
 * `npm test`: every check and every suite, cheapest first, ending with `N passed, N failed, N skipped`.
 * `npm test -- unit db` runs those stages alone. `--install`, and `CI=true`, install what the tests need
 * from the system; under `CI=true` whatever a machine could not run counts as failed.
 */
async function main(args: readonly string[]): Promise<number> {
  const isCi = process.env['CI'] === 'true';
  const names = args.filter((arg) => arg !== '--install');
  const unknown = names.filter((name) => !STAGES.some((stage) => stage.name === name));
  if (unknown.length > 0) {
    const known = STAGES.map((stage) => stage.name).join(', ');
    write(`No stage is called "${unknown.join('", "')}". The stages are: ${known}.`);
    return 2;
  }
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  process.once('SIGTERM', () => abort.abort());

  const needs = createNeeds({ install: isCi || args.includes('--install'), log: write });
  const passed = new Set<string>();
  const all: Counts[] = [];
  try {
    for (const stage of STAGES) {
      if (abort.signal.aborted || (names.length > 0 && !names.includes(stage.name))) {
        continue;
      }
      const counts = await report(stage, { needs, signal: abort.signal, isCi, passed, names });
      all.push(counts);
    }
  } finally {
    await needs.close();
  }
  const total = addCounts(all);
  const nothingRan = total.passed + total.failed + total.skipped === 0;
  write(abort.signal.aborted ? '\nstopped from outside' : '');
  write(totalsLine(nothingRan ? ONE_FAILED : total));
  return total.failed > 0 || nothingRan || abort.signal.aborted ? 1 : 0;
}

interface Progress {
  readonly needs: Needs;
  readonly signal: AbortSignal;
  readonly isCi: boolean;
  readonly names: readonly string[];
  /** Names of the stages that passed; grows. */
  readonly passed: Set<string>;
}

/** Runs a stage, writes its line, and what it printed if something failed. */
async function report(stage: Stage, progress: Progress): Promise<Counts> {
  const started = performance.now();
  const { run, note } = await runStage(stage, progress);
  const counts = progress.isCi ? skipsAsFailures(run.counts) : run.counts;
  const seconds = `${((performance.now() - started) / 1000).toFixed(1)} s`;
  const verdict = counts.failed > 0 ? 'FAILED' : counts.passed > 0 ? 'ok' : '-';
  const numbers = totalsLine(counts).replace(', 0 skipped', '').replace(', 0 failed', '');
  write(
    `${stage.name.padEnd(12)} ${verdict.padEnd(6)} ${seconds.padStart(8)}   ${note ?? numbers}`,
  );
  if (counts.failed === 0) {
    progress.passed.add(stage.name);
  } else {
    write(`\n${run.output.trim()}\n\nrepair: ${stage.repair}\n`);
  }
  return counts;
}

async function runStage(
  stage: Stage,
  progress: Progress,
): Promise<{ run: StageRun; note?: string }> {
  const absent = stage.absent?.();
  if (absent !== undefined) {
    return { run: { counts: addCounts([]), output: '' }, note: `not here: ${absent}` };
  }
  const broken = (stage.after ?? []).find(
    (name) =>
      !progress.passed.has(name) && (progress.names.length === 0 || progress.names.includes(name)),
  );
  if (broken !== undefined) {
    return { run: { counts: ONE_FAILED, output: `not run, because ${broken} failed` } };
  }
  const context: StageContext = { env: {}, signal: progress.signal };
  const need = await meetAll(progress.needs, stage.needs ?? []);
  if (need.status === 'ready') {
    return { run: await stage.run({ ...context, env: need.env }) };
  }
  const skipped: StageRun = { counts: ONE_SKIPPED, output: need.reason };
  if (stage.withoutNeed === 'skip') {
    return { run: skipped, note: `1 skipped: ${need.reason}` };
  }
  const part = await stage.run(context);
  const counts = part.counts.skipped > 0 ? part.counts : addCounts([part.counts, ONE_SKIPPED]);
  return {
    run: { counts, output: `${part.output}\n${need.reason}` },
    note: `${totalsLine(counts)} (PostgreSQL's half: ${need.reason})`,
  };
}

/** The variables of all that a stage needs, or why one of them is missing. */
async function meetAll(needs: Needs, names: readonly NeedName[]): Promise<NeedAnswer> {
  const env: Record<string, string> = {};
  for (const name of names) {
    const answer = await needs.meet(name).catch((error: unknown) => ({
      status: 'missing' as const,
      reason: error instanceof Error ? error.message : 'unknown error',
    }));
    if (answer.status === 'missing') return answer;
    Object.assign(env, answer.env);
  }
  return { status: 'ready', env };
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main(process.argv.slice(2));
