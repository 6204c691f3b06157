import { describe, expect, test } from 'vitest';

import { lintDocument } from '../lint/lint-document.ts';
import { documentOfExample } from './finding-example.ts';
import { FINDING_EXAMPLES } from './finding-examples.ts';

const EXAMPLES = Object.entries(FINDING_EXAMPLES);

describe('each code of lint', () => {
  test.each(EXAMPLES)('%s is found in its bad example, at its place', (code, { bad, path, at }) => {
    const text = documentOfExample(bad);
    const before = text.slice(0, text.indexOf(at)).split('\n');
    const place = { line: before.length, column: (before.at(-1) ?? '').length + 1 };

    expect(text).toContain(at);
    expect(
      lintDocument(text)
        .filter((each) => each.code === code)
        .map(({ path: found, line, column }) => ({ path: found, line, column })),
    ).toContainEqual({ path, ...place });
  });

  test.each(EXAMPLES)(
    '%s is not found in its good example, nor anything to mend',
    (code, { good }) => {
      const found = lintDocument(documentOfExample(good));

      expect(found.filter((each) => each.code === code)).toEqual([]);
      expect(found.filter(({ severity }) => severity !== 'info')).toEqual([]);
    },
  );
});
