import { claimLanes } from '../../src/calls/claim.ts';
import type { CallConnection } from '../../src/calls/call-connection.ts';
import { openDatabase } from '../../src/store/database.ts';
import { parseOptions } from '../../src/connections/connection-options.ts';
import { systemClock } from '../../src/time/clock.ts';
import { sorted } from './quantile.ts';

const CLAIMS = 300;
const WARM_UP_CLAIMS = 50;
/** Lanes that one claim takes at most: what is free while most requests are under way. */
const LANES = 32;

/**
 * Claims lanes as the server does, on its database while it is stopped, and gives them back. Gives
 * the milliseconds of each claim, commit and sync included, in rising order.
 */
export async function timeClaims(place: {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
}): Promise<readonly number[]> {
  const settings =
    place.databaseUrl === undefined
      ? ({ kind: 'sqlite', directory: place.dataDir, exclusive: true } as const)
      : ({ kind: 'postgres', url: place.databaseUrl } as const);
  const database = await openDatabase(settings, { clock: systemClock, onFatal: () => {} });
  const open = (organizationId: string, id: string): Promise<CallConnection> =>
    Promise.resolve({
      ...{ id, organizationId, country: 'GB', timezone: 'UTC' },
      ...{ options: parseOptions({ concurrency: 16 }), methods: new Set<never>() },
      ...{ limits: [], origins: [] },
    });
  const connections = { open, ofOrganization: () => Promise.resolve({ open: [], shut: [] }) };
  const times: number[] = [];
  for (let claim = 0; claim < WARM_UP_CLAIMS + CLAIMS; claim += 1) {
    const begun = performance.now();
    const { lanes } = await claimLanes(
      { database, connections, node: 'bench', leaseMs: 45_000 },
      LANES,
    );
    if (claim >= WARM_UP_CLAIMS) times.push(performance.now() - begun);
    if (lanes.length === 0) throw new Error('there was nothing to claim');
    const ids = lanes.map(({ laneId }) => laneId);
    await database.write(async (transaction) => {
      await transaction
        .updateTable('lane')
        .set({ state: 'ready', lease_until: null, node: null })
        .where('id', 'in', ids)
        .execute();
    });
  }
  await database.close();
  return sorted(times);
}
