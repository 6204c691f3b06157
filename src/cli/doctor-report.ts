import type { Examination } from './examination.ts';

/** Terminals are at least this wide. */
const WIDTH = 80;
/** Before the words of an examination: the status and two spaces. */
const INDENT = 9;
const MARKS = { ok: 'ok', warning: 'warning', failed: 'failed' } as const;

/** Examinations as text of 80 columns, in sections; what needs somebody is said again at the end. */
export function reportLinesOf(
  sections: readonly (readonly [title: string, examinations: readonly Examination[]])[],
): readonly string[] {
  const shown = sections.filter(([, examinations]) => examinations.length > 0);
  const all = shown.flatMap(([, examinations]) => examinations);
  return [
    ...shown.flatMap(([title, examinations]) => [
      '',
      title,
      ...examinations.flatMap(({ status, name, message }) =>
        wrap(`${name}: ${message}`, MARKS[status].padEnd(INDENT)),
      ),
    ]),
    '',
    ...wrap(summaryOf(all), ''),
  ];
}

function summaryOf(all: readonly Examination[]): string {
  const failed = all.filter(({ status }) => status === 'failed');
  const warned = all.filter(({ status }) => status === 'warning');
  if (failed.length + warned.length === 0) return 'All is well.';
  const names = (list: readonly Examination[]): string =>
    [...new Set(list.map(({ name }) => name))].join(', ');
  const parts = [
    ...(failed.length === 0 ? [] : [`${failed.length} failed (${names(failed)})`]),
    ...(warned.length === 0 ? [] : [`${warned.length} to look at (${names(warned)})`]),
  ];
  return `${parts.join('; ')}. What to do stands beside each.`;
}

/** Breaks at spaces, but never within backticks: what stands there can be copied. */
function wrap(text: string, head: string): readonly string[] {
  const lines: string[] = [];
  let line = head;
  let empty = true;
  for (const word of text.match(/(?:`[^`]*`|[^ `])+|`/gu) ?? []) {
    if (!empty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = ' '.repeat(head.length);
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}
