import { expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import { aRun } from './testing/fake-runner.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';

const METHODS = ['FindContact', 'CreateContact', 'CreateActivity', 'AssignActivity'] as const;
const MADE = { contact_id: '77', contact_type: 'lead' };
const LACKING = {
  status: 'not_sent',
  reason: 'missing_value',
  name: 'contact_type',
  message: 'AssignActivity needs a value for contact_type.',
} as const;

describeDatabases('the kind of the contact that a user chose', ({ open }) => {
  it.each([
    ['that we made for an earlier call', '77', 'lead'],
    ['that nobody knows: none', '78', undefined],
  ])('%s', async (_name, contactId, expected) => {
    const { accept, drain, runner, clock } = await openPipeline(open, {
      methods: [...METHODS, 'StopCallActivity'],
      options: { unknown_callers: 'create_contact' },
    });
    const nobody = aRun({ kind: 'not_found' });
    runner.answer('FindContact', nobody, nobody);
    runner.answer('CreateContact', aRun({}, [MADE]));
    await accept(aCall('c-1').ringing);
    await drain();
    const noted = { call_id: 'c-2', kind: 'noted', contact_id: contactId };

    // The choice comes before the search has run.
    await accept(aCall('c-2').ringing, noted);
    clock.advance(60_000);
    await drain();

    const second = runner.sent.findLast(({ method }) => method === 'CreateActivity');
    expect(second?.values['contact_id']).toBe(contactId);
    expect(second?.values['contact_type']).toBe(expected);
  });

  it('is waited for, and the same step goes on once it is told', async () => {
    const { accept, drain, runner, clock, steps, database } = await openPipeline(open, {
      methods: [...METHODS, 'StopCallActivity'],
    });
    const assigned = () => runner.sent.filter(({ method }) => method === 'AssignActivity');
    await accept(aCall().ringing);
    await drain();
    runner.refuse('AssignActivity', LACKING);
    await accept({ call_id: 'c-1', kind: 'noted', contact_id: '77' });
    clock.advance(60_000);
    await drain();
    const parked = await steps();
    runner.refuse('AssignActivity', undefined);

    await accept({ call_id: 'c-1', kind: 'noted', contact_id: '77', contact_type: 'lead' });
    clock.advance(60_000);
    await drain();

    const { message } = await database.read
      .selectFrom('attempt')
      .innerJoin('step', 'step.id', 'attempt.step_id')
      .select('step.message')
      .where('step.method', '=', 'AssignActivity')
      .executeTakeFirstOrThrow();
    expect(parked).toContain('AssignActivity parked missing_value');
    expect(await steps()).toEqual(
      expect.arrayContaining(['CreateActivity done', 'AssignActivity done']),
    );
    expect(assigned().map(({ values }) => values['contact_type'])).toEqual(['lead']);
    expect(message).not.toContain('contact_type');
  });

  it('leaves a step parked for what an event does not tell', async () => {
    const { accept, drain, runner, clock, steps } = await openPipeline(open, {
      methods: [...METHODS, 'StopCallActivity'],
    });
    await accept(aCall().ringing);
    await drain();
    runner.refuse('AssignActivity', LACKING);
    await accept({ call_id: 'c-1', kind: 'noted', contact_id: '77' });
    clock.advance(60_000);
    await drain();

    await accept({ call_id: 'c-1', kind: 'noted', subject: 'Another subject' });
    clock.advance(60_000);
    await drain();

    expect(await steps()).toContain('AssignActivity parked missing_value');
  });
});
