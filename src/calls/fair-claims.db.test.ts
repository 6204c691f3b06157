import { expect, it } from 'vitest';

import type { Database } from '../store/database.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import type { ConnectionBook } from './call-connection.ts';
import { claimLanes } from './claim.ts';
import { openPipeline } from './testing/pipeline.ts';

const POOL = 64;

/** An organization whose connections have so many waiting lanes each. */
async function addOrganization(
  database: Database,
  of: { readonly id: string; readonly connections: number; readonly lanes: number },
): Promise<void> {
  const now = database.now();
  const organization_id = of.id;
  const system = `${of.id}-pbx`;
  const version = `${of.id}-version`;
  const connections = Array.from({ length: of.connections }, (_, at) => `${of.id}-con-${at}`);
  const lanes = connections.flatMap((connection_id) =>
    Array.from({ length: of.lanes }, (_, at) => ({ connection_id, id: `${connection_id}-${at}` })),
  );
  await database.write(async (transaction) => {
    await transaction
      .insertInto('organization')
      .values({
        ...{ id: of.id, name: of.id, domain: null, country: 'GB', timezone: 'UTC' },
        created_at: now,
      })
      .execute();
    await transaction
      .insertInto('phone_system')
      .values({ id: system, organization_id, name: 'PBX', created_at: now })
      .execute();
    await transaction
      .insertInto('integration')
      .values({ id: `${of.id}-int`, organization_id, document_id: 'x', name: 'X', created_at: now })
      .execute();
    await transaction
      .insertInto('integration_version')
      .values({
        ...{ id: version, integration_id: `${of.id}-int`, organization_id, number: 1 },
        ...{ document: '{}', digest: '', created_at: now },
      })
      .execute();
    await transaction
      .insertInto('connection')
      .values(
        connections.map((id) => ({
          ...{ id, organization_id, integration_version_id: version, name: id },
          ...{ properties: '{}', options: '{}', state: 'active' as const, state_reason: null },
          ...{ state_since: now, state_until: null, failures: 0, throttles: 0, breaks: 0 },
          ...{ revision: 1, created_at: now, updated_at: now },
        })),
      )
      .execute();
    await transaction
      .insertInto('connection_pace')
      .values(
        connections.map((connection_id) => ({
          ...{ connection_id, organization_id, next_cell_at: 0, claimed_at: 0, forbidden: '[]' },
        })),
      )
      .execute();
    await transaction
      .insertInto('call')
      .values(
        lanes.map(({ id }) => ({
          ...{ id, organization_id, phone_system_id: system, external_id: id, generation: 0 },
          ...{ phase: 'ended' as const, facts: '{}', event_count: 1, started_at: now },
          ...{ created_at: now, last_event_at: now },
        })),
      )
      .execute();
    await transaction
      .insertInto('lane')
      .values(
        lanes.map(({ id, connection_id }) => ({
          ...{ id, organization_id, connection_id, call_id: id, call_key: id },
          ...{ state: 'ready' as const, ready_at: now, lease_until: null, fence: 0, node: null },
          ...{ revision: 0, memory: '{}', skip_reason: null, skip_message: null },
          ...{ created_at: now, updated_at: now },
        })),
      )
      .execute();
  });
}

describeDatabases('places of a process', ({ open }) => {
  async function begin() {
    const pipeline = await openPipeline(open);
    const { database } = pipeline;
    const template = await pipeline.connections.open('org-1', 'con-1');
    if (template === undefined) throw new Error('no connection');
    const connections: ConnectionBook = {
      ...pipeline.connections,
      open: (organizationId, id) => Promise.resolve({ ...template, id, organizationId }),
    };
    /** Lanes under way, by organization: none ever ends here, as at a CRM that times out. */
    const held = new Map<string, number>();
    const claim = async (): Promise<readonly string[]> => {
      const free = POOL - [...held.values()].reduce((sum, count) => sum + count, 0);
      if (free <= 0) return [];
      const deps = { database, connections, node: 'node-1', leaseMs: 45_000 };
      const { lanes } = await claimLanes(deps, free, { size: POOL, held });
      const claimed = lanes.map(({ connection }) => connection.organizationId);
      for (const id of claimed) held.set(id, (held.get(id) ?? 0) + 1);
      return claimed;
    };
    return { ...pipeline, claim, held };
  }

  it('are half kept for whoever comes, while one organization waits for a CRM that times out', async () => {
    const { database, claim, held } = await begin();
    await addOrganization(database, { id: 'busy', connections: 60, lanes: 8 });
    for (let look = 0; look < 10; look += 1) await claim();
    const ofBusy = held.get('busy') ?? 0;

    await addOrganization(database, { id: 'calm', connections: 1, lanes: 3 });
    const next = await claim();

    expect(ofBusy).toBe(POOL / 2);
    expect(next.filter((id) => id === 'calm')).toHaveLength(3);
  });

  it('are reached at the next claim behind more connections than one claim looks at', async () => {
    const { database, claim } = await begin();
    await addOrganization(database, { id: 'busy', connections: 200, lanes: 2 });
    await addOrganization(database, { id: 'calm', connections: 1, lanes: 1 });

    const first = await claim();

    expect(first).toContain('calm');
  });

  it('go to organizations in equal parts, not to connections', async () => {
    const { database, claim } = await begin();
    await addOrganization(database, { id: 'many', connections: 60, lanes: 4 });
    await addOrganization(database, { id: 'few', connections: 8, lanes: 40 });

    const counts = Map.groupBy(await claim(), (id) => id);

    // A third each, within one turn: the last third is for whoever comes.
    const sizes = ['many', 'few'].map((id) => counts.get(id)?.length ?? 0);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(POOL / 3 - 4);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(POOL / 3 + 4);
  });
});
