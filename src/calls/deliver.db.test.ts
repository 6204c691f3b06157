import { describe, expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import { changeState } from '../connections/change-state.ts';
import { AppError } from '../errors/app-error.ts';
import { claimLanes } from './claim.ts';
import { clampTimes } from './clamp-times.ts';
import { deliverLane } from './deliver.ts';
import { recoverLanes } from './recover.ts';
import { aRun, LOST, REFUSED, UNAVAILABLE } from './testing/fake-runner.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';
import { SEEDED, seededBook } from './testing/seed.ts';

const FOUND = aRun({}, [
  { contact_id: '7', contact_name: 'Grace Hopper', phone: ['+442071838750'] },
]);
const MINUTE = 60_000;
const SCOPE = { organizationId: SEEDED.organizationId };

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

  describe('the connection', () => {
    it('waits for new credentials, and that costs the step nothing', async () => {
      const { accept, drain, runner, database, clock } = await openPipeline(open);
      runner.answer(
        'CreateActivity',
        aRun({ kind: 'unauthorized', effect: 'not_executed', action: 'refresh', message: '401' }),
      );
      await accept(aCall().ringing);

      await drain();
      clock.advance(24 * 60 * MINUTE);
      await drain();

      const connection = await database.read
        .selectFrom('connection')
        .selectAll()
        .executeTakeFirstOrThrow();
      expect(connection.state).toBe('needs_auth');
      const steps = await database.read.selectFrom('step').selectAll().orderBy('rank').execute();
      expect(steps[1]).toMatchObject({ state: 'pending', attempts: 0 });
      expect(runner.sent.filter((sent) => sent.method === 'CreateActivity')).toHaveLength(1);
    });

    it('goes on in order when new credentials are saved', async () => {
      const { accept, drain, runner, database, clock } = await openPipeline(open);
      const refused = aRun({
        kind: 'unauthorized',
        effect: 'not_executed',
        action: 'refresh',
        message: '401',
      });
      runner.answer('FindContact', refused);
      const calls = ['c-1', 'c-2'].map((id) => aCall(id));
      await accept(...calls.map((call) => call.ringing));
      await drain();
      await accept(...calls.map((call) => call.ended));
      await drain();
      const refusedOnce = runner.sent.length;
      clock.advance(24 * 60 * MINUTE);

      await database.write((transaction) =>
        changeState(transaction, SCOPE, {
          connectionId: SEEDED.connectionId,
          event: { kind: 'credentials_saved' },
          now: clock.now(),
        }),
      );
      await drain();

      const order = Map.groupBy(runner.sent.slice(1), ({ values }) => values['call_key']);
      expect(refusedOnce).toBe(1);
      expect([...order.values()].map((sent) => sent.map(({ method }) => method).join())).toEqual(
        calls.map(() => 'FindContact,CreateActivity,StopCallActivity'),
      );
      const rows = await database.read.selectFrom('step').selectAll().execute();
      expect(rows.map((row) => `${row.state} ${row.attempts}`)).toEqual(rows.map(() => 'done 0'));
    });

    it('waits where the document needs a sign-in that nobody has made', async () => {
      const { accept, drain, runner, database, steps } = await openPipeline(open);
      const message = 'A sign-in at the CRM is needed.';
      runner.refuse('FindContact', { status: 'not_sent', reason: 'needs_auth', message });
      await accept(aCall().ringing, aCall('c-2').ringing);

      await drain();

      const [connection] = await database.read.selectFrom('connection').selectAll().execute();
      expect(connection).toMatchObject({ state: 'needs_auth', state_reason: message });
      expect(await steps()).toEqual(
        ['FindContact', 'FindContact', 'CreateActivity', 'CreateActivity'].map(
          (method) => `${method} pending`,
        ),
      );
      expect(runner.sent).toEqual([]);
    });

    it('keeps a newer sign-in when an older refusal comes late', async () => {
      const { accept, drain, runner, database, clock, deliver } = await openPipeline(open);
      const message = 'Nobody has signed in.';
      const change = async (kind: 'unauthorized' | 'credentials_saved'): Promise<void> => {
        const event = kind === 'unauthorized' ? { kind, reason: message } : { kind };
        const of = { connectionId: SEEDED.connectionId, event, now: clock.now() };
        await database.write((transaction) => changeState(transaction, SCOPE, of));
      };
      const meanwhile = {
        prepare: async (...call: Parameters<typeof runner.prepare>) => {
          if (call[0].method !== 'FindContact') return await runner.prepare(...call);
          // Another lane says so first, and a person signs in before this one is settled.
          clock.advance(1_000);
          await change('unauthorized');
          clock.advance(1_000);
          await change('credentials_saved');
          Object.assign(deliver, { runner });
          return { status: 'not_sent', reason: 'needs_auth', message } as const;
        },
      };
      Object.assign(deliver, { runner: meanwhile });
      await accept(aCall().ringing);

      await drain();

      const [connection] = await database.read.selectFrom('connection').select('state').execute();
      expect(connection).toEqual({ state: 'active' });
      expect(runner.sent.map(({ method }) => method)).toEqual(['FindContact', 'CreateActivity']);
    });

    it('waits for a sign-in server that is away for an hour, and uses nothing up', async () => {
      const { accept, drain, runner, database, clock, steps } = await openPipeline(open);
      let isAway = true;
      let asked = 0;
      const prepare = runner.prepare.bind(runner);
      const message = 'The sign-in server does not answer.';
      Object.assign(runner, {
        prepare: async (...call: Parameters<typeof prepare>) => {
          if (!isAway) return await prepare(...call);
          asked += 1;
          return { status: 'not_sent', reason: 'sign_in_unavailable', message } as const;
        },
      });
      const connection = async () =>
        await database.read
          .selectFrom('connection')
          .select(['state', 'state_reason', 'state_until'])
          .executeTakeFirstOrThrow();

      for (let minute = 0; minute < 60; minute += 1) {
        await accept(aCall(`c-${minute}`).ringing);
        await drain();
        clock.advance(MINUTE);
      }

      const { state, state_reason, state_until } = await connection();
      expect({ state, state_reason }).toEqual({ state: 'broken', state_reason: message });
      expect(state_until).toBeLessThanOrEqual(clock.now() + 2 * MINUTE);
      expect(asked).toBeLessThan(45);
      const waiting = await database.read.selectFrom('step').selectAll().execute();
      expect(waiting).toHaveLength(120);
      expect(new Set(waiting.map((step) => `${step.state} ${step.attempts}`))).toEqual(
        new Set(['pending 0']),
      );
      expect(waiting.every((step) => step.first_at === null)).toBe(true);
      expect(await database.read.selectFrom('attempt').selectAll().execute()).toEqual([]);

      isAway = false;
      clock.advance(2 * MINUTE);
      await drain();

      expect((await connection()).state).toBe('active');
      expect(new Set(await steps())).toEqual(new Set(['FindContact done', 'CreateActivity done']));
      expect(runner.sent).toHaveLength(120);
    });

    it('waits as well when the sign-in server is away after a refused token', async () => {
      const { accept, drain, runner, database, clock, steps } = await openPipeline(open);
      const message = 'The sign-in server does not answer.';
      runner.answer(
        'CreateActivity',
        aRun({ kind: 'sign_in_unavailable', effect: 'not_executed', action: 'wait', message }),
      );
      await accept(aCall().ringing);
      await drain();

      const [connection] = await database.read.selectFrom('connection').selectAll().execute();
      expect(connection).toMatchObject({ state: 'broken', state_reason: message });
      const [step] = await database.read
        .selectFrom('step')
        .selectAll()
        .where('method', '=', 'CreateActivity')
        .execute();
      expect(step).toMatchObject({ state: 'pending', attempts: 0 });

      clock.advance(5_000);
      await drain();

      expect(await steps()).toContain('CreateActivity done');
    });

    it('gives a lane up whose claim ends while it signs in', async () => {
      const { accept, runner, database, deliver } = await openPipeline(open);
      const ends = new AbortController();
      Object.assign(runner, {
        prepare: () => {
          ends.abort();
          return Promise.reject(new Error('given up'));
        },
      });
      await accept(aCall().ringing);
      const claim = { database, connections: seededBook(), node: 'node-1', leaseMs: 45_000 };
      const { lanes } = await claimLanes(claim, 1);
      const [lane] = lanes;
      if (lane === undefined) throw new Error('no lane');
      const { laneId, fence, connection } = lane;

      const delivered = deliverLane(deliver, {
        lease: { laneId, fence },
        connection,
        signal: ends.signal,
      });

      await expect(delivered).rejects.toThrow('given up');
      const rows = await database.read.selectFrom('step').select(['state', 'attempts']).execute();
      expect(rows[0]).toEqual({ state: 'pending', attempts: 0 });
    });

    it('waits as long as the CRM asks', async () => {
      const { accept, drain, runner, clock, steps } = await openPipeline(open);
      runner.answer(
        'CreateActivity',
        aRun({ kind: 'throttled', effect: 'not_executed', action: 'wait', retryAfterMs: 7_000 }),
      );
      await accept(aCall().ringing);
      await drain();
      clock.advance(6_000);
      await drain();
      expect(await steps()).toContain('CreateActivity pending');

      clock.advance(1_000);
      await drain();

      expect(await steps()).toContain('CreateActivity done');
    });

    it('opens its breaker after five failures and sends one probe', async () => {
      const { accept, drain, runner, database, clock } = await openPipeline(open, {
        methods: ['CreateActivity', 'StopCallActivity'],
      });
      runner.answer('CreateActivity', ...Array.from({ length: 8 }, () => UNAVAILABLE));
      await accept(...Array.from({ length: 8 }, (_, at) => aCall(`c-${at}`).ringing));

      await drain();
      const sent = runner.sent.length;
      const { state } = await database.read
        .selectFrom('connection')
        .select('state')
        .executeTakeFirstOrThrow();

      expect(state).toBe('broken');
      expect(sent).toBeLessThan(8);
      clock.advance(31_000);
      await drain();
      expect(runner.sent.length).toBe(sent + 1);
    });

    it('becomes forbidden when three calls within ten minutes are refused with 403', async () => {
      const { accept, drain, runner, database } = await openPipeline(open, {
        methods: ['CreateActivity'],
      });
      const forbidden = aRun({ kind: 'forbidden', effect: 'not_executed', action: 'park' });
      runner.answer('CreateActivity', forbidden, forbidden, forbidden);
      for (const id of ['c-1', 'c-2', 'c-3']) {
        await accept(aCall(id).ringing, aCall(id).ended);
        await drain();
      }

      const { state } = await database.read
        .selectFrom('connection')
        .select('state')
        .executeTakeFirstOrThrow();

      expect(state).toBe('forbidden');
    });

    it('never exceeds its rate', async () => {
      const { accept, drain, runner, clock } = await openPipeline(open, {
        methods: ['CreateActivity', 'StopCallActivity'],
        options: { rate: { requests: 2, per_seconds: 10 } },
      });
      await accept(...Array.from({ length: 6 }, (_, at) => aCall(`c-${at}`).ringing));
      const counts: number[] = [];

      for (let second = 0; second < 11; second += 5) {
        await drain();
        counts.push(runner.sent.length);
        clock.advance(5_000);
      }

      expect(counts).toEqual([1, 2, 3]);
    });
  });

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
