import { nearName } from '../document/lint/near-name.ts';
import {
  ALL_FINDING_CODES,
  explainFinding,
  isFindingCode,
} from '../document/reference/explain-finding.ts';
import type { FindingExplanation, ShownExample } from '../document/reference/explain-finding.ts';
import type { CommandContext, ExitCode } from './command-context.ts';

/**
 * Prints what a code of lint means, with examples: as text, or with `json` as one object. Answers 2
 * for a code that does not exist, and names the likely one.
 */
export function printExplanation(
  code: string,
  options: { readonly json?: boolean },
  context: CommandContext,
): ExitCode {
  if (!isFindingCode(code)) {
    const near = nearName(code, ALL_FINDING_CODES);
    const hint = near === undefined ? '' : ` Did you mean ${near}?`;
    context.err(`Lint has no code ${JSON.stringify(code)}.${hint}`);
    return 2;
  }
  const explanation = explainFinding(code);
  if (options.json === true) {
    context.out(JSON.stringify(explanation, null, 2));
  } else {
    for (const line of explanationLines(explanation)) context.out(line);
  }
  return 0;
}

/** Lines of prose are not longer, so that they fit beside each other on any terminal. */
const MOST_COLUMNS = 80;

function explanationLines(explanation: FindingExplanation): readonly string[] {
  const { code, severity, meaning, advice, bad, says, good } = explanation;
  return [
    `${code} (${severity})`,
    '',
    ...wrapped(meaning),
    '',
    'An example that has it:',
    '',
    ...exampleLines(bad),
    '',
    ...wrapped(`Lint says: ${says.message}`),
    ...(says.fix === undefined ? [] : [`    fix: ${says.fix}`]),
    '',
    'One that has not:',
    '',
    ...exampleLines(good),
    '',
    ...wrapped(`What to do: ${advice}`),
  ];
}

function exampleLines({ kind, text }: ShownExample): readonly string[] {
  const lines = kind === 'json' ? text.split('\n') : wrapped(text);
  return lines.map((line) => `    ${line}`);
}

function wrapped(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= MOST_COLUMNS) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
