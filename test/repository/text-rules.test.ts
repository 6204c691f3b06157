import { describe, expect, it } from 'vitest';

import { repositoryFiles } from './source-tree.ts';
import { TEXT_RULES, textProblems } from './text-rules.ts';

const FILES = repositoryFiles((path) => path !== 'package-lock.json');

describe.each(TEXT_RULES.map((rule) => [rule.name, rule] as const))('%s', (_name, rule) => {
  it('in the whole repository', () => {
    expect(textProblems(FILES, [rule])).toEqual([]);
  });

  it('and the rule refuses what breaks it, and nothing else', () => {
    expect(textProblems([rule.refused], [rule])).not.toEqual([]);
    expect(textProblems([rule.accepted], [rule])).toEqual([]);
  });
});
