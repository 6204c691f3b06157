import { expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import { changeState } from '../connections/change-state.ts';
import { claimLanes } from './claim.ts';
import { deliverLane } from './deliver.ts';
import { aRun, UNAVAILABLE } from './testing/fake-runner.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';
import { SEEDED, seededBook } from './testing/seed.ts';

const MINUTE = 60_000;
const SCOPE = { organizationId: SEEDED.organizationId };

describeDatabases('the connection of a delivery', ({ open }) => {
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

  it.each([
    ['before it left', 'unreachable', 'not_executed'],
    ['after it left', 'lost', 'unknown'],
  ] as const)('counts no try of a look-up that it ended itself %s', async (_when, kind, effect) => {
    const { accept, runner, database, deliver, steps } = await openPipeline(open);
    await accept(aCall().ringing);
    const claim = { database, connections: seededBook(), node: 'node-1', leaseMs: 45_000 };

    for (let times = 0; times < 8; times += 1) {
      const ends = new AbortController();
      runner.answer('FindContact', aRun({ kind, effect, action: 'retry' }));
      const reached = (point: string): void => {
        if (point === 'request-sent') ends.abort();
      };
      const [lane] = (await claimLanes(claim, 1)).lanes;
      if (lane === undefined) throw new Error('no lane');
      const { laneId, fence, connection } = lane;
      const lease = { laneId, fence };
      await deliverLane({ ...deliver, reached }, { lease, connection, signal: ends.signal });
    }

    expect(await steps()).toContain('FindContact pending');
    const rows = await database.read.selectFrom('step').select('attempts').execute();
    expect(rows.map(({ attempts }) => attempts)).not.toContain(1);
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

  it('waits where the CRM says that its limit is used up, before it refuses anything', async () => {
    const { accept, drain, runner, clock, steps } = await openPipeline(open, {
      methods: ['CreateActivity', 'StopCallActivity'],
    });
    runner.answer('CreateActivity', {
      ...aRun({}, [{ activity_id: '1' }]),
      spentMs: 30_000,
    });
    await accept(aCall().ringing, aCall().ended);
    await drain();
    clock.advance(29_000);
    await drain();
    const before = await steps();

    clock.advance(1_000);
    await drain();

    expect(before).toEqual(['CreateActivity done', 'StopCallActivity pending']);
    expect(await steps()).toEqual(['CreateActivity done', 'StopCallActivity done']);
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

    for (let look = 0; look < 4; look += 1) {
      await drain();
      counts.push(runner.sent.length);
      clock.advance(look < 2 ? 5_000 : 500);
    }

    // Two within ten seconds, and a little more than ten seconds between one and the next but one.
    expect(counts).toEqual([1, 2, 2, 3]);
  });
});
