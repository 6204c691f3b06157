import { expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import { createIntake } from './intake.ts';
import { openDatabase } from '../store/database.ts';
import { systemClock } from '../time/clock.ts';
import { aCall, openPipeline, pipelineOn } from './testing/pipeline.ts';
import type { TestPipeline } from './testing/pipeline.ts';
import { SEEDED } from './testing/seed.ts';

const MINUTE = 60_000;

describeDatabases('an event that was sent before', ({ open }) => {
  const countEvents = async ({ database }: TestPipeline): Promise<number> => {
    const rows = await database.read.selectFrom('call_event').select('id').execute();
    return rows.length;
  };

  it.each<[string, object, string, number]>([
    ['with its id', {}, 'repeated', 0],
    ['with its id and another body', { extension: '102' }, 'repeated', 1],
    ['with another id', { event_id: 'x' }, 'accepted', 0],
  ])('is %s', async (_name, change, status, notes) => {
    const pipeline = await openPipeline(open);
    const { ringing } = aCall();
    await pipeline.accept(ringing);

    const [result] = await pipeline.accept({ ...ringing, ...change });

    expect(result).toMatchObject({ status });
    expect(result?.status === 'refused' ? [] : result?.notes).toHaveLength(notes);
    expect(await countEvents(pipeline)).toBe(status === 'repeated' ? 1 : 2);
  });

  it('is known by its body where it has no id, in whatever order its keys stand', async () => {
    const pipeline = await openPipeline(open);
    const { event_id: _id, ...ringing } = aCall().ringing;
    const turned = Object.fromEntries(Object.entries(ringing).toReversed());

    const results = await pipeline.accept(ringing, turned, { ...ringing, extension: '102' });

    expect(results.map(({ status }) => status)).toEqual(['accepted', 'repeated', 'accepted']);
    expect(results[1]).toMatchObject({ notes: [] });
  });
});

describeDatabases('an id that a phone system uses for another call', ({ open }) => {
  const calls = async ({ database }: TestPipeline) =>
    await database.read
      .selectFrom('call')
      .select(['id', 'generation', 'phase', 'event_count'])
      .orderBy('generation')
      .execute();

  /** A call that has ended, and ten minutes later one of somebody else with its id. */
  async function twoCalls() {
    const pipeline = await openPipeline(open);
    const { ringing, ended } = aCall();
    const start = pipeline.clock.now();
    await pipeline.accept(
      { ...ringing, at: start },
      { ...ended, at: start + MINUTE, event_id: 'first-end' },
    );
    await pipeline.drain();
    pipeline.clock.advance(10 * MINUTE);
    const again = {
      ...ringing,
      event_id: 'after-reboot',
      at: start + 10 * MINUTE,
      calling_number: '+441632960000',
    };
    const results = await pipeline.accept(again);
    await pipeline.drain();
    return { ...pipeline, start, ringing, ended, again, results };
  }

  it('makes a second record within the day', async () => {
    const pipeline = await twoCalls();

    expect(await calls(pipeline)).toMatchObject([
      { generation: 1, phase: 'ended' },
      { generation: 2, phase: 'ringing' },
    ]);
    const creates = pipeline.runner.sent.filter(({ method }) => method === 'CreateActivity');
    expect(creates.map(({ values }) => values['party_number'])).toEqual([
      '+442071838750',
      '+441632960000',
    ]);
  });

  it('leaves the older call its late events', async () => {
    const pipeline = await twoCalls();
    const { accept, start } = pipeline;

    const late = { call_id: 'c-1', kind: 'noted', description: 'x', at: start + MINUTE };
    const [older] = await accept(late);
    const [newer] = await accept({ ...late, at: start + 11 * MINUTE });

    const [first, second] = await calls(pipeline);
    expect([older?.callId, newer?.callId]).toEqual([first?.id, second?.id]);
  });

  it('takes a repetition of the older call for what it is', async () => {
    const pipeline = await twoCalls();
    const { accept, start, ended, ringing } = pipeline;

    const results = await accept(
      { ...ended, at: start + MINUTE, event_id: 'first-end' },
      { ...ringing, at: start },
    );

    expect(results.map(({ status }) => status)).toEqual(['repeated', 'repeated']);
    expect(await calls(pipeline)).toMatchObject([{ event_count: 2 }, { phase: 'ringing' }]);
  });

  it('ends the newer call, and not the older one again', async () => {
    const pipeline = await twoCalls();
    const { accept, start } = pipeline;

    await accept({ call_id: 'c-1', kind: 'ended', at: start + 12 * MINUTE });
    await pipeline.drain();

    expect(await calls(pipeline)).toMatchObject([{ phase: 'ended' }, { phase: 'ended' }]);
    const stops = pipeline.runner.sent.filter(({ method }) => method === 'StopCallActivity');
    expect(stops).toHaveLength(2);
  });
});

describeDatabases('events at the same moment', ({ dialect, settings }) => {
  it('are of one call, whichever node and request brings them', async () => {
    const place = await settings();
    const handles = [await openDatabase(place, { clock: systemClock, onFatal: () => {} })];
    const [first] = handles;
    if (first === undefined) throw new Error('there is no database');
    if (dialect === 'postgres') {
      handles.push(await openDatabase(place, { clock: systemClock, onFatal: () => {} }));
    }
    const pipeline = await pipelineOn(first, systemClock);
    const intakes = handles.map((database) =>
      createIntake({ ...pipeline, database, wake: () => {} }),
    );
    const bodies = Object.values(aCall());

    const results = await Promise.all(
      [...bodies, ...bodies, ...bodies.toReversed()].flatMap((body) =>
        intakes.map((intake) => intake.accept(SEEDED, [body])),
      ),
    );

    const told = results.flat();
    expect(new Set(told.map(({ callId }) => callId)).size).toBe(1);
    expect(told.filter(({ status }) => status === 'accepted')).toHaveLength(bodies.length);
    const events = await first.read.selectFrom('call_event').select('sequence').execute();
    expect(new Set(events.map(({ sequence }) => sequence)).size).toBe(bodies.length);
    const lanes = await first.read.selectFrom('lane').select('id').execute();
    expect(lanes).toHaveLength(1);
    const steps = await first.read.selectFrom('step').select('method').execute();
    expect(steps.map(({ method }) => method).toSorted()).toEqual([
      'CreateActivity',
      'FindContact',
      'StopCallActivity',
    ]);
    for (const handle of handles) await handle.close();
  });
});
