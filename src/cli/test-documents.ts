import type { Command } from 'commander';

import { compileDocument } from '../document/compile.ts';
import { AppError } from '../errors/app-error.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { readTests } from './document-tests/read-tests.ts';
import { runDocumentTest } from './document-tests/run-test.ts';
import type { TestResult } from './document-tests/run-test.ts';
import { ownCommand } from './npm-script.ts';
import { readUserFile } from './try-input.ts';

export interface TestOptions {
  readonly json?: boolean;
}

/** What came of the tests of one file. */
interface FileResult {
  readonly file: string;
  readonly tests: readonly TestResult[];
  /** Why no test ran; absent where at least one did. */
  readonly problem?: string;
}

/** Adds `test FILE…` to the program. */
export function registerTest(program: Command, context: CommandContext): void {
  program
    .command('test')
    .description('Run the tests that documents have, without the CRM and without a network.')
    .argument('<file...>', 'Documents with "tests".')
    .option('--json', 'Print the results as JSON.')
    .addHelpText(
      'after',
      '\nEnds with 0 when every test passed, 1 when one failed or a document has errors or no tests,\n2 when a file cannot be read.',
    )
    .action(async (files: readonly string[], options: TestOptions) => {
      context.exitWith(await testDocuments(files, options, context));
    });
}

/**
 * Runs the tests of each document and prints what failed. Answers 0 when all passed, 1 when one did
 * not, or a document cannot be used or has no tests, 2 when a file cannot be read.
 */
export async function testDocuments(
  files: readonly string[],
  options: TestOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const results: FileResult[] = [];
  let unreadable = false;
  for (const file of files) {
    try {
      results.push(await testText(file, await readUserFile(file, context), context));
    } catch (err) {
      if (!(err instanceof AppError) || err.code !== 'invalid_request') throw err;
      context.err(err.message);
      unreadable = true;
    }
  }
  if (options.json === true) {
    context.out(JSON.stringify({ files: results }, null, 2));
  } else {
    for (const line of results.flatMap(fileLines)) context.out(line);
    if (results.length > 0) context.out(summary(results));
  }
  if (unreadable) return 2;
  return results.every(hasPassed) ? 0 : 1;
}

async function testText(file: string, text: string, context: CommandContext): Promise<FileResult> {
  try {
    const document = compileDocument(text);
    const tests: TestResult[] = [];
    for (const test of readTests(document)) tests.push(await runDocumentTest(document, test));
    const problem =
      'it has no tests; "tests" holds given values, answers and what must come of them';
    return { file, tests, ...(tests.length === 0 ? { problem } : {}) };
  } catch (err) {
    if (!(err instanceof AppError) || err.code !== 'document_invalid') throw err;
    const lint = ownCommand(`lint ${file}`, context);
    return { file, tests: [], problem: `${err.message} All of them: ${lint}` };
  }
}

function hasPassed({ tests, problem }: FileResult): boolean {
  return problem === undefined && tests.every(({ problems }) => problems.length === 0);
}

function fileLines({ file, tests, problem }: FileResult): readonly string[] {
  if (problem !== undefined) return [`${file}: ${problem}`];
  return [
    `${file}:`,
    ...tests.flatMap(({ name, problems }) => [
      `  ${problems.length === 0 ? 'passed' : 'failed'}  ${name}`,
      ...problems.map((each) => `          ${each}`),
    ]),
  ];
}

function summary(results: readonly FileResult[]): string {
  const all = results.flatMap(({ tests }) => tests);
  const failed = all.filter(({ problems }) => problems.length > 0).length;
  const count = all.length === 1 ? '1 test' : `${String(all.length)} tests`;
  if (all.length === 0) return 'No test ran.';
  return failed === 0 ? `${count}: all passed.` : `${count}: ${String(failed)} failed.`;
}
