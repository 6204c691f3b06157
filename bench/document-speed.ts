import { documentDigest } from '../src/connections/integrations.ts';
import { createCompiler } from '../src/document/compile.ts';
import { lintDocument } from '../src/document/lint/lint-document.ts';
import { largeDocument } from './document/large-document.ts';
import { medianOf } from './document/median.ts';
import { printTable } from './print-table.ts';
import type { BenchRow } from './row.ts';

const RUNS = { warm: 20, runs: 20 };
const MOST_LINT_MS = 50;
const MOST_COMPILE_MS = 20;

/**
 * Milliseconds to lint and to compile a document of 256 KiB, medians of 20, warm. Compiling is what the
 * server does when it opens a document in which this process has found no error before; the first
 * time it lints too. Throws when the document has an error or a warning.
 */
export async function speedFigures(): Promise<readonly BenchRow[]> {
  const text = largeDocument();
  const wrong = lintDocument(text).filter(({ severity }) => severity !== 'info');
  if (wrong[0] !== undefined) throw new Error(`The large document is wrong: ${wrong[0].message}`);
  const compile = createCompiler(documentDigest);
  const size = `${(new TextEncoder().encode(text).byteLength / 1024).toFixed(0)} KiB`;
  const methods = `${compile(text).methods.size} methods`;
  const parsed = await medianOf(() => JSON.parse(text), RUNS);
  const lint = await medianOf(() => lintDocument(text), RUNS);
  const compiled = await medianOf(() => compile(text), RUNS);
  const beside = (value: number): BenchRow['comparison'] & object => ({
    what: 'JSON.parse of it',
    value: parsed,
    ratio: value / parsed,
  });
  return [
    {
      figure: `lint a document of ${size} (${methods})`,
      value: lint,
      unit: 'ms',
      comparison: beside(lint),
      goal: `under ${MOST_LINT_MS} ms`,
      holds: lint < MOST_LINT_MS,
    },
    {
      figure: `compile a document of ${size} (${methods})`,
      value: compiled,
      unit: 'ms',
      comparison: beside(compiled),
      goal: `under ${MOST_COMPILE_MS} ms`,
      holds: compiled < MOST_COMPILE_MS,
    },
  ];
}

if (import.meta.main) printTable(await speedFigures());
