import { expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import { claimLanes } from './claim.ts';
import { gateByHosts } from './host-gate.ts';
import type { Asking } from './host-gate.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';
import { ORIGIN, SEEDED } from './testing/seed.ts';

describeDatabases('a host that comes back', ({ open }) => {
  /** The host permits three requests at a time, and two lanes of `con-1` are on their way to it. */
  async function begin() {
    const { accept, database, connections, clock } = await openPipeline(open);
    await accept(...[1, 2, 3].map((at) => aCall(`c-${at}`).ringing));
    const { lanes } = await claimLanes({ database, connections, node: 'n', leaseMs: 45_000 }, 2);
    expect(lanes).toHaveLength(2);
    const health = { state: 'opening' as const, until: null, breaks: 1, permits: 3, votes: '[]' };
    const nobody = { probe_connection: null, probe_organization: null };
    await database.write(async (transaction) => {
      await transaction
        .insertInto('host_health')
        .values({ origin: ORIGIN, ...health, ...nobody, revision: 1, updated_at: clock.now() })
        .execute();
    });
    const gate = (...asking: readonly Asking[]) =>
      database.write((transaction) => gateByHosts(transaction, asking, clock.now()));
    return { gate, now: clock.now() };
  }

  const asks = (connectionId: string, permits: number, origin = ORIGIN): Asking => ({
    ...{ connectionId, permits, origin, organizationId: SEEDED.organizationId },
    ...{ leased: 0, isProbe: false },
  });

  it('permits what is left when those under way are counted, to all connections together', async () => {
    const { gate, now } = await begin();

    const permitted = await gate(asks('con-1', 5), asks('con-2', 5), asks('con-3', 5, 'https://o'));

    expect(permitted).toMatchObject([
      { connectionId: 'con-1', permits: 1 },
      { connectionId: 'con-2', permits: 0, againAt: now + 1_000 },
      { connectionId: 'con-3', permits: 5 },
    ]);
  });
});
