import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { makeFolder } from './make-folder.ts';

test('makes a folder and its parents for their owner, and leaves what is there', () => {
  const root = mkdtempSync(join(tmpdir(), 'patchcord-folder-'));
  const folder = join(root, 'a', 'b');

  makeFolder(folder);
  makeFolder(folder);

  expect([folder, join(root, 'a')].map((path) => statSync(path).mode & 0o777)).toEqual([
    0o700, 0o700,
  ]);
  rmSync(root, { recursive: true });
});

test('ends with a sentence where the system takes no folder', () => {
  expect(() => {
    makeFolder('/proc/x/y');
  }).toThrow(/^The data directory \/proc\/x cannot be made .*: set DATA_DIR to another\.$/);
});
