import { expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import type { DeliveryPoint } from './deliver.ts';
import { replayStep } from './ledger-actions.ts';
import { getCall } from './ledger.ts';
import { recoverLanes } from './recover.ts';
import { settleUnknown } from './settle-by-hand.ts';
import { aRun, LOST, REFUSED, UNAVAILABLE } from './testing/fake-runner.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';
import type { PipelineOptions, TestPipeline } from './testing/pipeline.ts';
import { SEEDED } from './testing/seed.ts';

const SCOPE = { organizationId: SEEDED.organizationId };
const MINUTE = 60_000;
const FOUND = aRun({}, [{ activity_id: 'act-found' }]);
const GONE = aRun({
  kind: 'gone',
  effect: 'not_executed',
  action: 'park',
  message: 'no such call',
});
/** Makes the record, then links it, then writes its text. */
const THREE = [
  { makesRecord: true, record: { activity_id: 'act-1', link_id: 'l-1' } },
  { record: {} },
  { record: { text_id: 't-1' } },
] as const;

describeDatabases('a method of several requests', ({ open }) => {
  async function begin(options: PipelineOptions = {}) {
    const pipeline = await openPipeline(open, options);
    pipeline.runner.several('CreateActivity', THREE);
    const creates = (): readonly (number | undefined)[] =>
      pipeline.runner.sent
        .filter(({ method }) => method === 'CreateActivity')
        .map(({ part }) => part);
    const ledger = async () => {
      const call = await pipeline.database.read
        .selectFrom('call')
        .select('id')
        .executeTakeFirstOrThrow();
      const { steps } = await getCall(pipeline.database, SCOPE, call.id);
      const step = steps.find(({ method }) => method === 'CreateActivity');
      if (step === undefined) throw new Error('no create');
      return step;
    };
    const actions = { ...pipeline, wake: () => {} };
    const says = async (answer: Parameters<typeof settleUnknown>[2]['answer']) =>
      await settleUnknown(actions, SCOPE, { stepId: (await ledger()).id, actor: 'key:1', answer });
    const replay = async () =>
      await replayStep(actions, SCOPE, { stepId: (await ledger()).id, actor: 'key:1' });
    return { ...pipeline, creates, ledger, says, replay };
  }

  it('is sent one after the other in one claim, each with an attempt of its own', async () => {
    const { accept, drain, creates, ledger, steps, runner } = await begin();
    const call = aCall();

    await accept(call.ringing, call.answered, call.ended);
    const claims = await drain();

    expect(creates()).toEqual([1, 2, 3]);
    expect(claims).toBe(1);
    expect(await steps()).toEqual([
      'FindContact done',
      'CreateActivity done',
      'StopCallActivity done',
    ]);
    const { attempts, activityId } = await ledger();
    expect(attempts.map(({ part, exchanges }) => [part, exchanges.length])).toEqual([
      [{ number: 1, of: 3 }, 1],
      [{ number: 2, of: 3 }, 1],
      [{ number: 3, of: 3 }, 1],
    ]);
    expect(activityId).toBe('act-1');
    expect(runner.sent.at(-1)?.values).toMatchObject({
      activity_id: 'act-1',
      link_id: 'l-1',
      text_id: 't-1',
    });
  });

  it('gives each request tries of its own, and does not repeat the ones before', async () => {
    const { accept, drain, creates, runner, clock, database } = await begin();
    runner.answer(
      'CreateActivity',
      UNAVAILABLE,
      UNAVAILABLE,
      aRun({}, [THREE[0].record]),
      UNAVAILABLE,
    );
    const tries = async () =>
      (
        await database.read
          .selectFrom('step')
          .select('attempts')
          .where('method', '=', 'CreateActivity')
          .executeTakeFirstOrThrow()
      ).attempts;

    await accept(aCall().ringing);
    await drain();
    clock.advance(MINUTE);
    await drain();
    expect(await tries()).toBe(2);
    clock.advance(MINUTE);
    await drain();
    expect(await tries()).toBe(1);
    clock.advance(MINUTE);
    await drain();

    expect(creates()).toEqual([1, 1, 1, 2, 2, 3]);
  });

  it('tells later requests of a create how young its record is', async () => {
    const { accept, drain, runner, clock } = await begin();
    runner.answer('CreateActivity', aRun({}, [THREE[0].record]), UNAVAILABLE);

    await accept(aCall().ringing);
    await drain();
    clock.advance(7_000);
    await drain();

    const ages = runner.sent.filter(({ method }) => method === 'CreateActivity');
    expect(ages.map(({ recordAgeMs }) => recordAgeMs)).toEqual([undefined, 0, 7_000, 7_000]);
  });

  it('asks for the record where the answer of the request that makes it is lost, and goes on', async () => {
    const { accept, drain, creates, runner, clock, ledger } = await begin();
    runner.answer('CreateActivity', LOST);
    runner.answer('FindActivity', FOUND);

    await accept(aCall().ringing);
    await drain();
    clock.advance(5_000);
    await drain();

    expect(creates()).toEqual([1, 2, 3]);
    expect(await ledger()).toMatchObject({ state: 'delivered', possibleDuplicate: false });
    expect((await ledger()).activityId).toBe('act-found');
  });

  it('sends the very request again that the CRM says it does not have', async () => {
    const { accept, drain, creates, runner, clock } = await begin();
    runner.answer('CreateActivity', LOST);

    await accept(aCall().ringing);
    await drain();
    for (const wait of [5_000, 30_000, 2 * MINUTE, 10 * MINUTE]) {
      clock.advance(wait);
      await drain();
    }

    expect(creates()).toEqual([1, 1, 2, 3]);
  });

  it('does not take the record for an answer to a later request, which is sent again and flagged', async () => {
    const { accept, drain, creates, runner, clock, ledger } = await begin();
    runner.answer('CreateActivity', aRun({}, [THREE[0].record]), LOST);

    await accept(aCall().ringing);
    await drain();
    clock.advance(MINUTE);
    await drain();

    expect(runner.sent.filter(({ method }) => method === 'FindActivity')).toEqual([]);
    expect(creates()).toEqual([1, 2, 2, 3]);
    expect(await ledger()).toMatchObject({ state: 'delivered', possibleDuplicate: true });
  });

  it.each<DeliveryPoint>([
    'lane-loaded',
    'before-sending',
    'sending-committed',
    'request-sent',
    'before-settle',
    'settled',
  ])('goes on where it stood when the process dies at "%s", whenever', async (point) => {
    const { accept, drain, clock, runner, database, deliver } = await begin();
    for (let time = 1; time <= 5; time += 1) {
      runner.sent.length = 0;
      const parts = () =>
        runner.sent.filter(({ method }) => method === 'CreateActivity').map(({ part }) => part);
      const sends = (): number => parts().filter((part) => part === 1).length;
      let left = time;
      const die = (at: DeliveryPoint): void => {
        left -= at === point ? 1 : 0;
        if (at === point && left === 0) throw new Error('killed');
      };
      Object.assign(deliver, { reached: die, runner: whoRemembers(runner, () => sends() > 0) });
      const { ringing } = aCall(`c-${time}`);
      await accept(ringing);
      await drain().catch(() => undefined);
      Object.assign(deliver, { reached: () => {} });
      clock.advance(MINUTE);
      await recoverLanes(database, { kind: 'expired' });
      for (const wait of [0, 5_000, 30_000, 2 * MINUTE, 10 * MINUTE]) {
        clock.advance(wait);
        await drain();
      }

      const { state, possible_duplicate: flag } = await database.read
        .selectFrom('step')
        .select(['state', 'possible_duplicate'])
        .where('method', '=', 'CreateActivity')
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirstOrThrow();
      // The record itself stands there once; what may stand there twice is flagged.
      expect([state, sends()]).toEqual(['done', 1]);
      expect([3, 4]).toContain(parts().length);
      expect(flag).toBe(parts().length > 3 ? 1 : flag);
    }
  });

  it('goes on at its request when a person replays it', async () => {
    const { accept, drain, creates, runner, replay, ledger } = await begin();
    runner.answer('CreateActivity', aRun({}, [THREE[0].record]), REFUSED);
    await accept(aCall().ringing);
    await drain();
    expect(await ledger()).toMatchObject({ state: 'parked', reason: 'refused' });

    await replay();
    await drain();

    expect(creates()).toEqual([1, 2, 2, 3]);
    expect(await ledger()).toMatchObject({ state: 'delivered', activityId: 'act-1' });
  });

  it.each([
    ['the record is there', { found: 'act-5' }, [1, 2, 3], 'act-5'],
    ['it is not there', { absent: true }, [1, 1, 2, 3], 'act-1'],
  ] as const)('goes on when a person says of its first request that %s', async (...of) => {
    const [, answer, parts, id] = of;
    const { accept, drain, creates, runner, says, ledger } = await begin({
      options: { on_unknown: 'park' },
      methods: ['CreateActivity', 'StopCallActivity'],
    });
    runner.answer('CreateActivity', LOST);
    await accept(aCall().ringing, aCall().ended);
    await drain();
    expect(await ledger()).toMatchObject({ state: 'parked', reason: 'unknown_outcome' });

    await says(answer);
    await drain();

    expect(creates()).toEqual(parts);
    expect(await ledger()).toMatchObject({ state: 'delivered', activityId: id });
    expect(runner.sent.at(-1)).toMatchObject({
      method: 'StopCallActivity',
      values: { activity_id: id },
    });
  });

  it.each([
    ['was done', { found: undefined }, [1, 2, 3]],
    ['was not done', { absent: true }, [1, 2, 2, 3]],
  ] as const)('goes on when a person says that its second request %s', async (...of) => {
    const [, answer, parts] = of;
    const { accept, drain, creates, runner, says, ledger } = await begin({
      options: { on_unknown: 'park' },
    });
    runner.answer('CreateActivity', aRun({}, [THREE[0].record]), LOST);
    await accept(aCall().ringing);
    await drain();
    expect(await ledger()).toMatchObject({ state: 'parked', reason: 'unknown_outcome' });

    await says(answer);
    await drain();

    expect(creates()).toEqual(parts);
    expect(await ledger()).toMatchObject({ state: 'delivered', activityId: 'act-1' });
  });

  it('is done with what it bound when no further request has anything to do', async () => {
    const { accept, drain, runner, ledger } = await begin();
    runner.several('CreateActivity', [THREE[0], { record: {} }]);
    const { prepare } = runner;
    runner.prepare = async (call, signal) =>
      call.progress === undefined
        ? await prepare(call, signal)
        : { status: 'not_sent', reason: 'nothing_left', message: 'Only one part was needed' };

    await accept(aCall().ringing, aCall().ended);
    await drain();

    expect(await ledger()).toMatchObject({ state: 'delivered', activityId: 'act-1' });
    expect(runner.sent.at(-1)?.values).toMatchObject({ activity_id: 'act-1', link_id: 'l-1' });
  });

  it('tells the CRM what changes between two of its requests', async () => {
    const { accept, drain, runner, clock } = await begin();
    runner.answer('CreateActivity', aRun({}, [THREE[0].record]), UNAVAILABLE);
    await accept(aCall().ringing);
    await drain();

    await accept({ call_id: 'c-1', kind: 'noted', description: 'said meanwhile' });
    clock.advance(MINUTE);
    await drain();

    expect(runner.sent.map(({ method }) => method).at(-1)).toBe('UpdateActivity');
    expect(runner.sent.at(-1)?.values).toMatchObject({ description: 'said meanwhile' });
  });

  it('says of a step that is done what of it may have failed', async () => {
    const { accept, drain, runner, ledger } = await begin();
    runner.several('CreateActivity', [{ record: { activity_id: 'act-1' } }]);
    const notes = [{ code: 'partial_success', message: 'One of two parts was refused.' }];
    runner.answer('CreateActivity', { ...aRun({}, [{ activity_id: 'act-1' }]), notes });

    await accept(aCall().ringing);
    await drain();

    const step = await ledger();
    expect(step).toMatchObject({ state: 'delivered' });
    expect(step.happened).toBe('The CRM answered 200. One of two parts was refused.');
    expect(step.attempts[0]?.notes).toEqual(['One of two parts was refused.']);
  });

  it('parks as gone a later request whose record was deleted meanwhile', async () => {
    const { accept, drain, runner, ledger } = await begin();
    runner.answer('CreateActivity', aRun({}, [THREE[0].record]), GONE);

    await accept(aCall().ringing);
    await drain();

    expect(await ledger()).toMatchObject({ state: 'parked', reason: 'gone' });
  });
});

/** A CRM that finds the record once it has been made. */
function whoRemembers(runner: TestPipeline['runner'], isThere: () => boolean) {
  return {
    prepare: async (...of: Parameters<typeof runner.prepare>) => {
      const [{ method }] = of;
      if (method === 'FindActivity' && isThere()) {
        runner.answer('FindActivity', aRun({}, [{ activity_id: 'act-1' }]));
      }
      return await runner.prepare(...of);
    },
  };
}
