import fc from 'fast-check';

import { anyContext } from '../src/document/testing/whole/any-context.ts';
import { anyDocument } from '../src/document/testing/whole/any-document.ts';
import { createCensus } from '../src/document/testing/whole/census.ts';
import { judgeDocument } from '../src/document/testing/whole/judge-document.ts';

/** Values that each document is filled with. */
const CONTEXTS = 5;

/**
 * The long run of the property over whole documents: `npm run fuzz:documents -- 20000 7` fills 20,000
 * documents with five times any values, from seed 7. Prints what was met and the first fault, shrunk.
 */
function main([runs = '2000', seed = String(Date.now())]: readonly string[]): number {
  const census = createCensus();
  const begun = performance.now();
  const contexts = fc.array(anyContext, { minLength: CONTEXTS, maxLength: CONTEXTS });
  const result = fc.check(
    fc.property(anyDocument, contexts, (document, given) => {
      const [fault] = judgeDocument(document, given, census);
      if (fault !== undefined) throw new Error(fault);
    }),
    { seed: Number(seed), numRuns: Number(runs) },
  );
  const seconds = ((performance.now() - begun) / 1_000).toFixed(0);
  const percent = (what: string): string => `${(census.share(what) * 100).toFixed(1)} %`;
  process.stdout.write(
    [
      `${String(result.numRuns)} documents, ${CONTEXTS} times any values each, seed ${seed}, ${seconds} s`,
      `lint without error: ${percent('lints')}; of their renderings ${percent('request')} are requests, ${percent('missing_value')} lack a value, ${percent('unsafe_value')} are refused`,
      ...[...census.counts()].map(([what, count]) => `  ${what}: ${String(count)}`),
      `never met: ${census.missing().join(', ') || 'nothing'}`,
      '',
    ].join('\n'),
  );
  if (!result.failed) return 0;
  process.stdout.write(`${fc.defaultReportMessage(result) ?? ''}\n`);
  return 1;
}

process.exitCode = main(process.argv.slice(2));
