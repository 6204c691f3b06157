import { describe, expect, it } from 'vitest';

import { readSoakOptions, SOAK_OPTIONS, SOAK_USAGE, UsageError } from './soak-options.ts';

const read = (...args: string[]): ReturnType<typeof readSoakOptions> =>
  readSoakOptions(args, () => 99);

describe('the command line of a soak', () => {
  it('means the whole soak on SQLite when it says nothing', () => {
    expect(read()).toMatchObject({
      database: 'sqlite',
      calls: 25_000,
      kills: 1_000,
      stops: 0,
      seed: 99,
      faultShare: 0,
      restart: false,
    });
  });

  it('is told whole by its help', () => {
    const told = [...SOAK_USAGE.matchAll(/^ {2}--([a-z]+)/gm)].map(([, name]) => name);

    for (const name of told) {
      const takesNothing = ['restart', 'keep'].includes(name ?? '');
      const readIt = (): unknown => read(`--${String(name)}`, ...(takesNothing ? [] : ['']));
      expect(readIt).not.toThrow(/Unknown option/);
    }
    expect(told).toHaveLength(Object.keys(SOAK_OPTIONS).length);
  });

  it('keeps a seed that is given', () => {
    expect(read('--seed', '4711').seed).toBe(4_711);
  });

  it('brings what a planted bug needs to show', () => {
    expect(read('--plant', 'no-fence')).toMatchObject({
      database: 'postgres',
      styles: ['dumb'],
      stops: 1,
      holdMs: 5_500,
    });
    expect(read('--plant', 'no-sending', '--calls', '50').calls).toBe(50);
  });

  it.each<[string, readonly string[], string]>([
    ['an unknown database', ['--database', 'oracle'], 'sqlite or postgres'],
    ['an unknown bug', ['--plant', 'no-tests'], 'no-sending'],
    ['an unknown CRM', ['--styles', 'ask,none'], "'none'"],
    ['half a call', ['--calls', '1.5'], 'whole number'],
    ['an unknown option', ['--rounds', '3'], '--rounds'],
    ['fences on one process', ['--plant', 'no-fence', '--database', 'sqlite'], 'one process'],
  ])('refuses %s', (_name, args, expected) => {
    expect(() => read(...args)).toThrow(UsageError);
    expect(() => read(...args)).toThrow(expected);
  });
});
