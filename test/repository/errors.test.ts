import { describe, expect, it } from 'vitest';

import { CATALOGUE } from '../../src/errors/catalogue.ts';
import { isProduct, repositoryFiles, type SourceFile } from './source-tree.ts';

const PAGE = 'docs/reference/errors.md';

describe('the error catalogue', () => {
  const product = repositoryFiles(isProduct).filter((file) => !file.path.startsWith('src/errors/'));
  const [page] = repositoryFiles((path) => path === PAGE);
  const codes = Object.keys(CATALOGUE);

  it('has no code that is never thrown', () => {
    expect(codes.filter((code) => !isThrown(code, product))).toEqual([]);
  });

  it('has every code on its page of the reference', () => {
    const documented = [...(page?.text ?? '').matchAll(/^## `(\w+)`$/gm)].map((m) => m[1]);

    expect(documented).toEqual(codes);
  });

  it.each(Object.entries(CATALOGUE))('says of %s what it means and what to do', (_code, row) => {
    expect(row.meaning).toMatch(/^[A-Z`].*\.$/);
    expect(row.remedy).toMatch(/^[A-Z`].*\.$/);
  });

  it('takes a code for thrown only where it is written as one', () => {
    const files = [
      { path: 'src/x.ts', text: "throw new AppError('conflict', 'No.'); // internal" },
    ];

    expect([isThrown('conflict', files), isThrown('internal', files)]).toEqual([true, false]);
  });
});

function isThrown(code: string, files: readonly SourceFile[]): boolean {
  return files.some((file) => file.text.includes(`'${code}'`));
}
