import { describe, expect, it } from 'vitest';

import { isTest, isTypeScript, repositoryFiles, type SourceFile } from './source-tree.ts';

/** A file of this many lines holds more than one idea. */
const MOST_LINES = 400;
/** Nine of ten files stay below this. */
const LINES_OF_NINE_IN_TEN = 250;

/** Tables: one row after the other, which gain nothing by being cut. */
const TABLES = ['src/document/findings/finding-codes.ts', 'src/errors/catalogue.ts'];

describe('file sizes', () => {
  const files = repositoryFiles(isTypeScript);
  const product = files.filter((file) => !isTest(file.path));

  it('stay within the ceiling, but for the tables', () => {
    expect(tooLong(product)).toEqual([]);
  });

  it('of nine files in ten stay small', () => {
    expect(ninthTenth(product)).toBeLessThan(LINES_OF_NINE_IN_TEN);
  });

  it('name only tables that are there', () => {
    const paths = new Set(files.map((file) => file.path));

    expect(TABLES.filter((path) => !paths.has(path))).toEqual([]);
  });

  it('are refused when a file is one line too long', () => {
    expect(tooLong([fileOf(MOST_LINES), fileOf(MOST_LINES + 1)])).toEqual(['src/x.ts: 401 lines']);
  });

  it('are measured at the ninth tenth', () => {
    expect(ninthTenth([10, 20, 30, 40, 50, 60, 70, 80, 90, 900].map(fileOf))).toBe(90);
  });
});

function tooLong(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter((file) => !TABLES.includes(file.path) && lines(file) > MOST_LINES)
    .map((file) => `${file.path}: ${lines(file)} lines`);
}

function ninthTenth(files: readonly SourceFile[]): number {
  const sizes = files.map(lines).toSorted((a, b) => a - b);
  return sizes[Math.ceil(sizes.length * 0.9) - 1] ?? 0;
}

function lines(file: SourceFile): number {
  return file.text.replace(/\n$/, '').split('\n').length;
}

function fileOf(count: number): SourceFile {
  return { path: 'src/x.ts', text: 'x\n'.repeat(count) };
}
