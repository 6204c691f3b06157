import { describe, expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import { AppError } from '../errors/app-error.ts';
import { clampTimes } from './clamp-times.ts';
import { recoverLanes } from './recover.ts';
import { aRun, LOST, REFUSED, UNAVAILABLE } from './testing/fake-runner.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';

const FOUND = aRun({}, [
  { contact_id: '7', contact_name: 'Grace Hopper', phone: ['+442071838750'] },
]);
const MINUTE = 60_000;

describeDatabases('delivery', ({ open }) => {
  describe('a call from its ring to its end', () => {
    it('reaches the CRM step by step, in the order of its life', async () => {
      const { accept, drain, runner, steps } = await openPipeline(open);
      runner.answer('FindContact', FOUND);
      const call = aCall();

      await accept(call.ringing);
      await drain();
      await accept(call.answered, call.ended);
      await drain();

      expect(runner.sent.map((sent) => sent.method)).toEqual([
        'FindContact',
        'CreateActivity',
        'StopCallActivity',
      ]);
      expect(runner.sent[1]?.values).toMatchObject({
        contact_id: '7',
        contact_name: 'Grace Hopper',
        user_id: '11',
        party_number: '+442071838750',
        subject: 'Inbound call from +442071838750',
      });
      expect(runner.sent[2]?.values).toMatchObject({ activity_id: 'act-2', call_duration: 63 });
      expect(await steps()).toEqual([
        'FindContact done',
        'CreateActivity done',
        'StopCallActivity done',
      ]);
    });

    it('tells with each later step how young the record is', async () => {
      const { accept, drain, runner, clock } = await openPipeline(open);
      const call = aCall();

      await accept(call.ringing);
      await drain();
      clock.advance(7_000);
      await accept(call.answered, call.ended);
      await drain();

      expect(runner.sent.map((sent) => sent.recordAgeMs)).toEqual([undefined, undefined, 7_000]);
    });

    it('keeps the order when the end arrives first', async () => {
      const { accept, drain, runner, clock } = await openPipeline(open);
      const call = aCall();

      await accept({ ...call.ended, extension: '101', direction: 'inbound' });
      await drain();
      await accept(call.ringing);
      clock.advance(3_000);
      await drain();

      expect(runner.sent.map((sent) => sent.method)).toEqual([
        'FindContact',
        'CreateActivity',
        'StopCallActivity',
      ]);
      expect(runner.sent[1]?.values).toMatchObject({ calling_number: '+442071838750' });
    });

    it('changes nothing when events are sent again', async () => {
      const { accept, drain, runner } = await openPipeline(open);
      const call = aCall();
      await accept(call.ringing, call.answered, call.ended);
      await drain();
      const sent = runner.sent.length;

      const results = await accept(call.ringing, call.answered, call.ended);
      await drain();

      expect(results.map((result) => result.status)).toEqual(['repeated', 'repeated', 'repeated']);
      expect(runner.sent).toHaveLength(sent);
    });

    it('refuses a bad event without its neighbours', async () => {
      const { accept } = await openPipeline(open);

      const results = await accept({ kind: 'ringing' }, aCall().ringing, 7);

      expect(results.map((result) => result.status)).toEqual(['refused', 'accepted', 'refused']);
    });

    it('merges comments saved within five seconds into one update', async () => {
      const { accept, drain, runner, clock } = await openPipeline(open);
      await accept(aCall().ringing);
      await drain();

      await accept({ call_id: 'c-1', kind: 'noted', description: 'first' });
      clock.advance(2_000);
      await accept({ call_id: 'c-1', kind: 'noted', description: 'second', subject: 'Invoice' });
      await drain();
      expect(runner.sent.filter((sent) => sent.method === 'UpdateActivity')).toHaveLength(0);
      clock.advance(3_000);
      await drain();

      const updates = runner.sent.filter((sent) => sent.method === 'UpdateActivity');
      expect(updates).toHaveLength(1);
      expect(updates[0]?.values).toMatchObject({
        description: 'second',
        subject: 'Invoice',
        update_reason: 'note',
      });
    });
  });

  describe('an unknown outcome', () => {
    it('is settled by asking, and the create is not repeated', async () => {
      const { accept, drain, runner, clock, steps } = await openPipeline(open);
      runner.answer('CreateActivity', LOST);
      runner.answer('FindActivity', aRun({}, [{ activity_id: 'act-9' }]));
      await accept(aCall().ringing);
      await drain();
      expect(await steps()).toContain('CreateActivity unknown');

      clock.advance(5_000);
      await drain();

      expect(await steps()).toContain('CreateActivity done');
      expect(runner.sent.filter((sent) => sent.method === 'CreateActivity')).toHaveLength(1);
    });

    it('is sent again only after the last no', async () => {
      const { accept, drain, runner, clock } = await openPipeline(open);
      runner.answer('CreateActivity', LOST);
      await accept(aCall().ringing);
      await drain();
      const asked: number[] = [];

      for (const seconds of [5, 25, 90, 480]) {
        clock.advance(seconds * 1_000);
        await drain();
        asked.push(runner.sent.filter((sent) => sent.method === 'FindActivity').length);
      }

      expect(asked).toEqual([1, 2, 3, 4]);
      expect(runner.sent.filter((sent) => sent.method === 'CreateActivity')).toHaveLength(2);
    });

    it('without a look-up is repeated once, flagged, and then waits for a person', async () => {
      const methods = ['CreateActivity', 'StopCallActivity'] as const;
      const { accept, drain, runner, clock, steps, database } = await openPipeline(open, {
        methods,
      });
      runner.answer('CreateActivity', LOST, LOST);
      await accept(aCall().ringing);
      await drain();

      clock.advance(MINUTE);
      await drain();

      expect(await steps()).toEqual(['CreateActivity parked unknown_outcome']);
      const [first, second] = runner.sent;
      expect(first?.values['description']).toBeUndefined();
      expect(second?.values['description']).toContain('Possible duplicate');
      const step = await database.read.selectFrom('step').selectAll().executeTakeFirstOrThrow();
      expect(step.possible_duplicate).toBe(1);
    });

    it('of a change that is posted is no licence to post it for ever', async () => {
      const methods = ['CreateActivity', 'AnswerCallActivity', 'StopCallActivity'] as const;
      const { accept, drain, runner, clock, steps } = await openPipeline(open, { methods });
      runner.answer('AnswerCallActivity', LOST, LOST, LOST, LOST, LOST);
      const call = aCall();
      await accept(call.ringing, call.answered, call.ended);

      for (let minute = 0; minute < 30; minute += 1) {
        await drain();
        clock.advance(MINUTE);
      }

      const answers = runner.sent.filter((sent) => sent.method === 'AnswerCallActivity');
      expect(answers).toHaveLength(2);
      expect(await steps()).toEqual([
        'CreateActivity done',
        'AnswerCallActivity parked unknown_outcome',
        'StopCallActivity done',
      ]);
    });

    it('is what a crash between sending and settling leaves', async () => {
      const { accept, drain, runner, clock, database, deliver, steps } = await openPipeline(open);
      runner.answer('CreateActivity', 'hang');
      await accept(aCall().ringing);
      const reached = new Promise<void>((resolve) => {
        runner.answer('CreateActivity');
        const timer = setInterval(() => {
          if (runner.sent.some((sent) => sent.method === 'CreateActivity')) {
            clearInterval(timer);
            resolve();
          }
        }, 1);
      });
      void drain();
      await reached;

      const freed = await recoverLanes(database, { kind: 'node', node: deliver.node });

      expect(freed).toBe(1);
      expect(await steps()).toContain('CreateActivity unknown');
      runner.answer('FindActivity', aRun({}, [{ activity_id: 'act-9' }]));
      await drain();
      clock.advance(5_000);
      await drain();
      expect(await steps()).toContain('CreateActivity done');
    });
  });

  describe('a refusal', () => {
    it('of the create parks it and holds up what needs it', async () => {
      const { accept, drain, runner, steps } = await openPipeline(open);
      runner.answer('CreateActivity', REFUSED);
      const call = aCall();
      await accept(call.ringing, call.answered, call.ended);

      await drain();

      expect(await steps()).toEqual([
        'FindContact done',
        'CreateActivity parked refused',
        'StopCallActivity pending',
      ]);
    });

    it('of an update holds up nothing', async () => {
      const { accept, drain, runner, steps, clock } = await openPipeline(open);
      runner.answer('UpdateActivity', REFUSED);
      const call = aCall();
      await accept(call.ringing);
      await drain();
      await accept({ call_id: 'c-1', kind: 'noted', description: 'x' }, call.ended);
      clock.advance(5_000);

      await drain();

      expect(await steps()).toEqual([
        'FindContact done',
        'CreateActivity done',
        'UpdateActivity parked refused',
        'StopCallActivity done',
      ]);
    });

    it('of the search does not keep the call out of the CRM', async () => {
      const { accept, drain, runner, steps } = await openPipeline(open);
      runner.answer('FindContact', REFUSED);
      await accept(aCall().ringing);

      await drain();

      expect(await steps()).toEqual(['FindContact skipped not_identified', 'CreateActivity done']);
    });
  });

  it('does not wait for a time that a clock which ran ahead has set', async () => {
    const { accept, drain, runner, clock, steps, database } = await openPipeline(open);
    runner.answer('CreateActivity', UNAVAILABLE);
    clock.advance(10 * 365 * 24 * 60 * MINUTE);
    await accept(aCall().ringing);
    await drain();
    clock.advance(-10 * 365 * 24 * 60 * MINUTE);
    await drain();
    expect(await steps()).toContain('CreateActivity pending');

    const clamped = await clampTimes(database);
    await drain();

    expect(clamped).toBe(1);
    expect(await clampTimes(database)).toBe(0);
    expect(await steps()).toContain('CreateActivity done');
  });

  it.each(['throttled', 'broken'] as const)(
    'lets a connection go on that is %s until long after all that a CRM may ask for',
    async (state) => {
      const { accept, drain, steps, database, clock } = await openPipeline(open);
      const until = clock.now() + 365 * 24 * 60 * MINUTE;
      await database.write((transaction) =>
        transaction.updateTable('connection').set({ state, state_until: until }).execute(),
      );
      await accept(aCall().ringing);
      await drain();
      expect(await steps()).toContain('CreateActivity pending');

      const clamped = await clampTimes(database);
      await drain();

      expect(clamped).toBe(1);
      expect(await clampTimes(database)).toBe(0);
      expect(await steps()).toContain('CreateActivity done');
    },
  );

  it('parks a step whose request cannot be built, instead of failing for ever', async () => {
    const { accept, drain, runner, steps, deliver } = await openPipeline(open);
    const broken = {
      prepare: async (...call: Parameters<typeof runner.prepare>) => {
        if (call[0].method === 'CreateActivity') throw new TypeError('a fault of ours');
        return await runner.prepare(...call);
      },
    };
    Object.assign(deliver, { runner: broken });
    await accept(aCall().ringing);

    await drain();

    expect(await steps()).toContain('CreateActivity parked internal_fault');
  });

  it.each(['database_unavailable', 'database_failed', 'storage_full', 'overloaded'] as const)(
    'leaves a step as it is while its request meets "%s", and sends it when the lease has ended',
    async (code) => {
      const { accept, drain, runner, steps, deliver, clock, database } = await openPipeline(open);
      const away = {
        prepare: () => Promise.reject(new AppError(code, 'The database did not answer.')),
      };
      Object.assign(deliver, { runner: away });
      await accept(aCall().ringing);

      await expect(drain()).rejects.toMatchObject({ code });
      expect((await steps()).every((step) => step.endsWith(' pending'))).toBe(true);

      Object.assign(deliver, { runner });
      clock.advance(MINUTE);
      await recoverLanes(database, { kind: 'expired' });
      await drain();
      expect(await steps()).toContain('CreateActivity done');
    },
  );

  it('throws away the result of a worker that slept through its lease', async () => {
    const warnings: string[] = [];
    const { accept, drain, runner, database, steps, clock, deliver } = await openPipeline(open);
    Object.assign(deliver, { log: { warn: (_: unknown, text: string) => warnings.push(text) } });
    const ready = runner.prepare.bind(runner);
    let answerLate = (): void => {};
    const sleeper = {
      prepare: async (call: Parameters<typeof ready>[0], ends: AbortSignal) => {
        const prepared = await ready(call, ends);
        if (call.method !== 'CreateActivity' || prepared.status !== 'ready') return prepared;
        return {
          ...prepared,
          send: async (signal: AbortSignal) => {
            await prepared.send(signal);
            await new Promise<void>((resolve) => {
              answerLate = resolve;
            });
            return aRun({}, [{ activity_id: 'late' }]);
          },
        };
      },
    };
    Object.assign(deliver, { runner: sleeper });
    await accept(aCall().ringing);
    const slept = drain();
    while (!runner.sent.some((sent) => sent.method === 'CreateActivity')) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    Object.assign(deliver, { runner });
    clock.advance(46_000);

    const freed = await recoverLanes(database, { kind: 'expired' });
    const before = await database.read.selectFrom('lane').selectAll().executeTakeFirstOrThrow();
    answerLate();
    await slept;

    const lane = await database.read.selectFrom('lane').selectAll().executeTakeFirstOrThrow();
    expect(freed).toBe(1);
    expect(lane.memory).toBe(before.memory);
    expect(warnings.join()).toContain('claimed by another worker');
    runner.answer('FindActivity', aRun({}, [{ activity_id: 'act-9' }]));
    clock.advance(6_000);
    await drain();
    expect(await steps()).toContain('CreateActivity done');
    expect(runner.sent.filter((sent) => sent.method === 'CreateActivity')).toHaveLength(1);
    const { memory } = await database.read
      .selectFrom('lane')
      .select('memory')
      .executeTakeFirstOrThrow();
    expect(memory).toContain('act-9');
  });
});
