import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { MEMORY_FLAGS } from './memory-flags.ts';

const PROGRAM = fileURLToPath(new URL('testing/begin-again-program.ts', import.meta.url));

function start(flags: readonly string[], args: readonly string[], nodeOptions = '') {
  const run = spawnSync(process.execPath, [...flags, PROGRAM, ...args], {
    env: { NODE_OPTIONS: nodeOptions },
    encoding: 'utf8',
  });
  const said: unknown = JSON.parse(run.stdout);
  return { said, pid: run.pid, errors: run.stderr };
}

describe('a server that starts', () => {
  it('goes on with the flags of memory as the same process, with all that it was started with', () => {
    const { said, pid, errors } = start(['--no-deprecation'], ['serve', '--port', '0']);

    expect(said).toEqual({
      pid,
      flags: [...MEMORY_FLAGS, '--no-deprecation'],
      argv: ['serve', '--port', '0'],
    });
    expect(errors).toBe('');
  });

  it('keeps the size that its operator chose', () => {
    const { said } = start([], ['serve'], '--max-semi-space-size=32');

    expect(said).toMatchObject({ flags: [] });
  });
});

it('a command goes on as it was started', () => {
  expect(start([], ['doctor']).said).toMatchObject({ flags: [], argv: ['doctor'] });
});
