import { expect, it } from 'vitest';

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
});
