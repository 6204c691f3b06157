import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';

import { FINDING_CODES } from '../document/findings/finding-codes.ts';
import type { FindingCode } from '../document/findings/finding-codes.ts';
import type { Finding } from '../document/findings/finding.ts';
import { lintDocument } from '../document/lint/lint-document.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { ownCommand, userPath } from './npm-script.ts';
import { printExplanation } from './print-explanation.ts';
import { whyUnreadable } from './why-unreadable.ts';

export interface LintOptions {
  readonly json?: boolean;
  readonly explain?: string;
}

interface FileFindings {
  readonly file: string;
  readonly findings: readonly Finding[];
}

/** Adds `lint FILE…` and `lint --explain CODE` to the program. */
export function registerLint(program: Command, context: CommandContext): void {
  program
    .command('lint')
    .description('Check integration documents and say what to mend, with line and column.')
    .argument('[file...]', 'Documents to check; - reads standard input.')
    .option('--json', 'Print the findings as JSON.')
    .option('--explain <code>', 'Print what a code means, with a bad and a good example.')
    .addHelpText(
      'after',
      '\nEnds with 0 when there is no error and no warning (infos count as fine), 1 when there is\none, 2 when a file cannot be read.',
    )
    .action(async (files: readonly string[], options: LintOptions) => {
      const { explain } = options;
      if (explain === undefined && files.length === 0) {
        context.err('Name a document to check, or a code with --explain.');
        context.exitWith(2);
      } else if (explain === undefined) {
        context.exitWith(await lintFiles(files, options, context));
      } else {
        context.exitWith(printExplanation(explain, options, context));
      }
    });
}

/**
 * Checks documents and prints every finding. Answers 0 when no file has an error or a warning, 1 when
 * one has, 2 when a file cannot be read; the others are checked all the same.
 */
export async function lintFiles(
  files: readonly string[],
  options: LintOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const results: FileFindings[] = [];
  for (const file of files) {
    const read = await readDocument(file, context);
    if (read.ok) {
      const name = file === '-' ? '(standard input)' : file;
      results.push({ file: name, findings: lintDocument(read.text) });
    } else {
      context.err(read.message);
    }
  }
  if (options.json === true) {
    context.out(JSON.stringify({ files: results.map(inOrder) }, null, 2));
  } else {
    for (const line of results.flatMap(findingLines)) {
      context.out(line);
    }
    if (results.length > 0) {
      context.out(summary(results));
    }
    const worst = worstCode(results);
    if (worst !== undefined) {
      context.out(`What a code means: ${ownCommand(`lint --explain ${worst}`, context)}`);
    }
  }
  if (results.length < files.length) {
    return 2;
  }
  const all = results.flatMap(({ findings }) => findings);
  return all.some(({ severity }) => severity !== 'info') ? 1 : 0;
}

type ReadDocument =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string };

async function readDocument(file: string, context: CommandContext): Promise<ReadDocument> {
  if (file === '-') {
    return { ok: true, text: await context.readInput() };
  }
  try {
    return { ok: true, text: await readFile(userPath(file, context), 'utf8') };
  } catch (err) {
    return { ok: false, message: `The file ${file} cannot be read: ${whyUnreadable(err)}.` };
  }
}

/** The members in the order that is promised. */
function inOrder({ file, findings }: FileFindings): unknown {
  return {
    file,
    findings: findings.map(({ code, severity, path, line, column, message, fix }) => ({
      code,
      severity,
      path,
      line,
      column,
      message,
      ...(fix === undefined ? {} : { fix }),
    })),
  };
}

/** So many faults of one kind in the text are listed; of more, the first one and their number. */
const MAX_ALIKE = 3;

function findingLines({ file, findings }: FileFindings): readonly string[] {
  const alike = Map.groupBy(findings, ({ code }) => code);
  return findings.flatMap((each) => {
    const { code, severity, line, column, message, fix } = each;
    const group = alike.get(code) ?? [];
    // What a word processor did to a text it did everywhere, and it is mended in one go.
    const isMany = FINDING_CODES[code].group === 'text' && group.length > MAX_ALIKE;
    if (isMany && each !== group[0]) return [];
    return [
      `${file}:${String(line)}:${String(column)} ${severity} ${code} ${message}`,
      ...(fix === undefined ? [] : [`    fix: ${fix}`]),
      ...(isMany
        ? [`    and ${code} in ${String(group.length - 1)} more places; --json lists them`]
        : []),
    ];
  });
}

function summary(results: readonly FileFindings[]): string {
  const all = results.flatMap(({ findings }) => findings);
  const count = (severity: Finding['severity'], word: string): string[] => {
    const number = all.filter((each) => each.severity === severity).length;
    return number === 0 ? [] : [`${String(number)} ${word}${number === 1 ? '' : 's'}`];
  };
  const counts = [
    ...count('error', 'error'),
    ...count('warning', 'warning'),
    ...count('info', 'info'),
  ];
  const found = counts.length === 0 ? 'nothing to mend' : listed(counts);
  const files = results.length === 1 ? '1 document' : `${String(results.length)} documents`;
  const errors = all.some(({ severity }) => severity === 'error');
  const verdict = errors ? ' A document with errors cannot be used.' : '';
  return `${files}: ${found}.${verdict}`;
}

/** The code that an author asks about first; infos need no explanation. */
function worstCode(results: readonly FileFindings[]): FindingCode | undefined {
  const all = results.flatMap(({ findings }) => findings);
  const worst =
    all.find(({ severity }) => severity === 'error') ??
    all.find(({ severity }) => severity === 'warning');
  return worst?.code;
}

function listed(words: readonly string[]): string {
  return words.length < 2
    ? words.join('')
    : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
