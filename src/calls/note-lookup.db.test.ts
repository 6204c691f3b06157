import { expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import { findContactClaim } from './made-contact-repository.ts';
import { aRun } from './testing/fake-runner.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';

const NOBODY = aRun({ kind: 'not_found', message: 'The CRM answered 404' });
const GONE = aRun({
  kind: 'gone',
  effect: 'not_executed',
  action: 'fail',
  message: 'The contact does not exist',
});

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

  it('forgets a contact that we made when the CRM says that it is gone', async () => {
    const { accept, drain, database, runner, steps } = await openPipeline(open, {
      methods: ['FindContact', 'CreateContact', 'CreateActivity'],
      options: { unknown_callers: 'create_contact' },
    });
    const claim = () =>
      findContactClaim(database.read, { connectionId: 'con-1', number: '+442071838750' });
    await accept(...Object.values(aCall('c-1')));
    await drain();
    expect(await claim()).toMatchObject({ state: 'done' });

    // Somebody deleted the contact in the CRM since.
    runner.answer('CreateActivity', GONE);
    await accept(...Object.values(aCall('c-2')));
    await drain();

    expect(await steps()).toContain('CreateContact skipped contact_known');
    expect(await claim()).toBeUndefined();
  });
});
