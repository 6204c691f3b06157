import { describe, expect, it } from 'vitest';

import { runSoak } from '../soak/run-soak.ts';
import { readSoakOptions } from '../soak/soak-options.ts';

/**
 * Three processes on PostgreSQL; one is stopped while the CRM holds its answers back, until the
 * others have taken over, and wakes up to refusals that were given before they had.
 */
const ARGUMENTS = [
  ...['--database', 'postgres', '--calls', '40', '--kills', '0', '--stops', '1'],
  ...['--hold', '5500', '--styles', 'dumb'],
];
const hasPostgres = (process.env['TEST_DATABASE_URL'] ?? '') !== '' || process.env['CI'] === 'true';

describe.skipIf(!hasPostgres)('a process that wakes up after its leases have ended', () => {
  it('has its results thrown away', async () => {
    const result = await run([]);

    expect(result.counts.stops).toBe(1);
    expect(result.violations).toEqual([]);
  });

  it('is caught when nobody looks at the fences (negative control)', async () => {
    const result = await run(['--plant', 'no-fence']);

    expect(result.violations.join('\n')).toContain('times CreateActivity');
  });
});

async function run(more: readonly string[]): ReturnType<typeof runSoak> {
  return await runSoak(
    readSoakOptions([...ARGUMENTS, ...more], () => 3),
    () => {},
  );
}
