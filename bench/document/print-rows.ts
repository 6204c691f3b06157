import type { BenchRow } from '../row.ts';

/** Prints figures as a table in Markdown. */
export function printRows(rows: readonly BenchRow[]): void {
  const lines = rows.map(({ figure, value, unit, comparison, goal, holds }) => {
    const beside =
      comparison === undefined
        ? ''
        : `${comparison.what}: ${short(comparison.value)} ${unit}, ratio ${short(comparison.ratio)}`;
    const verdict = holds === undefined ? '' : holds ? 'yes' : 'no';
    return `| ${figure} | ${short(value)} ${unit} | ${beside} | ${goal ?? ''} | ${verdict} |`;
  });
  const head = '| figure | value | beside it | goal | holds |\n| --- | --- | --- | --- | --- |';
  process.stdout.write(`${[head, ...lines].join('\n')}\n`);
}

function short(value: number): string {
  return value.toPrecision(3);
}
