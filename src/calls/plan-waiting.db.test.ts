import { expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import type { ConnectionBook } from './call-connection.ts';
import { createIntake } from './intake.ts';
import { getCall } from './ledger.ts';
import { planWaiting } from './plan-waiting.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';
import { SEEDED } from './testing/seed.ts';

describeDatabases('a connection that cannot be opened', ({ open }) => {
  /** An organization with the connections con-1 and con-2, of which some are shut. */
  async function begin() {
    const pipeline = await openPipeline(open, { connections: ['con-2'] });
    const shut = new Set<string>();
    const connections: ConnectionBook = {
      open: async (organizationId, id) =>
        shut.has(id) ? undefined : await pipeline.connections.open(organizationId, id),
      ofOrganization: async (id) => {
        const all = (await pipeline.connections.ofOrganization(id)).open;
        return {
          open: all.filter((one) => !shut.has(one.id)),
          shut: all.flatMap((one) => (shut.has(one.id) ? one.id : [])),
        };
      },
    };
    const deps = { ...pipeline, connections, wake: () => {} };
    const intake = createIntake(deps);
    const { log } = pipeline.deliver;
    return {
      ...pipeline,
      shut,
      accept: (...bodies: readonly unknown[]) => intake.accept(SEEDED, bodies),
      planAgain: () => planWaiting({ ...deps, log }),
      sentTo: (id: string) =>
        pipeline.runner.sent
          .filter(({ connectionId }) => connectionId === id)
          .map(({ method }) => method),
    };
  }

  it('keeps no event out, and none from the other connections', async () => {
    const { accept, drain, sentTo, shut } = await begin();
    shut.add('con-1');
    const { ringing, answered, ended } = aCall();

    const results = await accept(ringing, answered, ended);
    await drain();

    expect(results.map(({ status }) => status)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(sentTo('con-2')).toEqual(['FindContact', 'CreateActivity', 'StopCallActivity']);
    expect(sentTo('con-1')).toEqual([]);
  });

  it('shows which calls wait for it, and why', async () => {
    const { accept, database, shut } = await begin();
    shut.add('con-1');
    const [result] = await accept(aCall().ringing);

    const call = await getCall(database, SEEDED, result?.callId ?? '');

    expect(call.lanes.find(({ connectionId }) => connectionId === 'con-1')?.skip).toMatchObject({
      reason: 'connection_shut',
      message: expect.stringContaining('cannot be opened'),
    });
  });

  it('gets the calls that it missed when it can be opened again, each once', async () => {
    const { accept, drain, planAgain, sentTo, shut } = await begin();
    shut.add('con-1');
    await accept(...Object.values(aCall('c-1')), aCall('c-2').ringing);
    await drain();
    expect(await planAgain()).toBe(0);

    shut.clear();
    expect(await planAgain()).toBe(2);
    expect(await planAgain()).toBe(0);
    await drain();

    expect(sentTo('con-1').toSorted()).toEqual([
      'CreateActivity',
      'CreateActivity',
      'FindContact',
      'FindContact',
      'StopCallActivity',
    ]);
    expect(sentTo('con-2').toSorted()).toEqual(sentTo('con-1').toSorted());
  });

  it('gets what changed meanwhile of a call that it knew', async () => {
    const { accept, clock, drain, planAgain, runner, sentTo, shut } = await begin();
    const { ringing, answered, ended } = aCall();
    await accept(ringing, { ...answered, extension: '101' });
    await drain();
    shut.add('con-1');
    await accept(
      { call_id: 'c-1', kind: 'transferred', extension: '102', event_id: 't' },
      { call_id: 'c-1', kind: 'noted', description: 'about the invoice', event_id: 'n' },
    );
    shut.clear();

    // Its next event comes before anybody has looked.
    await accept(ended);
    clock.advance(6_000);
    await drain();
    expect(await planAgain()).toBe(0);

    expect(sentTo('con-1')).toEqual([
      'FindContact',
      'CreateActivity',
      'UpdateActivity',
      'StopCallActivity',
    ]);
    const update = runner.sent.find(({ method }) => method === 'UpdateActivity');
    expect(update?.values).toMatchObject({
      user_id: '12',
      description: 'about the invoice',
      update_reason: 'note,owner',
    });
  });
});
