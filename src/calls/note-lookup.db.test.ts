import { expect, it } from 'vitest';

import type { Database } from '../store/database.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { aRun } from './testing/fake-runner.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';

const NOBODY = aRun({ kind: 'not_found', message: 'The CRM answered 404' });

describeDatabases('the search for callers', ({ open }) => {
  it('is counted while it finds nobody, and from new when it finds somebody', async () => {
    const { accept, drain, database, runner } = await openPipeline(open, {
      methods: ['FindContact'],
    });
    const unfound = async () => {
      const row = await database.read
        .selectFrom('connection_pace')
        .select('unfound')
        .executeTakeFirstOrThrow();
      return row.unfound;
    };
    const callsOf = async (from: number, count: number) => {
      await accept(...Array.from({ length: count }, (_, at) => aCall(`c-${from + at}`).ringing));
      await drain();
    };

    await callsOf(0, 20);
    expect(await unfound()).toBe(20);

    runner.answer('FindContact', NOBODY);
    await callsOf(20, 1);
    expect(await unfound()).toBe(21);

    runner.answer('FindContact', aRun({}, [{ contact_id: '7' }]));
    await callsOf(21, 1);
    expect(await unfound()).toBe(0);
  });

  it('is kept with the keys of an answer that named nobody', async () => {
    const { accept, drain, database, runner } = await openPipeline(open, {
      methods: ['FindContact'],
    });
    runner.answer('FindContact', { ...NOBODY, exchanges: [answered({ hits: [{ n: 'Ann' }] })] });

    await accept(aCall('c-1').ringing);
    await drain();

    expect(await paceOf(database)).toMatchObject({ unfound_sample: '{"hits":[{"n":…}]}' });
  });
});

describeDatabases('an answer without the id', ({ open }) => {
  it('is counted in a row with its keys, and forgotten once an id comes', async () => {
    const { accept, drain, database, runner } = await openPipeline(open, {
      methods: ['CreateActivity'],
    });
    const done = { effect: 'executed', action: 'look_up' } as const;
    const lacking = {
      ...aRun({ kind: 'unreadable', ...done }),
      executedWithoutId: true,
      exchanges: [answered({ uuid: 'a-1', owner: { mail: 'ann@crm.example' } })],
    };
    runner.answer('CreateActivity', lacking, lacking);
    const calls = ['c-1', 'c-2'].map((id) => aCall(id));

    await accept(...calls.flatMap(({ ringing, ended }) => [ringing, ended]));
    await drain();
    const before = await paceOf(database);
    runner.answer('CreateActivity', aRun({}, [{ activity_id: '7' }]));
    const third = aCall('c-3');
    await accept(third.ringing, third.ended);
    await drain();

    expect(before).toMatchObject({
      without_id: 2,
      without_id_sample: '{"uuid":…,"owner":{"mail":…}}',
    });
    expect(await paceOf(database)).toMatchObject({ without_id: 0, without_id_sample: null });
  });
});

async function paceOf(database: Database) {
  return await database.read.selectFrom('connection_pace').selectAll().executeTakeFirstOrThrow();
}

function answered(body: unknown) {
  const response = { status: 200, headers: {}, body: JSON.stringify(body), truncated: false };
  return { request: {}, response, startedAt: 0, durationMs: 1 };
}
