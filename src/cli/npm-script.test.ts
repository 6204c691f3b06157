import { describe, expect, test } from 'vitest';

import { dataFolder, ownCommand, userPath } from './npm-script.ts';

const outside = { env: { INIT_CWD: '/home/me' }, directory: '/home/me/acme' };
const inScript = {
  env: { npm_lifecycle_event: 'patchcord', INIT_CWD: '/checkout/docs' },
  directory: '/checkout',
};

describe('a path that the user wrote', () => {
  test.each([
    ['called by itself, from the present folder', outside, 'a.json', '/home/me/acme/a.json'],
    ['called through npm, from the user’s folder', inScript, '../a.json', '/checkout/a.json'],
    ['from the root of the file system', inScript, '/tmp/a.json', '/tmp/a.json'],
  ])('leads, %s', (_name, context, path, expected) => {
    expect(userPath(path, context)).toBe(expected);
  });
});

describe('the data folder', () => {
  test.each([
    ['of the default begins at the checkout', undefined, '/checkout/data'],
    ['of a flag begins where the user stands', './mine', '/checkout/docs/mine'],
  ])('%s', (_name, flag, expected) => {
    expect(dataFolder({ dataDir: flag ?? './data' }, flag, inScript)).toBe(expected);
  });
});

describe('a command to copy', () => {
  test.each([
    ['by itself', outside, 'patchcord lint a.json'],
    ['in a checkout', inScript, 'npm run -s patchcord -- lint a.json'],
  ])('is written as it runs %s', (_name, context, expected) => {
    expect(ownCommand('lint a.json', context)).toBe(expected);
  });
});
