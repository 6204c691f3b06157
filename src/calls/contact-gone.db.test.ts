import { expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import { findContactClaim } from './made-contact-repository.ts';
import type { StepRun } from './step-runner.ts';
import { aRun } from './testing/fake-runner.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';

const HOUR = 3_600_000;
const NUMBER = '+442071838750';

/** The CRM's no to a request that names this contact. */
function refusal(contactId: string, kind: 'refused' | 'gone' = 'refused'): StepRun {
  const run = aRun({ kind, effect: 'not_executed', action: 'park', message: 'Not accepted.' });
  const [exchange] = run.exchanges;
  if (exchange === undefined) throw new Error('a run without an exchange');
  const body = JSON.stringify({ contact: contactId, phone: '+44207' });
  return {
    ...run,
    exchanges: [
      {
        ...exchange,
        request: { method: 'POST', url: 'https://crm.test/calls', headers: {}, body },
        response: { status: kind === 'gone' ? 404 : 422, headers: {}, body: '', truncated: false },
      },
    ],
  };
}

const FOUND = aRun({}, [{ contact_id: '7' }]);
const MERGED = aRun({}, [{ contact_id: '8' }]);

describeDatabases('the contact of a request that the CRM refuses', ({ open }) => {
  /** A call whose record is made when it ends, an hour after the search found the caller. */
  async function longCall(pauseMs: number) {
    const pipeline = await openPipeline(open, { methods: ['FindContact', 'CreateActivity'] });
    const { accept, drain, runner, clock } = pipeline;
    const contacts = () =>
      runner.sent
        .filter(({ method }) => method === 'CreateActivity')
        .map(({ values }) => values['contact_id']);
    runner.answer('FindContact', FOUND, MERGED);
    await accept(aCall().ringing, aCall().answered);
    await drain();
    clock.advance(pauseMs);
    await accept(aCall().ended);
    return { ...pipeline, contacts };
  }

  it('is looked for again where the search found it a while ago: it was merged since', async () => {
    const { drain, runner, contacts, steps } = await longCall(HOUR);
    runner.answer('CreateActivity', refusal('7'));
    await drain();

    expect(contacts()).toEqual(['7', '8']);
    expect(await steps()).toEqual(['FindContact done', 'CreateActivity done']);
  });

  it.each([
    ['is told to whoever keeps copies, and then whom the search found', refusal('7'), true],
    ['is told to nobody where the request does not name it', refusal('77'), false],
  ])('%s', async (_name, answer, isTold) => {
    const { drain, runner, deliver } = await longCall(HOUR);
    const told: string[] = [];
    const tell = (what: string) => (_connection: unknown, contact: object) => {
      told.push(`${what} ${JSON.stringify(contact)}`);
    };
    Object.assign(deliver, {
      contacts: {
        known: () => Promise.resolve(undefined),
        possible: () => Promise.resolve([]),
        searched: () => {},
        ...{ made: tell('made'), gone: tell('gone'), foundAgain: tell('found') },
      },
    });
    runner.answer('CreateActivity', answer);
    await drain();

    const gone = `gone {"contactId":"7","number":"${NUMBER}"}`;
    expect(told).toEqual(isTold ? [gone, 'found {"contact_id":"8"}'] : []);
  });

  it('is looked for again once: then a person must look', async () => {
    const { drain, runner, contacts, steps } = await longCall(HOUR);
    runner.answer('CreateActivity', refusal('7'), refusal('8'), refusal('8'));
    await drain();

    expect(contacts()).toEqual(['7', '8']);
    expect(await steps()).toEqual(['FindContact done', 'CreateActivity parked refused']);
  });

  it.each([
    ['the search has just found', 10_000, refusal('7')],
    ['the request does not name', HOUR, refusal('77')],
  ])('is not looked for again where %s it', async (_name, pauseMs, answer) => {
    const { drain, runner, contacts, steps } = await longCall(pauseMs);
    runner.answer('CreateActivity', answer);
    await drain();

    expect(contacts()).toEqual(['7']);
    expect(await steps()).toContain('CreateActivity parked refused');
  });

  it.each(['refused', 'gone'] as const)(
    'is forgotten where a user chose one that we made (%s)',
    async (kind) => {
      const { accept, drain, database, runner, steps, clock } = await openPipeline(open, {
        methods: ['FindContact', 'CreateContact', 'CreateActivity', 'AssignActivity'],
        options: { unknown_callers: 'create_contact' },
      });
      const claim = () =>
        findContactClaim(database.read, { connectionId: 'con-1', number: NUMBER });
      await accept(...Object.values(aCall('c-1')));
      await drain();
      const made = (await claim())?.contact?.['contact_id'];
      if (typeof made !== 'string') throw new Error('no contact was made');

      runner.answer('FindContact', aRun({}, [{ contact_id: '7' }]));
      await accept(...Object.values(aCall('c-2')));
      await drain();
      runner.answer('AssignActivity', refusal(made, kind));
      await accept({ event_id: 'n', call_id: 'c-2', kind: 'noted', contact_id: made });
      clock.advance(10_000);
      await drain();

      expect((await steps()).find((step) => step.startsWith('AssignActivity'))).toBe(
        `AssignActivity parked ${kind}`,
      );
      expect(await claim()).toBeUndefined();
    },
  );

  it('is made anew by the call that made it, where its record comes so late', async () => {
    const { accept, drain, runner, clock } = await openPipeline(open, {
      methods: ['FindContact', 'CreateContact', 'CreateActivity', 'StopCallActivity'],
      options: { unknown_callers: 'create_contact' },
    });
    const wait = aRun({ kind: 'unavailable', effect: 'not_executed', action: 'retry' });
    runner.answer('CreateActivity', wait);
    await accept(aCall().ringing);
    await drain();
    const made = runner.sent.at(-1)?.values['contact_id'];
    runner.answer('CreateActivity', refusal(String(made)));
    clock.advance(2 * HOUR);
    await drain();

    const sent = runner.sent.map(({ method }) => method);
    expect(sent).toEqual([
      ...['FindContact', 'CreateContact', 'CreateActivity', 'CreateActivity'],
      ...['FindContact', 'CreateContact', 'CreateActivity'],
    ]);
    expect(runner.sent.at(-1)?.values['contact_id']).not.toBe(made);
  });
});
