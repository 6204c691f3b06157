import { describe, expect, it } from 'vitest';

import { cycles, importProblems, MAY_IMPORT, moduleOf, purityProblems } from './import-rules.ts';
import { importsOf, isProduct, repositoryFiles } from './source-tree.ts';

const PRODUCT = repositoryFiles(isProduct);

describe('imports', () => {
  it('reads every form of import', () => {
    const text = `import { a } from './a.ts';
import type { B } from "./b.ts";
import './c.ts';
import {
  d,
} from 'd';
export { e } from './e.ts';
const f = await import('./f.ts');
const sentence = 'an export is not from here';`;

    expect(importsOf(text).toSorted()).toEqual([
      './a.ts',
      './b.ts',
      './c.ts',
      './e.ts',
      './f.ts',
      'd',
    ]);
  });

  it('point the way that the table says', () => {
    expect(PRODUCT.length).toBeGreaterThan(0);
    expect(importProblems(PRODUCT)).toEqual([]);
  });

  it.each([
    ['the runtime reaches for the database', 'src/runtime/x.ts', "import '../store/database.ts';"],
    ['a document reads the settings', 'src/document/x.ts', "import '../config/settings.ts';"],
    ['the errors import anything', 'src/errors/x.ts', "import '../text/uuid.ts';"],
    ['the store knows the server', 'src/store/x.ts', "import type { A } from '../server/app.ts';"],
    ['a second door to the network', 'src/calls/x.ts', "import { request } from 'undici';"],
    ['SQL outside of a repository', 'src/calls/plan.ts', "import { sql } from 'kysely';"],
    ['a package nobody decided on', 'src/calls/x.ts', "import leftPad from 'left-pad';"],
  ])('are refused where %s', (_name, path, text) => {
    expect(importProblems([{ path, text }])).toHaveLength(1);
  });

  it('of types alone may name a package that has its place elsewhere', () => {
    const path = 'src/calls/plan.ts';
    const text = "import type { Transaction } from 'kysely';";

    expect(importProblems([{ path, text }])).toEqual([]);
  });

  it('of every module are in the table', () => {
    const modules = new Set(PRODUCT.map((file) => moduleOf(file.path)));

    expect([...modules].filter((name) => MAY_IMPORT[name] === undefined)).toEqual([]);
  });

  it('go in no circle, as the table has none', () => {
    expect(cycles(MAY_IMPORT)).toEqual([]);
    expect(cycles({ a: ['b'], b: ['c'], c: ['a'], d: ['a'] })).toEqual(['a', 'b', 'c']);
  });

  it('of the pure modules reach no Node built-in', () => {
    expect(purityProblems(PRODUCT)).toEqual([]);
  });

  it('of the pure modules are followed through other files', () => {
    const problems = purityProblems([
      { path: 'src/document/a.ts', text: "import { b } from '../text/b.ts';" },
      { path: 'src/text/b.ts', text: "import { readFileSync } from 'node:fs';" },
    ]);

    expect(problems).toEqual(['src/document/a.ts → src/text/b.ts → node:fs']);
  });
});
