import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { anyContext } from '../testing/whole/any-context.ts';
import { anyDocument } from '../testing/whole/any-document.ts';
import { createCensus } from '../testing/whole/census.ts';
import { judgeDocument } from '../testing/whole/judge-document.ts';

describe('any document that lints without errors, with any values', () => {
  it('renders each request as its receiver must read it', () => {
    const census = createCensus();
    fc.assert(
      fc.property(
        anyDocument,
        fc.array(anyContext, { minLength: 4, maxLength: 4 }),
        (document, contexts) => {
          expect(judgeDocument(document, contexts, census)).toEqual([]);
        },
      ),
      { seed: 2_026, numRuns: 250 },
    );

    expect(census.share('lints')).toBeGreaterThan(0.7);
    expect(census.share('request')).toBeGreaterThan(0.25);
    expect(census.missing()).toEqual([]);
  });
});
