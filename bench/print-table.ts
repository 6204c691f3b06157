import type { BenchRow } from './row.ts';

const HEAD = ['figure', 'value', 'compared with', 'ratio', 'goal', 'holds', 'spread', 'note'];

/** Writes rows as a table of Markdown. */
export function printTable(rows: readonly BenchRow[]): void {
  const lines = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, at) => Math.max(...lines.map((line) => (line[at] ?? '').length)));
  const write = (line: readonly string[]): void => {
    const padded = widths.map((width, at) => (line[at] ?? '').padEnd(width));
    process.stdout.write(`| ${padded.join(' | ')} |\n`);
  };
  write(HEAD);
  write(widths.map((width) => '-'.repeat(width)));
  for (const line of lines.slice(1)) write(line);
}

function cells(row: BenchRow): readonly string[] {
  const { comparison } = row;
  return [
    row.figure,
    `${number(row.value)} ${row.unit}`,
    comparison === undefined ? '' : `${number(comparison.value)} ${row.unit}: ${comparison.what}`,
    comparison === undefined ? '' : comparison.ratio.toFixed(2),
    row.goal ?? '',
    row.holds === undefined ? '' : row.holds ? 'yes' : 'no',
    row.spread === undefined ? '' : `${row.spread.toFixed(0)} %`,
    row.note ?? '',
  ];
}

function number(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
