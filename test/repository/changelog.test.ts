import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

describe('the changelog', () => {
  it('begins with a section for what is not released, and it has entries', () => {
    expect(unreleased(readFileSync('CHANGELOG.md', 'utf8'))).not.toEqual([]);
  });

  it.each([
    ['no such section', '# Changelog\n\n## 1.0.0\n\n- server: something'],
    ['an empty one', '# Changelog\n\n## Unreleased\n\n## 1.0.0\n\n- server: something'],
    ['one that is not the first', '## 1.0.0\n\n- a: b\n\n## Unreleased\n\n- server: something'],
  ])('is refused with %s', (_name, text) => {
    expect(unreleased(text)).toEqual([]);
  });
});

/** The entries of the section Unreleased, which stands before all others. */
function unreleased(text: string): readonly string[] {
  const [, first = ''] = text.split(/^## /m);
  const [title, ...lines] = first.split('\n');
  return title?.trim() === 'Unreleased' ? lines.filter((line) => line.startsWith('- ')) : [];
}
