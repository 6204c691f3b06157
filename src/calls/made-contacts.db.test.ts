import { expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import { claimLanes } from './claim.ts';
import { deliverLane } from './deliver.ts';
import type { CallContacts } from './known-caller.ts';
import { deleteOldContactClaims, findContactClaim } from './made-contact-repository.ts';
import { MADE_CONTACT_MS } from './made-contacts.ts';
import { recoverLanes } from './recover.ts';
import { judgingCrm } from './testing/judging-crm.ts';
import type { JudgingCrm } from './testing/judging-crm.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';
import type { TestPipeline } from './testing/pipeline.ts';

const NUMBER = '+442071838750';
const METHODS = ['FindContact', 'CreateContact', 'CreateActivity', 'StopCallActivity'] as const;
const LAG = 10 * 60_000;

describeDatabases('a contact that we made', ({ open }) => {
  async function begin(given: { connections?: readonly string[]; lag?: number } = {}) {
    const crms: JudgingCrm[] = [];
    const pipeline = await openPipeline(open, {
      methods: METHODS,
      options: { unknown_callers: 'create_contact' },
      ...(given.connections === undefined ? {} : { connections: given.connections }),
      crm: (clock) => {
        const made = judgingCrm({ now: () => clock.now(), searchLagMs: given.lag ?? LAG });
        crms.push(made);
        return made;
      },
    });
    const [crm] = crms;
    if (crm === undefined) throw new Error('there is no CRM');
    return { ...pipeline, crm };
  }

  const contactsOf = ({ records }: JudgingCrm) => records.map(({ values }) => values['contact_id']);

  /** Claims all due lanes and delivers them at the same time, as nodes do. */
  async function deliverTogether(pipeline: TestPipeline): Promise<void> {
    const { database, connections, deliver } = pipeline;
    const claim = { database, connections, node: 'node-1', leaseMs: 45_000 };
    const { lanes } = await claimLanes(claim, 100);
    await Promise.all(
      lanes.map(({ laneId, fence, connection }) =>
        deliverLane(deliver, {
          lease: { laneId, fence },
          connection,
          signal: new AbortController().signal,
        }),
      ),
    );
  }

  it('is known to the next call before the search of the CRM finds it', async () => {
    const { accept, drain, crm, steps } = await begin();
    await accept(aCall('c-1').ringing);
    await drain();

    await accept({ ...aCall('c-2').ringing, calling_number: '020 7183 8750' });
    await drain();

    expect(crm.contacts).toHaveLength(1);
    expect(contactsOf(crm)).toEqual(['new-1', 'new-1']);
    expect(await steps()).toContain('CreateContact skipped contact_known');
  });

  it('is made once by calls that come at the same moment', async () => {
    const pipeline = await begin();
    const { accept, clock, crm, drain } = pipeline;
    await accept(...[1, 2, 3].map((at) => aCall(`c-${at}`).ringing));

    await deliverTogether(pipeline);
    clock.advance(2_000);
    await drain();

    expect(crm.contacts).toHaveLength(1);
    expect(contactsOf(crm)).toEqual(['new-1', 'new-1', 'new-1']);
    expect(crm.problems).toEqual([]);
  });

  it('is waited for while its create is under way', async () => {
    const pipeline = await begin();
    const { accept, clock, crm, drain } = pipeline;
    const held = crm.hold('CreateContact');
    await accept(aCall('c-1').ringing);
    const first = deliverTogether(pipeline);
    await held.arrived;

    await accept(aCall('c-2').ringing);
    await drain();
    expect(crm.records).toEqual([]);
    held.release();
    await first;
    clock.advance(2_000);
    await drain();

    expect(crm.contacts).toHaveLength(1);
    expect(contactsOf(crm)).toEqual(['new-1', 'new-1']);
  });

  it('is made once though its answer was lost, and both calls get it when the CRM shows it', async () => {
    const { accept, clock, crm, drain } = await begin({ lag: 60_000 });
    crm.lose('CreateContact');
    await accept(aCall('c-1').ringing);
    await drain();
    await accept(aCall('c-2').ringing);

    for (let minute = 0; minute < 20; minute += 1) {
      clock.advance(30_000);
      await drain();
    }

    expect(crm.contacts).toHaveLength(1);
    expect(contactsOf(crm)).toEqual(['new-1', 'new-1']);
  });

  it('is made once though the process ended while its create was under way', async () => {
    const pipeline = await begin({ lag: 1_000 });
    const { accept, clock, crm, drain, database, deliver, connections } = pipeline;
    await accept(aCall('c-1').ringing);
    const claim = { database, connections, node: 'node-1', leaseMs: 45_000 };
    const { lanes } = await claimLanes(claim, 1);
    const [lane] = lanes;
    if (lane === undefined) throw new Error('no lane is due');
    const { laneId, fence, connection } = lane;
    const signal = new AbortController().signal;
    let requests = 0;
    const killed = deliverLane(
      {
        ...deliver,
        reached: (point) => {
          if (point === 'request-sent') requests += 1;
          // The answer to the create came, and was never written down.
          if (point === 'before-settle' && requests === 2) throw new Error('killed');
        },
      },
      { lease: { laneId, fence }, connection, signal },
    );
    await expect(killed).rejects.toThrow('killed');
    await accept(aCall('c-2').ringing);
    await drain();
    expect(crm.records).toEqual([]);

    await recoverLanes(database, { kind: 'node', node: 'node-1' });
    for (let round = 0; round < 40; round += 1) {
      clock.advance(30_000);
      await drain();
    }

    expect(crm.contacts).toHaveLength(1);
    expect(contactsOf(crm)).toEqual(['new-1', 'new-1']);
  });

  it('is made by the next call when the CRM refused to make it', async () => {
    const { accept, clock, crm, drain, steps } = await begin();
    crm.refuse('CreateContact');
    await accept(aCall('c-1').ringing);
    await drain();
    await accept(aCall('c-2').ringing);
    clock.advance(2_000);
    await drain();

    expect(crm.contacts).toHaveLength(1);
    expect(contactsOf(crm)).toContain('new-1');
    expect(await steps()).toContain('CreateContact parked refused');
  });

  it('is another one on each connection', async () => {
    const { accept, crm, drain } = await begin({ connections: ['con-2'] });
    await accept(aCall('c-1').ringing, aCall('c-2').ringing);
    await drain();

    expect(crm.contacts.map(({ connectionId }) => connectionId).toSorted()).toEqual([
      'con-1',
      'con-2',
    ]);
    expect(crm.problems).toEqual([]);
  });

  it('is made of no extension and no feature code', async () => {
    const { accept, crm, drain, steps } = await begin();
    await accept({ ...aCall().ringing, calling_number: '*97' });
    await drain();

    expect(crm.contacts).toEqual([]);
    expect(await steps()).toContain('CreateContact skipped no_number');
  });

  it.each([1, 2])('is none of a caller whom %i others may be: a person must say', async (count) => {
    const pipeline = await begin();
    const { accept, crm, database, deliver, drain, steps } = pipeline;
    const others = Array.from({ length: count }, (_, at) => ({ contact_id: `maybe-${at}` }));
    const nothing = (): void => {};
    const contacts: CallContacts = {
      known: () => Promise.resolve(undefined),
      possible: (_connection, number) => Promise.resolve(number === NUMBER ? others : []),
      ...{ searched: nothing, made: nothing, gone: nothing, foundAgain: nothing },
    };
    Object.assign(deliver, { contacts });
    await accept(aCall().ringing);
    await drain();

    expect([crm.contacts, contactsOf(crm)]).toEqual([[], [undefined]]);
    expect(await steps()).toContain('CreateContact skipped contact_known');
    const lane = await database.read.selectFrom('lane').select('memory').executeTakeFirstOrThrow();
    expect(JSON.parse(lane.memory)).toMatchObject({ candidates: count, choices: others });
    const find = await database.read
      .selectFrom('step')
      .select('message')
      .where('method', '=', 'FindContact')
      .executeTakeFirstOrThrow();
    expect(find.message).toContain('without their country: a person must say who it is');
  });

  it('is made where those who may call cannot be asked for', async () => {
    const { accept, crm, deliver, drain, warned } = await begin();
    const failing = (): Promise<never> => Promise.reject(new Error('closed'));
    const contacts = { known: failing, possible: failing, searched: () => {}, made: () => {} };
    Object.assign(deliver, { contacts });
    await accept(aCall().ringing);
    await drain();

    expect(crm.contacts).toHaveLength(1);
    expect(warned).toContain('the index of contacts cannot be asked');
  });

  it('is forgotten after some days, when every search has it', async () => {
    const { accept, clock, database, drain } = await begin();
    await accept(aCall().ringing);
    await drain();
    const of = { connectionId: 'con-1', number: NUMBER };
    const remove = () =>
      database.write((transaction) => deleteOldContactClaims(transaction, clock.now()));

    expect(await remove()).toBe(0);
    expect(await findContactClaim(database.read, of)).toMatchObject({ state: 'done' });
    clock.advance(MADE_CONTACT_MS + 1_000);
    expect(await remove()).toBe(1);
    expect(await findContactClaim(database.read, of)).toBeUndefined();
  });
});
