import { describe, expect, it } from 'vitest';

import { repositoryFiles } from './source-tree.ts';

/** Words that say nothing about what a file holds. */
const EMPTY_WORDS = [
  'manager',
  'helper',
  'helpers',
  'service',
  'processor',
  'common',
  'misc',
  'util',
  'utils',
];

describe('file names', () => {
  const paths = repositoryFiles(isNamedByUs).map((file) => file.path);

  it('are kebab-case and say what the file holds', () => {
    expect(paths.flatMap(nameProblems)).toEqual([]);
  });

  it.each([
    ['capitals', 'src/calls/laneRepository.ts'],
    ['an underscore', 'src/calls/lane_repository.ts'],
    ['an empty word', 'src/calls/call-helper.ts'],
    ['a barrel', 'src/calls/index.ts'],
    ['an empty word as folder', 'src/utils/lane.ts'],
  ])('are refused with %s', (_name, path) => {
    expect(nameProblems(path)).toHaveLength(1);
  });
});

/** A page called README is shown for its folder. */
function isNamedByUs(path: string): boolean {
  return /^(src|test|scripts|demo|docs)\//.test(path) && !path.endsWith('/README.md');
}

function nameProblems(path: string): readonly string[] {
  const names = path.split('/').map((name) => name.replace(/(\.[a-z]+)+$/, ''));
  const isKebab = names.every((name) => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name));
  const words = names.flatMap((name) => name.split('-'));
  const isMeaningful = !words.some((word) => EMPTY_WORDS.includes(word));
  const isBarrel = names.at(-1) === 'index';
  return isKebab && isMeaningful && !isBarrel ? [] : [path];
}
