import { expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import { replayCall } from './ledger-actions.ts';
import { getCall, listCalls } from './ledger.ts';
import { REFUSED } from './testing/fake-runner.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';
import { SEEDED } from './testing/seed.ts';

const SCOPE = { organizationId: SEEDED.organizationId };

describeDatabases('the notes of a call', ({ open }) => {
  it('name who did what by what people call them', async () => {
    const pipeline = await openPipeline(open, { methods: ['CreateActivity'] });
    const { database, ids, connections, callKeySecret } = pipeline;
    const actions = { database, ids, connections, callKeySecret, wake: () => {} };
    const of = (id: string, name: string, organization: string | null) => ({
      ...{ id, name, prefix: id, hash: Buffer.from(id), created_at: 0 },
      organization_id: organization,
      scope: organization === null ? ('admin' as const) : ('organization' as const),
    });
    await database.write(async (transaction) => {
      const keys = [of('k-1', 'Front desk', SCOPE.organizationId), of('k-2', 'Support', null)];
      await transaction.insertInto('api_key').values(keys).execute();
    });
    pipeline.runner.answer('CreateActivity', REFUSED, REFUSED, REFUSED, REFUSED);
    await pipeline.accept(aCall().ringing, aCall().ended);
    await pipeline.drain();
    const { items } = await listCalls(database, SCOPE, { filter: {}, page: { limit: 1 } });
    const callId = items[0]?.id ?? '';

    for (const actor of ['key:k-1', 'key:k-2', 'key:gone']) {
      await replayCall(actions, SCOPE, { callId, actor });
      await pipeline.drain();
    }

    const { notes } = await getCall(database, SCOPE, callId);
    expect(notes.filter((note) => note.includes(' did '))).toEqual([
      expect.stringContaining(": the key 'Front desk' did "),
      expect.stringContaining(": the operator's key 'Support' did "),
      expect.stringContaining(': key:gone did '),
    ]);
  });
});
