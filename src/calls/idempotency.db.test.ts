import { expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import type { DeliveryPoint } from './deliver.ts';
import { replayStep } from './ledger-actions.ts';
import { recoverLanes } from './recover.ts';
import { settleUnknown } from './settle-by-hand.ts';
import { LOST, REFUSED, UNAVAILABLE } from './testing/fake-runner.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';
import { SEEDED } from './testing/seed.ts';

const SCOPE = { organizationId: SEEDED.organizationId };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describeDatabases('a create under an idempotency key', ({ open }) => {
  async function begin() {
    const pipeline = await openPipeline(open, {
      methods: ['CreateActivity', 'FindActivity', 'UpdateActivity'],
    });
    const { runner, database } = pipeline;
    runner.several('CreateActivity', [{ keyed: true, record: { activity_id: 'act-1' } }]);
    const creates = () => runner.sent.filter(({ method }) => method === 'CreateActivity');
    /** What a CRM has that knows repeated requests by their key. */
    const records = (): number =>
      new Set(creates().map(({ idempotencyKey }) => idempotencyKey)).size;
    const step = async () =>
      await database.read
        .selectFrom('step')
        .selectAll()
        .where('method', '=', 'CreateActivity')
        .executeTakeFirstOrThrow();
    const actions = { ...pipeline, wake: () => {} };
    const of = async () => ({ stepId: (await step()).id, actor: 'key:1' });
    const replay = async () => await replayStep(actions, SCOPE, await of());
    const absent = async () =>
      await settleUnknown(actions, SCOPE, { ...(await of()), answer: { absent: true } });
    return { ...pipeline, creates, records, step, replay, absent };
  }

  it.each<DeliveryPoint>(['sending-committed', 'request-sent', 'before-settle'])(
    'makes one record, unflagged, when the process dies at "%s"',
    async (point) => {
      const { accept, drain, deliver, database, clock, records, creates, step } = await begin();
      Object.assign(deliver, {
        reached: (at: DeliveryPoint) => {
          if (at === point) throw new Error('killed');
        },
      });
      await accept(aCall().ringing, aCall().ended);
      await expect(drain()).rejects.toThrow('killed');

      Object.assign(deliver, { reached: () => {} });
      clock.advance(MINUTE);
      await recoverLanes(database, { kind: 'expired' });
      await drain();
      clock.advance(MINUTE);
      await drain();

      expect(await step()).toMatchObject({ state: 'done', possible_duplicate: 0 });
      expect([records(), creates().length >= 1]).toEqual([1, true]);
    },
  );

  it('repeats the very same request, and tells what is new by an update', async () => {
    const { accept, drain, runner, creates, clock } = await begin();
    runner.answer('CreateActivity', LOST);
    await accept(aCall().ringing, aCall().ended);
    await drain();

    await accept({ call_id: 'c-1', kind: 'noted', description: 'said meanwhile' });
    clock.advance(MINUTE);
    await drain();

    const [first, second] = creates();
    expect(second).toEqual(first);
    expect(runner.sent.at(-1)).toMatchObject({
      method: 'UpdateActivity',
      values: { activity_id: 'act-1', description: 'said meanwhile' },
    });
  });

  it('tells the newest facts where the request was surely not executed', async () => {
    const { accept, drain, runner, creates, records, clock } = await begin();
    runner.answer('CreateActivity', UNAVAILABLE);
    await accept(aCall().ringing, aCall().ended);
    await drain();

    await accept({ call_id: 'c-1', kind: 'noted', description: 'said meanwhile' });
    clock.advance(MINUTE);
    await drain();

    expect(creates().map(({ values }) => values['description'])).toEqual([
      undefined,
      'said meanwhile',
    ]);
    expect(records()).toBe(1);
  });

  it('has a new key when a person has a refused request sent again', async () => {
    const { accept, drain, runner, records, replay, step } = await begin();
    runner.answer('CreateActivity', REFUSED);
    await accept(aCall().ringing, aCall().ended);
    await drain();

    await replay();
    await drain();

    expect(await step()).toMatchObject({ state: 'done' });
    expect(records()).toBe(2);
  });

  it('asks, and does not repeat, where the CRM may have forgotten the key', async () => {
    const { accept, drain, runner, creates, clock, step } = await begin();
    runner.answer('CreateActivity', UNAVAILABLE, LOST);
    await accept(aCall().ringing, aCall().ended);
    await drain();
    clock.advance(24 * HOUR);

    await drain();

    expect(await step()).toMatchObject({ state: 'unknown' });
    expect(creates()).toHaveLength(2);
  });

  it('has a new key when a person says that the record is not there', async () => {
    const { accept, drain, runner, creates, records, absent, clock, step } = await begin();
    runner.answer('CreateActivity', UNAVAILABLE, LOST);
    await accept(aCall().ringing, aCall().ended);
    await drain();
    clock.advance(24 * HOUR);
    await drain();

    await absent();
    await drain();

    expect(await step()).toMatchObject({ state: 'done', possible_duplicate: 0 });
    expect([creates().length, records()]).toEqual([3, 2]);
  });
});
