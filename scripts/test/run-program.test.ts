import { describe, expect, it } from 'vitest';

import { runProgram } from './run-program.ts';
import { parseUsers } from './system-user.ts';

describe('running a program', () => {
  const never = new AbortController().signal;
  const node = (code: string): [string, ...string[]] => [process.execPath, '-e', code];

  it('gives its exit code and what it wrote to both streams', async () => {
    const code = "process.stdout.write('one '); process.stderr.write('two'); process.exitCode = 3;";

    const run = await runProgram(node(code), { signal: never, limitMs: 60_000 });

    expect(run.exitCode).toBe(3);
    expect(run.output).toContain('one');
    expect(run.output).toContain('two');
  });

  it('hands on the environment and what is added to it', async () => {
    const code = "process.stdout.write(process.env.ADDED + (process.env.PATH ? ' and PATH' : ''));";

    const run = await runProgram(node(code), {
      env: { ADDED: 'yes' },
      signal: never,
      limitMs: 60_000,
    });

    expect(run.output).toBe('yes and PATH');
  });

  it('fails when the program is not there', async () => {
    const run = await runProgram(['no-such-program'], { signal: never, limitMs: 60_000 });

    expect(run).toMatchObject({ exitCode: 1, output: expect.stringContaining('ENOENT') });
  });

  it('ends a program that takes too long, with the children it started', async () => {
    // The output is closed, and the run over, only when the last process that can write to it is gone.
    const code = `
      const wait = ['-e', 'setInterval(() => {}, 1000)'];
      require('node:child_process').spawn(process.execPath, wait, { stdio: 'inherit' });
      setInterval(() => {}, 1000);`;

    const run = await runProgram(node(code), { signal: never, limitMs: 1_000 });

    expect(run.exitCode).toBe(1);
    expect(run.output).toContain('stopped: took longer than 1 s');
  });

  it('ends at once when the run was stopped before', async () => {
    const run = await runProgram(node('setInterval(() => {}, 1000)'), {
      signal: AbortSignal.abort(),
      limitMs: 60_000,
    });

    expect(run).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('stopped from outside'),
    });
  });
});

describe('the user database', () => {
  it('is read for the numbers of a user', () => {
    const users = parseUsers(
      'root:x:0:0:root:/root:/bin/sh\npostgres:x:101:110::/:/bin/sh\n# odd\n',
    );

    expect(users.get('postgres')).toEqual({ uid: 101, gid: 110 });
    expect([...users.keys()]).toEqual(['root', 'postgres']);
  });
});
