import { expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import { createIntake } from './intake.ts';
import { CALL_EVENTS_MAX } from './open-call.ts';
import { REFUSED_KEPT } from './refused-events-repository.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';
import { SEEDED } from './testing/seed.ts';

const HOUR = 3_600_000;

describeDatabases('the intake', ({ open }) => {
  it('keeps an event of an unknown domain where it can be seen', async () => {
    const { intake, database } = await openPipeline(open);
    const { ringing } = aCall();
    const events = ['acme.test', 'ACME.test', 'else.test', undefined].map((domain, at) => ({
      ...ringing,
      event_id: `e-${at}`,
      domain,
    }));

    const results = await intake.accept({ ...SEEDED, domain: 'acme.test' }, events);

    expect(results.map((result) => result.status)).toEqual([
      'accepted',
      'accepted',
      'refused',
      'accepted',
    ]);
    expect(results[2]).toMatchObject({
      code: 'unknown_domain',
      message: expect.stringContaining('"acme.test"'),
    });
    const kept = await database.read.selectFrom('refused_event').selectAll().execute();
    expect(kept.map((row) => row.domain)).toEqual(['else.test']);
  });

  it('keeps of the refused events of a phone system the newest thousand', async () => {
    const { accept, database } = await openPipeline(open);
    const flood = (from: number, count: number) =>
      accept(...Array.from({ length: count }, (_, at) => ({ call_id: `c-${from + at}` })));

    await flood(0, 500);
    await flood(500, 510);
    const [result] = await accept({ call_id: 'long', note: 'x'.repeat(20_000) });

    const kept = await database.read
      .selectFrom('refused_event')
      .select(['body', 'code'])
      .orderBy('id')
      .execute();
    expect(kept).toHaveLength(REFUSED_KEPT);
    expect(kept[0]).toEqual({ body: '{"call_id":"c-11"}', code: 'missing_field' });
    expect(JSON.parse(kept.at(-1)?.body ?? '')).toMatch(/^\{"call_id":"long","note":"x+…$/u);
    expect(result?.status).toBe('refused');
  });

  it('lets the question who is calling go before its transaction begins', async () => {
    const pipeline = await openPipeline(open);
    const { database } = pipeline;
    const order: string[] = [];
    const intake = createIntake({
      ...pipeline,
      wake: () => {},
      database: {
        ...database,
        write: (job) =>
          database.write((transaction) => {
            order.push('written');
            return job(transaction);
          }),
      },
      onlooker: {
        arrives: ({ asks }) => {
          asks?.();
          // A kept socket is looked at before it is written to, at the end of the turn.
          void Promise.resolve().then(() => setImmediate(() => order.push('asked')));
          return undefined;
        },
      },
    });

    await intake.accept(SEEDED, [aCall().ringing]);

    expect(order).toEqual(['asked', 'written']);
  });

  it('notes that a domain is not compared where the organization has none', async () => {
    const { intake } = await openPipeline(open);

    const [result] = await intake.accept(SEEDED, [{ ...aCall().ringing, domain: 'acme.test' }]);

    expect(result).toMatchObject({
      status: 'accepted',
      notes: [expect.stringContaining('`domain` is not compared')],
    });
  });

  it.each([
    ['before 1990', 1_772_355_600, 'before 1990'],
    ['years ahead', '2031-01-01T00:00:00Z', 'more than a day ahead'],
  ])('notes a time that is %s', async (_name, at, note) => {
    const { accept } = await openPipeline(open);

    const [result] = await accept({ ...aCall().ringing, at });

    expect(result).toMatchObject({ notes: [expect.stringContaining(note)] });
  });

  it.each([
    ['without one', undefined, 'tells of no recording'],
    [
      'with one that has ended',
      { url: 'https://pbx.example.com/r', expires_at: '2020-01-01T00:00:00Z' },
      'has passed',
    ],
  ])('notes that a recording was told of %s', async (_name, recording, note) => {
    const { accept } = await openPipeline(open);

    const [result] = await accept({ call_id: 'c-1', kind: 'recorded', recording });

    expect(result).toMatchObject({ status: 'accepted', notes: [expect.stringContaining(note)] });
  });

  it.each(['yesterday', '0000-00-00 00:00:00', '2024-02-30', -5, 1e300, true, {}])(
    'takes an end in whose time is %j, and says how a time is written',
    async (at) => {
      const { accept, database, clock } = await openPipeline(open);
      const call = aCall();
      await accept(call.ringing);
      clock.advance(63_000);

      const [result] = await accept({ ...call.ended, at });

      expect(result).toMatchObject({
        status: 'accepted',
        notes: [expect.stringContaining('`at` cannot be read as a time')],
      });
      const { facts } = await database.read
        .selectFrom('call')
        .select('facts')
        .executeTakeFirstOrThrow();
      expect(JSON.parse(facts ?? '{}')).toMatchObject({ phase: 'ended', endedAt: clock.now() });
    },
  );

  it('takes in a recording whose end cannot be read', async () => {
    const { accept } = await openPipeline(open);
    const recording = { url: 'https://pbx.example.com/r', expires_at: 'never' };

    const [result] = await accept({ call_id: 'c-1', kind: 'recorded', recording });

    expect(result).toMatchObject({
      status: 'accepted',
      notes: [expect.stringContaining('`recording.expires_at` cannot be read as a time')],
    });
  });

  it('takes a ring with an old id for another call after a day, and nothing else', async () => {
    const { accept, clock, database } = await openPipeline(open);
    const call = aCall();
    await accept(call.ringing, call.ended);
    clock.advance(25 * HOUR);

    const [late] = await accept({ call_id: 'c-1', kind: 'noted', description: 'late' });
    const [again] = await accept({ ...call.ringing, event_id: 'after-reboot' });

    const calls = await database.read
      .selectFrom('call')
      .select(['id', 'generation'])
      .orderBy('generation')
      .execute();
    expect(calls.map((row) => row.generation)).toEqual([1, 2]);
    expect([late?.callId, again?.callId]).toEqual(calls.map((row) => row.id));
  });

  it('gives a call to every connection of its organization', async () => {
    const { accept, drain, runner } = await openPipeline(open, { connections: ['con-2'] });

    await accept(aCall().ringing);
    await drain();

    const creates = runner.sent.filter((sent) => sent.method === 'CreateActivity');
    expect(creates.map((sent) => sent.connectionId).toSorted()).toEqual(['con-1', 'con-2']);
    expect(new Set(creates.map((sent) => sent.values['call_key'])).size).toBe(2);
  });

  it('stores no token of the original webhook', async () => {
    const { intake, database } = await openPipeline(open);
    const body = {
      method: 'StartCallActivity',
      api_token: 'the-token',
      params: {
        call_id: 'c-9',
        extension: '101',
        activity_type: 'inbound',
        caller_number: '+442071838750',
      },
    };

    const result = await intake.acceptWebhook(SEEDED, body);

    expect(result.status).toBe('accepted');
    const rows = await database.read.selectFrom('call_event').select(['body', 'event']).execute();
    expect(JSON.stringify(rows)).not.toContain('the-token');
  });

  it('drops U+0000 wherever it stands, on both databases alike', async () => {
    const { accept, drain, database, runner, steps } = await openPipeline(open);
    const nul = '\u0000';
    const { ringing } = aCall(`c${nul}-1`);

    const [result] = await accept({
      ...ringing,
      kind: `ring${nul}ing`,
      description: `a${nul}b`,
      [`mo${nul}od`]: { [`${nul}x`]: [`${nul}y`, '\\u0000'] },
    });
    await drain();

    expect(result).toMatchObject({
      status: 'accepted',
      notes: [expect.stringContaining('`mood`')],
    });
    expect(await steps()).toContain('CreateActivity done');
    expect(runner.sent.at(-1)?.values['description']).toBe('ab');
    const { body } = await database.read
      .selectFrom('call_event')
      .select('body')
      .executeTakeFirstOrThrow();
    expect(JSON.parse(body)).toMatchObject({ call_id: 'c-1', mood: { x: ['y', '\\u0000'] } });
  });

  it('refuses an event without bottom, and takes its neighbours', async () => {
    const { accept } = await openPipeline(open);
    let bottomless: unknown = 1;
    for (let level = 0; level < 3_000; level += 1) bottomless = { a: bottomless };

    const results = await accept({ ...aCall().ringing, x: bottomless }, aCall('c-2').ringing);

    expect(results.map((result) => result.status)).toEqual(['refused', 'accepted']);
  });

  it('takes no flood of events for one call, but its end', async () => {
    const { accept, database } = await openPipeline(open);
    const { ringing, ended } = aCall();
    await accept(ringing);
    await database.write(async (transaction) => {
      await transaction.updateTable('call').set({ event_count: CALL_EVENTS_MAX }).execute();
    });

    const results = await accept(
      { call_id: 'c-1', kind: 'noted', event_id: 'one-more', description: 'x' },
      ringing,
      ended,
      aCall('c-2').ringing,
    );

    expect(results.map((result) => result.status)).toEqual([
      'refused',
      'repeated',
      'accepted',
      'accepted',
    ]);
    expect(results[0]).toMatchObject({ code: 'too_many_events' });
  });

  it('takes a burst of events in one turn', async () => {
    const { accept, database } = await openPipeline(open);
    const calls = Array.from({ length: 50 }, (_, at) => aCall(`c-${at}`));

    const results = await accept(...calls.flatMap((call) => Object.values(call)));

    expect(results.every((result) => result.status === 'accepted')).toBe(true);
    const { n } = await database.read
      .selectFrom('call_event')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    expect(n).toBe(150);
  });
});
