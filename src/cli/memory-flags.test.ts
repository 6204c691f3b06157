import { describe, expect, it } from 'vitest';

import { lacksMemoryFlags, MEMORY_FLAGS } from './memory-flags.ts';
import type { Starting } from './memory-flags.ts';

const SERVER: Starting = { args: ['serve'], execArgv: [], env: {}, hasChannel: false };

describe('a process begins again with the flags of memory', () => {
  it.each<[string, Partial<Starting>]>([
    ['that is a server', {}],
    ['that is a server of the demo', { args: ['serve', '--demo'] }],
    ['whose Node was told something else', { execArgv: ['-r', './check.cjs', '--cpu-prof'] }],
    ['whose surroundings tell Node something else', { env: { NODE_OPTIONS: '--trace-warnings' } }],
    ['whose surroundings limit old things', { env: { NODE_OPTIONS: '--max-old-space-size=512' } }],
  ])('%s', (_name, starting) => {
    expect(lacksMemoryFlags({ ...SERVER, ...starting })).toBe(true);
  });
});

describe('a process goes on as it is', () => {
  it.each<[string, Partial<Starting>]>([
    ['that has begun again', { execArgv: [...MEMORY_FLAGS, '--cpu-prof'] }],
    ['that is no server', { args: ['lint', 'serve'] }],
    ['that was told nothing to do', { args: [] }],
    ['that somebody talks with', { hasChannel: true }],
    ['with a size of its own', { execArgv: ['--max-semi-space-size=64'] }],
    ['with a size in the other spelling', { execArgv: ['--min_semi_space_size=4'] }],
    ['whose surroundings name a size', { env: { NODE_OPTIONS: '--max-semi-space-size 64' } }],
  ])('%s', (_name, starting) => {
    expect(lacksMemoryFlags({ ...SERVER, ...starting })).toBe(false);
  });
});
