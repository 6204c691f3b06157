import { expect, it } from 'vitest';

import { createPlaces } from '../connections/places.ts';
import type { Database } from '../store/database.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { systemClock } from '../time/clock.ts';
import type { ConnectionBook } from './call-connection.ts';
import { claimLanes, MAX_CONNECTIONS } from './claim.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';
import { SEEDED } from './testing/seed.ts';

describeDatabases('a claim', ({ open }) => {
  it('reaches a connection behind more of those that may send nothing than it looks at', async () => {
    const others = Array.from({ length: MAX_CONNECTIONS }, (_, at) => `con-2-${100 + at}`);
    const pipeline = await openPipeline(open, { connections: others });
    const { database } = pipeline;
    await pipeline.accept(aCall().ringing);
    const last = others.at(-1);
    const connections: ConnectionBook = {
      ...pipeline.connections,
      // Nobody can open the ones before it.
      open: async (organization, id) =>
        id === last ? await pipeline.connections.open(organization, id) : undefined,
    };
    const claim = () => claimLanes({ database, connections, node: 'node-1', leaseMs: 1_000 }, 100);

    const first = await claim();
    pipeline.clock.advance((first.againAt ?? Infinity) - database.now());
    const second = await claim();

    expect(first.lanes).toEqual([]);
    expect(second.lanes.map(({ connection }) => connection.id)).toEqual([last]);
  });

  it('does not wait for a slot of the rate that a clock which ran ahead has set', async () => {
    const pipeline = await openPipeline(open, {
      methods: ['CreateActivity'],
      options: { rate: { requests: 60, per_seconds: 60 } },
    });
    const call = aCall();
    await pipeline.accept(call.ringing, call.ended);
    const bucket = {
      connection_id: SEEDED.connectionId,
      organization_id: SEEDED.organizationId,
      window_ms: 60_000,
      next_us: (pipeline.database.now() + 3_600_000) * 1_000,
    };
    await pipeline.database.write(async (transaction) => {
      await transaction.insertInto('connection_rate').values(bucket).execute();
    });

    await pipeline.drain();

    expect(await pipeline.steps()).toEqual(['CreateActivity done']);
  });

  it('looks at a connection all the same that such a clock has held', async () => {
    const pipeline = await openPipeline(open, { methods: ['CreateActivity'] });
    const { database } = pipeline;
    const call = aCall();
    await pipeline.accept(call.ringing, call.ended);
    const held_until = database.now() + 86_400_000;
    await database.write(async (transaction) => {
      await transaction.updateTable('connection_pace').set({ held_until }).execute();
    });

    await pipeline.drain();

    expect(await pipeline.steps()).toEqual(['CreateActivity done']);
  });

  it('leaves the places to look-ups that they have or wait for', async () => {
    const pipeline = await openPipeline(open, {
      methods: ['CreateActivity'],
      options: { concurrency: 2 },
    });
    const { database, connections } = pipeline;
    await pipeline.accept(aCall('c-1').ringing, aCall('c-2').ringing);
    await pipeline.accept(aCall('c-1').ended, aCall('c-2').ended);
    const places = createPlaces({ clock: systemClock, wake: () => {} });
    const deps = { database, connections, places, node: 'node-1', leaseMs: 60_000 };
    const opened = await connections.open(SEEDED.organizationId, SEEDED.connectionId);
    if (opened === undefined) throw new Error('no connection');
    const { signal } = new AbortController();
    const lookUp = () => places.enter(opened, { ms: 60_000, signal });

    const first = await lookUp();
    const some = await claimLanes(deps, 100);
    const second = lookUp();
    const none = await claimLanes(deps, 100);
    for (const { leave } of some.lanes) leave();
    const entered = await second;

    expect([some.lanes.length, none.lanes.length]).toEqual([1, 0]);
    expect([first.status, entered.status]).toEqual(['entered', 'entered']);
  });

  it('gives back the places that it did not take, even where it failed', async () => {
    const pipeline = await openPipeline(open, {
      methods: ['CreateActivity'],
      options: { concurrency: 2 },
    });
    const { database, clock, connections } = pipeline;
    await pipeline.accept(aCall('c-1').ringing, aCall('c-1').ended);
    const places = createPlaces({ clock, wake: () => {} });
    const deps = { database, connections, places, node: 'node-1', leaseMs: 60_000 };
    const opened = await connections.open(SEEDED.organizationId, SEEDED.connectionId);
    if (opened === undefined) throw new Error('no connection');
    const failing: Database = {
      ...database,
      writeSoon: async (work) => {
        await database.writeSoon(work);
        throw new Error('the database went away');
      },
    };
    const patience = { ms: 0, signal: new AbortController().signal };

    await expect(claimLanes({ ...deps, database: failing }, 100)).rejects.toThrow('went away');
    const both = [await places.enter(opened, patience), await places.enter(opened, patience)];

    expect(both.map(({ status }) => status)).toEqual(['entered', 'entered']);
  });

  it('asks with a search whether a CRM is back, with each search once', async () => {
    const pipeline = await openPipeline(open);
    const { database, connections } = pipeline;
    await pipeline.accept(aCall('older').ringing);
    pipeline.clock.advance(1_000);
    await pipeline.accept(aCall('newer').ringing);
    const lanes = await database.read.selectFrom('lane').select('id').orderBy('id').execute();
    const [older, newer] = lanes.map(({ id }) => id);
    await database.write(async (transaction) => {
      const gone = { state: 'broken', state_until: database.now() - 1, failures: 5 } as const;
      await transaction.updateTable('connection').set(gone).execute();
      const found = transaction.updateTable('step').set({ state: 'done' });
      await found
        .where('lane_id', '=', older ?? '')
        .where('rank', '=', 0)
        .execute();
    });
    const claim = async () =>
      (await claimLanes({ database, connections, node: 'node-1', leaseMs: 1_000 }, 100)).lanes.map(
        ({ laneId }) => laneId,
      );

    const first = await claim();
    await database.write(async (transaction) => {
      await transaction.updateTable('lane').set({ state: 'ready' }).execute();
      const tried = transaction.updateTable('step').set({ first_at: database.now() });
      await tried.where('lane_id', '=', newer ?? '').execute();
    });
    const second = await claim();

    expect(first).toEqual([newer]);
    expect(second).toEqual([older]);
  });
});
