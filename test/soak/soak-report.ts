import type { SoakProgress, SoakResult } from './run-soak.ts';
import type { SoakOptions } from './soak-options.ts';

const SHOWN = 40;

/** One line about a soak that runs. `seconds`: since it began. */
export function progressLine(
  options: Pick<SoakOptions, 'calls' | 'kills'>,
  progress: SoakProgress,
  seconds: number,
): string {
  const share = Math.min(
    progress.calls / options.calls,
    progress.kills / Math.max(1, options.kills),
  );
  const left = share > 0 ? (seconds / share) * (1 - share) : undefined;
  return [
    `${clockTime(seconds)}  ${whole(progress.calls)}/${whole(options.calls)} calls`,
    `${whole(progress.kills)}/${whole(options.kills)} kills`,
    `${whole(progress.acknowledged)} events acknowledged`,
    `${whole(progress.open)} steps open`,
    `${progress.violations.length} violations so far`,
    `${left === undefined ? '' : `${clockTime(left)} left`}`,
  ].join(', ');
}

/** What a soak came to, as a table. */
export function resultTable(options: SoakOptions, result: SoakResult): string {
  const { figures, counts, crm, startTimes } = result;
  const starts = [...startTimes].sort((a, b) => a - b);
  const rows: readonly (readonly [string, string])[] = [
    ['database', options.database],
    ['seed', String(options.seed)],
    ['time', `${clockTime(result.seconds)}, of it ${clockTime(result.restSeconds)} coming to rest`],
    ['calls', whole(options.calls)],
    ['events acknowledged', whole(figures.acknowledged)],
    ['requests of phones that got no 2xx', whole(result.repetitions)],
    ['kills', `${whole(counts.kills)}, of them ${whole(counts.atPoints)} at named points`],
    ['points that were not passed in time', whole(counts.missed)],
    ['processes away for longer than a lease', whole(counts.absences)],
    ['processes stopped for longer than a lease', whole(counts.stops)],
    [
      'start after a kill',
      `median ${ms(starts, 0.5)}, 99 % ${ms(starts, 0.99)}, longest ${ms(starts, 1)}`,
    ],
    ['requests to the CRMs', whole(crm.requests)],
    ['exchanges that the CRMs spoiled', whole(crm.faults)],
    ['answers of the CRMs that nobody read', whole(crm.lost)],
    ['changes that the CRMs executed', whole(figures.executed)],
    ['steps in the ledger', `${whole(figures.steps)} of ${whole(figures.lanes)} calls`],
    ['requests of unknown outcome', whole(figures.unknowns)],
    ['records twice in the CRM that cannot be asked', `${whole(figures.surplus)}, all flagged`],
    ['steps flagged as possible duplicates', whole(figures.flagged)],
    ['steps that waited for a person after two lost answers', whole(figures.waiting)],
    ['violations', whole(result.violations.length)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    ...rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`),
    ...result.violations.slice(0, SHOWN).map((violation) => `  - ${violation}`),
    ...(result.violations.length > 0 ? [`Logs and data: ${result.folder}`] : []),
  ].join('\n');
}

function whole(number: number): string {
  return number.toLocaleString('en');
}

function ms(sorted: readonly number[], share: number): string {
  const at = Math.min(sorted.length - 1, Math.floor(sorted.length * share));
  return `${Math.round(sorted[at] ?? 0)} ms`;
}

function clockTime(seconds: number): string {
  const rounded = Math.round(seconds);
  return `${Math.floor(rounded / 60)}:${String(rounded % 60).padStart(2, '0')}`;
}
