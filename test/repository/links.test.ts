import { existsSync } from 'node:fs';
import { posix } from 'node:path';

import { describe, expect, it } from 'vitest';

import { repositoryFiles, type SourceFile } from './source-tree.ts';

describe('links of the documentation', () => {
  const pages = repositoryFiles((path) => path.endsWith('.md'));

  it('lead to files and headings that are there', () => {
    expect(pages.flatMap((page) => brokenLinks(page, pages))).toEqual([]);
  });

  it.each([
    ['a file', 'see [it](docs/nowhere.md)'],
    ['a heading of a page', 'see [it](README.md#no-such-heading)'],
    ['a heading of its own', '# Title\nsee [it](#titel)'],
  ])('are found broken when they name %s that is not there', (_name, text) => {
    expect(brokenLinks({ path: 'README.md', text }, [{ path: 'README.md', text }])).toHaveLength(1);
  });

  it('are fine outside of the repository, in code and to a heading', () => {
    const text =
      '# The first `code` heading!\n[a](https://example.com) [b](#the-first-code-heading) `[c](nowhere.md)`';

    expect(brokenLinks({ path: 'README.md', text }, [{ path: 'README.md', text }])).toEqual([]);
  });
});

function brokenLinks(page: SourceFile, pages: readonly SourceFile[]): readonly string[] {
  const prose = page.text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  return targets
    .filter((target) => !/^[a-z]+:/.test(target) && !leadsSomewhere(page, target, pages))
    .map((target) => `${page.path}: ${target}`);
}

function leadsSomewhere(page: SourceFile, target: string, pages: readonly SourceFile[]): boolean {
  const [file = '', heading] = target.split('#');
  const path = file === '' ? page.path : posix.join(posix.dirname(page.path), file);
  if (!existsSync(path)) {
    return false;
  }
  const other = pages.find((candidate) => candidate.path === path);
  return heading === undefined || (other !== undefined && anchors(other.text).includes(heading));
}

/** The anchors of a page's headings, made as GitHub makes them. */
function anchors(text: string): readonly string[] {
  const headings = [...text.matchAll(/^#{1,6}\s+(.+)$/gm)].map((match) => match[1] ?? '');
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  );
}
