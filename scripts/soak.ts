import { randomInt } from 'node:crypto';

import { systemClock } from '../src/time/clock.ts';
import { measureRestart, restartTable } from '../test/soak/restart.ts';
import { runSoak } from '../test/soak/run-soak.ts';
import { readSoakOptions, SOAK_USAGE, UsageError } from '../test/soak/soak-options.ts';
import type { SoakOptions } from '../test/soak/soak-options.ts';
import { progressLine, resultTable } from '../test/soak/soak-report.ts';

const LINE_EVERY_MS = 10_000;

/**
 * `npm run soak`: kills servers for minutes and proves that no call is lost; test/soak/README.md.
 * Gives 0 when every promise was kept (or the planted bug was found), 1 otherwise, 2 for wrong usage.
 */
async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    write(SOAK_USAGE);
    return 0;
  }
  let options: SoakOptions;
  try {
    options = readSoakOptions(args, () => randomInt(1_000_000_000));
  } catch (err) {
    if (!(err instanceof UsageError)) throw err;
    write(`${err.message}\n\n${SOAK_USAGE}`);
    return 2;
  }
  if (options.restart) {
    const measured = await measureRestart(options, write);
    write(restartTable(measured));
    return measured.violations.length === 0 ? 0 : 1;
  }
  write(`Seed ${options.seed}: the same kills and calls come again with --seed ${options.seed}.`);
  const began = systemClock.monotonic();
  let lineAt = 0;
  let shown = 0;
  const result = await runSoak(options, (progress) => {
    for (const violation of progress.violations.slice(shown)) write(`  - ${violation}`);
    shown = progress.violations.length;
    const now = systemClock.monotonic();
    if (now < lineAt) return;
    lineAt = now + LINE_EVERY_MS;
    write(progressLine(options, progress, (now - began) / 1_000));
  });
  write(resultTable(options, result));
  const found = result.violations.length > 0;
  if (options.plant === undefined) return found ? 1 : 0;
  write(
    found
      ? `The planted bug ${options.plant} was found.`
      : `The planted bug ${options.plant} was NOT found.`,
  );
  return found ? 0 : 1;
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exit(await main(process.argv.slice(2)));
