import { expect, it } from 'vitest';

import { insertHold } from '../organizations/holds-repository.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { getCall, listCalls } from './ledger.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';
import type { TestPipeline } from './testing/pipeline.ts';
import { SEEDED } from './testing/seed.ts';

const SCOPE = { organizationId: SEEDED.organizationId };

describeDatabases('what a call waits for', ({ open }) => {
  async function onlyCall({ database }: TestPipeline) {
    const { items } = await listCalls(database, SCOPE, { filter: {}, page: { limit: 10 } });
    return await getCall(database, SCOPE, items[0]?.id ?? '');
  }

  it('is the end of a suspension, where the organization is suspended', async () => {
    const pipeline = await openPipeline(open);
    const why = { reason: 'Invoice 4711', actor: 'test', since: 0, removed_rows: 0 };
    await pipeline.database.write((transaction) =>
      insertHold(transaction, SCOPE, { state: 'suspended', ...why }),
    );
    await pipeline.accept(aCall().ringing);

    const { steps, notes } = await onlyCall(pipeline);

    expect(steps[0]).toMatchObject({
      state: 'waiting',
      happened: expect.stringContaining('suspended since 1970-01-01T00:00:00.000Z (Invoice 4711)'),
      remedy: expect.stringContaining('resume'),
    });
    expect(notes).toContainEqual(expect.stringContaining('The organization is suspended'));
  });

  it('is its ring, where only a recording was told of', async () => {
    const pipeline = await openPipeline(open);
    const recording = { url: 'https://pbx.example.com/r' };
    await pipeline.accept({ call_id: 'c-1', kind: 'recorded', recording });

    const { state, notes } = await onlyCall(pipeline);

    expect(state).toBe('open');
    expect(notes).toContainEqual(expect.stringContaining('It has not been reported that'));
  });

  it.each<[string, { readonly state?: 'broken' | 'opening'; readonly held: number }, string]>([
    ['the next slot of a rate', { held: 40_000 }, 'limit is used up for now: it goes on in 40 s.'],
    [
      'an address that is away',
      { state: 'broken', held: 30_000 },
      'https://crm.example.com fails or does not answer, for others too: it is tried in 60 s',
    ],
    [
      'an address that has come back',
      { state: 'opening', held: 1_000 },
      'https://crm.example.com works again and gets few requests at first',
    ],
    ['nothing, where the hold is over', { held: 0 }, 'It is tried next.'],
    ['nothing, where a clock ran ahead', { held: 31_536_000_000 }, 'It is tried next.'],
  ])('is %s', async (_, { state, held }, words) => {
    const pipeline = await openPipeline(open);
    const { database } = pipeline;
    await pipeline.accept(aCall().ringing);
    const now = database.now();
    const origin = 'https://crm.example.com';
    await database.write(async (transaction) => {
      const pace = { held_until: now + held, origin };
      await transaction.updateTable('connection_pace').set(pace).execute();
      if (state === undefined) return;
      const until = state === 'broken' ? now + 60_000 : null;
      const host = { origin, state, until, breaks: 1, permits: 2, votes: '[]', updated_at: now };
      await transaction
        .insertInto('host_health')
        .values({ ...host, revision: 1 })
        .execute();
    });

    const { steps } = await onlyCall(pipeline);

    expect(steps[0]?.happened).toContain(words);
  });
});
