import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** A file of the repository: its path from the root, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The files that git tracks, and new ones it does not ignore, whose path fits; binary ones are left out. */
export function repositoryFiles(fits: (path: string) => boolean): readonly SourceFile[] {
  const list = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    {
      encoding: 'utf8',
    },
  );
  return list
    .split('\0')
    .filter((path) => path !== '' && fits(path) && existsSync(path))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }))
    .filter((file) => !file.text.includes('\0'));
}

export function isTypeScript(path: string): boolean {
  return path.endsWith('.ts');
}

/** Code that ships: below `src`, and neither a test nor a helper of tests. */
export function isProduct(path: string): boolean {
  return path.startsWith('src/') && path.endsWith('.ts') && !isTest(path) && !isTesting(path);
}

export function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || path.endsWith('.real.ts');
}

function isTesting(path: string): boolean {
  return path.includes('/testing/');
}

/** What a module imports, as written: static, type-only and dynamic imports, and re-exports. */
export function importsOf(text: string): readonly string[] {
  const statics = text.matchAll(/^\s*(?:import|export)\b[^;'"]*?\bfrom\s*['"]([^'"]+)['"]/gm);
  const bare = text.matchAll(/^\s*import\s*['"]([^'"]+)['"]/gm);
  const dynamic = text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g);
  return [...statics, ...bare, ...dynamic].map((match) => match[1] ?? '');
}
