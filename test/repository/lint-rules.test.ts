import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** One piece of code for each rule of `.oxlintrc.json`, which that rule alone must refuse. */
const REFUSED: Readonly<Record<string, string>> = {
  'eslint(eqeqeq)': 'export const isOne = (value: unknown): boolean => value == 1;',
  'eslint(no-console)': "console.log('here');",
  'eslint(no-param-reassign)':
    'export function next(value: number): number { value += 1; return value; }',
  'import(no-cycle)': "import { b } from './other.ts'; export const a = (): string => b();",
  'import(no-default-export)': 'export default 1;',
  'typescript(consistent-type-imports)':
    "import { Stats } from 'node:fs'; export const size = (stats: Stats): number => stats.size;",
  'typescript(no-explicit-any)': 'export const value: any = 1;',
  'typescript(no-floating-promises)': 'export function go(): void { Promise.resolve(1); }',
  'typescript(no-misused-promises)':
    'export const f = (): void => { [1].forEach(async () => { await Promise.resolve(); }); };',
  'typescript(no-non-null-assertion)':
    'export const first = (list: readonly string[]): string => list[0]!;',
  'typescript(only-throw-error)': "export function fail(): never { throw 'no'; }",
  'typescript(restrict-template-expressions)':
    'export const text = (value: object): string => `${value}`;',
  'typescript(switch-exhaustiveness-check)':
    "export function name(kind: 'a' | 'b'): string | undefined { switch (kind) { case 'a': return 'A'; } return undefined; }",
};

/** A rule that is off by mistake is not seen in a tree that keeps it, so each is tried here. */
describe('the linter', () => {
  const folder = mkdtempSync(join(tmpdir(), 'patchcord-lint-'));
  const names = Object.keys(REFUSED);
  let report = '';

  beforeAll(() => {
    copyFileSync('.oxlintrc.json', join(folder, '.oxlintrc.json'));
    copyFileSync('tsconfig.json', join(folder, 'tsconfig.json'));
    names.forEach((name, index) => writeFileSync(fileOf(folder, index), REFUSED[name] ?? ''));
    const cycle = fileOf('.', names.indexOf('import(no-cycle)'));
    writeFileSync(
      join(folder, 'other.ts'),
      `import { a } from './${cycle}'; export const b = (): string => a();`,
    );
    const oxlint = resolve('node_modules/oxlint/bin/oxlint');
    const options = ['--type-aware', '--format', 'unix', '.'];
    report = spawnSync(process.execPath, [oxlint, ...options], {
      cwd: folder,
      encoding: 'utf8',
    }).stdout;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(names.map((name, index) => [name, index] as const))(
    'refuses what breaks %s',
    (name, index) => {
      const findings = report
        .split('\n')
        .filter(
          (line) =>
            line.startsWith(`${fileOf('.', index)}:`) || line.startsWith(fileOf(folder, index)),
        );

      expect(findings.join('\n')).toContain(name);
    },
  );
});

function fileOf(folder: string, index: number): string {
  return join(folder, `case-${String(index)}.ts`);
}
