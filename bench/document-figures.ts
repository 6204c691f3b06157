import { renderFigures } from './document-render.ts';
import { speedFigures } from './document-speed.ts';
import { printTable } from './print-table.ts';
import type { BenchRow } from './row.ts';

/** Every figure of documents: lint, compile, render and bind. `npm run -s bench:document` prints them. */
export async function documentFigures(): Promise<readonly BenchRow[]> {
  return [...(await speedFigures()), ...(await renderFigures())];
}

if (import.meta.main) printTable(await documentFigures());
