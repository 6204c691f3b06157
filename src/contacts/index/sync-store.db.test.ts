import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { describeDatabases } from '../../store/testing/databases.ts';
import type { BookScope } from './contact-index.ts';
import type { OpenContactIndex } from './create-contact-index.ts';
import type { PassEnd, SyncLease } from './sync-store.ts';
import { batch, lease, openIndexOn, openTestIndex, person } from './testing/open-index.ts';
import type { TestIndex } from './testing/open-index.ts';

const LIMITS = { share: 0.2, least: 20 };
const DAY_MS = 86_400_000;

describeDatabases('what the sync keeps', (databases) => {
  let opened: TestIndex;
  let index: OpenContactIndex;
  let books = 0;

  beforeAll(async () => {
    opened = await openTestIndex(databases);
    index = opened.index;
  });

  afterAll(() => opened.close());

  function newBook(organizationId = 'org-1'): BookScope {
    books += 1;
    return { organizationId, connectionId: `con-${String(books).padStart(3, '0')}` };
  }

  const people = (count: number, from = 0) =>
    Array.from({ length: count }, (_, at) =>
      person(String(from + at), {
        name: `Person ${from + at}`,
        phones: [`+4420718${38_000 + from + at}`],
      }),
    );

  async function begun(kind: 'full' | 'changes' = 'full') {
    const of = newBook();
    const held = await lease(index, of);
    const pass = { method: 'Contacts', kind, now: 1_000 } as const;
    const state = await index.sync.beginPass(of, held, pass);
    return { of, held, state, number: state.pass?.number ?? 0 };
  }

  async function complete(
    of: BookScope,
    held: SyncLease,
    pass: number,
    more: { readonly now?: number; readonly misses?: 1 | 2 } = {},
  ): Promise<PassEnd> {
    const { now = 2_000, misses = 1 } = more;
    const limits = { ...LIMITS, misses };
    const end = { method: 'Contacts', pass, now, limits, marks: 'm-1' } as const;
    return await index.sync.completePass(of, held, end);
  }

  /** A full pass that told of these people. */
  async function fullPass(of: BookScope, held: SyncLease, count: number, now = 2_000) {
    const pass = { method: 'Contacts', kind: 'full', now } as const;
    const { pass: open } = await index.sync.beginPass(of, held, pass);
    const number = open?.number ?? 0;
    await index.sync.writeBatch(of, held, batch({ pass: number, records: people(count) }));
    return await complete(of, held, number, { now });
  }

  it('writes contacts and the position of what follows them together', async () => {
    const { of, held } = await begun();

    const first = await index.sync.writeBatch(
      of,
      held,
      batch({ records: people(3), place: '{"page":2}', estimate: 6, leftOut: 1, received: 4 }),
    );
    const changed = people(3).map((one) => (one.crmId === '1' ? { ...one, name: 'New' } : one));
    const second = await index.sync.writeBatch(
      of,
      held,
      batch({ records: [...changed, ...people(2, 3)], place: '{"page":3}' }),
    );

    expect(first).toEqual({ added: 3, changed: 0, unchanged: 0 });
    expect(second).toEqual({ added: 2, changed: 1, unchanged: 2 });
    const { states, known } = await index.sync.read(of);
    expect(known).toEqual({ people: 5, companies: 0 });
    expect(states).toMatchObject([
      {
        method: 'Contacts',
        pass: { number: 1, kind: 'full', startedAt: 1_000, place: '{"page":3}' },
        counts: { pages: 2, received: 9, added: 5, changed: 1, unchanged: 2, leftOut: 1 },
        estimate: 6,
      },
    ]);
    expect(await index.byId(of, { kind: 'person', contactType: '', crmId: '1' })).toMatchObject({
      name: 'New',
      source: 'crm',
    });
  });

  it('takes the later of two records of one contact, also in one batch', async () => {
    const { of, held } = await begun();
    const twice = [person('1', { name: 'Early' }), person('1', { name: 'Late' })];

    const written = await index.sync.writeBatch(of, held, batch({ records: twice }));

    expect(written.added).toBe(1);
    expect(await index.byId(of, { kind: 'person', contactType: '', crmId: '1' })).toMatchObject({
      name: 'Late',
    });
  });

  const keyOf = (crmId: string) => ({ kind: 'person', contactType: '', crmId }) as const;

  it('removes whom the CRM calls deleted when the pass is complete', async () => {
    const { of, held, number } = await begun('changes');
    await index.sync.writeBatch(of, held, batch({ records: people(3) }));
    await index.sync.writeBatch(of, held, batch({ deleted: [keyOf('2'), keyOf('77')] }));
    const meanwhile = await index.byNumber(of, '+442071838002', { country: 'GB' });

    const end = await complete(of, held, number);

    expect(meanwhile).toHaveLength(1);
    expect(end).toEqual({ status: 'completed', removed: 1, missed: 0 });
    expect((await index.sync.read(of)).states[0]?.counts.removed).toBe(1);
    expect(await index.byNumber(of, '+442071838002', { country: 'GB' })).toEqual([]);
  });

  it('keeps whom the CRM called deleted and told of again later', async () => {
    const { of, held, number } = await begun('changes');
    await index.sync.writeBatch(of, held, batch({ records: people(3) }));
    await index.sync.writeBatch(of, held, batch({ deleted: [keyOf('1'), keyOf('2')] }));
    await index.sync.writeBatch(of, held, batch({ records: people(1, 1) }));

    expect(await complete(of, held, number)).toMatchObject({ removed: 1 });
    expect(await index.byId(of, keyOf('1'))).toBeDefined();
  });

  it('removes none of those whom the CRM calls deleted where they are too many, without a word', async () => {
    const of = newBook();
    const held = await lease(index, of);
    await fullPass(of, held, 40);
    /** A pass that tells of nothing but those who went. */
    const calledDeleted = async (ids: readonly string[], now: number): Promise<PassEnd> => {
      const { pass } = await index.sync.beginPass(of, held, {
        ...{ method: 'Contacts', kind: 'changes', now },
      });
      const number = pass?.number ?? 0;
      await index.sync.writeBatch(of, held, batch({ pass: number, deleted: ids.map(keyOf) }));
      return await complete(of, held, number, { now });
    };

    const few = await calledDeleted(['0', '1'], 3_000);
    const many = await calledDeleted(['2', '3', '4', '5', '6', '7', '8', '9'], 4_000);
    const waiting = (await index.sync.read(of)).states[0]?.waitingDeletions;
    const again = await calledDeleted([], 5_000);
    const kept = (await index.sync.read(of)).known.people;

    expect(few).toEqual({ status: 'completed', removed: 2, missed: 0 });
    expect(many).toEqual({ status: 'refused', missing: 8, known: 38 });
    expect([waiting, kept]).toEqual([8, 38]);
    expect(again.status).toBe('refused');
    expect(await index.sync.decideDeletions(of, 'Contacts', true)).toBe(8);
    const { states, known } = await index.sync.read(of);
    expect([states[0]?.waitingDeletions, known.people]).toEqual([undefined, 30]);
    expect((await calledDeleted([], 6_000)).status).toBe('completed');
  });

  it('takes nobody for missing by a full pass that has a remark, and tells it until the next', async () => {
    const of = newBook();
    const held = await lease(index, of);
    await fullPass(of, held, 30);
    const begin = async (now: number): Promise<number> =>
      (await index.sync.beginPass(of, held, { method: 'Contacts', kind: 'full', now })).pass
        ?.number ?? 0;
    const remark = { code: 'no_list', message: 'No list.', at: 3_000 };
    const number = await begin(3_000);
    const told = batch({ pass: number, records: people(28), deleted: [keyOf('29')] });
    await index.sync.writeBatch(of, held, told);

    const end = await index.sync.completePass(of, held, {
      ...{ method: 'Contacts', pass: number, now: 3_000, marks: 'm-2', remark },
      limits: { ...LIMITS, misses: 1 },
    });
    const state = (await index.sync.read(of)).states[0];
    await fullPass(of, held, 28, 4_000);

    expect(end).toEqual({ status: 'completed', removed: 1, missed: 0 });
    expect(state).toMatchObject({ lastFailure: remark, lastFullAt: 3_000, lastCompleteAt: 3_000 });
    const { states, known } = await index.sync.read(of);
    expect([states[0]?.lastFailure, known.people]).toEqual([undefined, 28]);
  });

  it('goes on with the pass under way, and begins anew where that is asked for', async () => {
    const { of, held } = await begun();
    await index.sync.writeBatch(of, held, batch({ records: people(3), place: 'p-2' }));
    const pass = { method: 'Contacts', kind: 'full', now: 5_000 } as const;

    const same = await index.sync.beginPass(of, held, pass);
    const anew = await index.sync.beginPass(of, held, { ...pass, anew: true });
    const other = await index.sync.beginPass(of, held, { ...pass, kind: 'changes' });

    expect(same).toMatchObject({ pass: { number: 1, place: 'p-2' }, counts: { added: 3 } });
    expect(anew).toMatchObject({
      pass: { number: 2, place: undefined, startedAt: 5_000 },
      counts: { added: 0, pages: 0 },
    });
    expect(other.pass).toMatchObject({ number: 3, kind: 'changes' });
  });

  it('keeps place and marks sealed, and begins anew where the key is gone', async () => {
    const fresh = await openTestIndex(databases);
    const of = newBook();
    const held = await lease(fresh.index, of);
    const pass = { method: 'Contacts', kind: 'full', now: 1 } as const;
    await fresh.index.sync.beginPass(of, held, pass);
    await fresh.index.sync.writeBatch(of, held, batch({ place: 'https://crm/?token=s3cret' }));
    await fresh.close();

    const again = await openIndexOn(fresh.settings);
    const withKey = await again.index.sync.read(of);
    await again.close();
    const other = await openIndexOn(fresh.settings, new Uint8Array(32).fill(7));
    const without = await other.index.sync.read(of);
    await other.close();

    expect(withKey.states[0]?.pass?.place).toBe('https://crm/?token=s3cret');
    expect(without.states[0]?.pass).toMatchObject({ number: 1, place: undefined });
  });

  describe('at the end of a full pass', () => {
    it('removes whom the pass did not see', async () => {
      const of = newBook();
      const held = await lease(index, of);
      await fullPass(of, held, 100);

      const end = await fullPass(of, held, 81, 3_000);

      expect(end).toEqual({ status: 'completed', removed: 19, missed: 0 });
      const { states, known } = await index.sync.read(of);
      expect(known.people).toBe(81);
      expect(states).toMatchObject([
        {
          pass: undefined,
          marks: 'm-1',
          counts: { received: 81, unchanged: 81, removed: 19 },
          lastBegunAt: 3_000,
          lastFullAt: 3_000,
        },
      ]);
    });

    it('removes nobody where too many are missing, until a person says so', async () => {
      const of = newBook();
      const held = await lease(index, of);
      await fullPass(of, held, 100);

      const end = await fullPass(of, held, 79, 3_000);
      const waiting = (await index.sync.read(of)).states[0]?.waitingDeletions;
      const kept = (await index.sync.read(of)).known.people;
      const removed = await index.sync.decideDeletions(of, 'Contacts', true);

      expect(end).toEqual({ status: 'refused', missing: 21, known: 100 });
      expect([waiting, kept, removed]).toEqual([21, 100, 21]);
      const after = await index.sync.read(of);
      expect(after.known.people).toBe(79);
      expect(after.states[0]?.waitingDeletions).toBeUndefined();
    });

    it('keeps everybody where a person says so', async () => {
      const of = newBook();
      const held = await lease(index, of);
      await fullPass(of, held, 100);
      await fullPass(of, held, 1, 3_000);

      const removed = await index.sync.decideDeletions(of, 'Contacts', false);

      expect(removed).toBe(0);
      const after = await index.sync.read(of);
      expect(after.known.people).toBe(100);
      expect(after.states[0]?.waitingDeletions).toBeUndefined();
    });

    it('takes nobody for missing who came back while a person thought', async () => {
      const of = newBook();
      const held = await lease(index, of);
      await fullPass(of, held, 100);
      await fullPass(of, held, 70, 3_000);
      const changes = { method: 'Contacts', kind: 'changes', now: 4_000 } as const;
      const { pass } = await index.sync.beginPass(of, held, changes);
      const back = batch({ pass: pass?.number ?? 0, records: people(5, 70) });
      await index.sync.writeBatch(of, held, back);

      expect(await index.sync.decideDeletions(of, 'Contacts', true)).toBe(25);
    });

    it('does not decide while another full pass has forgotten who was seen', async () => {
      const of = newBook();
      const held = await lease(index, of);
      await fullPass(of, held, 100);
      await fullPass(of, held, 70, 3_000);
      await index.sync.beginPass(of, held, { method: 'Contacts', kind: 'full', now: 4_000 });

      const decision = index.sync.decideDeletions(of, 'Contacts', true);

      await expect(decision).rejects.toMatchObject({ code: 'conflict' });
      expect((await index.sync.read(of)).known.people).toBe(100);
    });

    it('lets any share of a few contacts go, but never the whole list without a word', async () => {
      const of = newBook();
      const held = await lease(index, of);
      await fullPass(of, held, 19);

      const most = await fullPass(of, held, 1, 3_000);
      await fullPass(of, held, 4, 4_000);
      const all = [await fullPass(of, held, 0, 5_000), await fullPass(of, held, 0, 6_000)];

      expect(most).toEqual({ status: 'completed', removed: 18, missed: 0 });
      const refused = { status: 'refused', missing: 4, known: 4 };
      expect(all).toEqual([refused, refused]);
      expect(await index.sync.decideDeletions(of, 'Contacts', true)).toBe(4);
    });

    it('may ask for two misses in a row, and says when the second one is to be looked for', async () => {
      const of = newBook();
      const held = await lease(index, of);
      await fullPass(of, held, 30);
      /** A pass of ten seconds that told of those but for some. */
      const without = async (gone: readonly string[], now: number): Promise<PassEnd> => {
        const pass = { method: 'Contacts', kind: 'full', now } as const;
        const { pass: open } = await index.sync.beginPass(of, held, pass);
        const number = open?.number ?? 0;
        const records = people(30).filter(({ crmId }) => !gone.includes(crmId));
        await index.sync.writeBatch(of, held, batch({ pass: number, records }));
        return await complete(of, held, number, { now: now + 10, misses: 2 });
      };
      const told = async (crmId: string): Promise<void> => {
        const pass = { method: 'Contacts', kind: 'changes', now: 150 } as const;
        const { pass: open } = await index.sync.beginPass(of, held, pass);
        const records = people(30).filter((one) => one.crmId === crmId);
        const number = open?.number ?? 0;
        await index.sync.writeBatch(of, held, batch({ pass: number, records }));
        await complete(of, held, number);
      };

      const first = await without(['1', '2', '3'], 100);
      const afterFirst = (await index.sync.read(of)).states[0];
      await told('3');
      const second = await without(['1', '3', '4'], 200);
      const afterSecond = (await index.sync.read(of)).states[0];
      const third = await without(['3'], 300);

      expect(first).toEqual({ status: 'completed', removed: 0, missed: 3 });
      expect(afterFirst).toMatchObject({ missed: 3, confirmAt: 110 + 60_000 });
      expect(second).toEqual({ status: 'completed', removed: 1, missed: 2 });
      // It looked for what the first one missed, and none follows it at once.
      expect(afterSecond).toMatchObject({ missed: 2, confirmAt: undefined });
      expect(third).toEqual({ status: 'completed', removed: 1, missed: 0 });
      expect((await index.sync.read(of)).known.people).toBe(29);
    });

    it('leaves what we made lately, which the list may lack', async () => {
      const of = newBook();
      const held = await lease(index, of);
      await fullPass(of, held, 50);
      const made = [person('made', { name: 'Made' })];
      await index.put(of, made, { source: 'made', country: 'GB' });

      const soon = await fullPass(of, held, 50, Date.now());
      const late = await fullPass(of, held, 50, Date.now() + 2 * DAY_MS);

      expect([soon, late]).toEqual([
        { status: 'completed', removed: 0, missed: 0 },
        { status: 'completed', removed: 1, missed: 0 },
      ]);
    });

    it('leaves companies to their own list', async () => {
      const of = newBook();
      const held = await lease(index, of);
      const company = { ...person('c-1', { name: 'Acme' }), kind: 'company' } as const;
      await index.sync.beginPass(of, held, { method: 'Organizations', kind: 'full', now: 1 });
      const companies = batch({ method: 'Organizations', records: [company] });
      await index.sync.writeBatch(of, held, companies);

      await fullPass(of, held, 3);

      expect((await index.sync.read(of)).known).toEqual({ people: 3, companies: 1 });
      expect(await index.sync.companyNames(of, ['c-1', 'c-2', '0'])).toEqual(
        new Map([['c-1', 'Acme']]),
      );
    });
  });

  it('says what went wrong, and goes on or gives up', async () => {
    const { of, held } = await begun();
    await index.sync.writeBatch(of, held, batch({ records: people(1), place: 'p-2' }));
    const failure = { code: 'timeout', message: 'No answer.', at: 3_000 };

    await index.sync.failPass(of, held, { method: 'Contacts', failure, giveUp: false });
    const open = (await index.sync.read(of)).states[0];
    await index.sync.failPass(of, held, { method: 'Contacts', failure, giveUp: true });
    const given = (await index.sync.read(of)).states[0];

    expect(open).toMatchObject({ lastFailure: failure, pass: { place: 'p-2' } });
    expect(given).toMatchObject({ lastFailure: failure, pass: undefined, lastEndedAt: 3_000 });
  });

  describe('with a lease that another has taken', () => {
    it('writes nothing', async () => {
      const { of, held, number } = await begun();
      await index.sync.takeLease(of, { owner: 'node-2', now: 200, until: 300 });
      const failure = { code: 'timeout', message: 'No answer.', at: 3_000 };

      const conflict = { code: 'conflict' };
      const records = people(3);
      await expect(index.sync.writeBatch(of, held, batch({ records }))).rejects.toMatchObject(
        conflict,
      );
      await expect(complete(of, held, number)).rejects.toMatchObject(conflict);
      await expect(
        index.sync.failPass(of, held, { method: 'Contacts', failure, giveUp: true }),
      ).rejects.toMatchObject(conflict);
      expect(await index.sync.renewLease(of, held, 900)).toBe(false);
      await index.sync.releaseLease(of, held, { dueAt: 7, wasDueAt: 1 });

      const { known, states, job } = await index.sync.read(of);
      expect(known.people).toBe(0);
      expect(states[0]).toMatchObject({ counts: { pages: 0 }, lastFailure: undefined });
      expect(job?.lease).toEqual({ owner: 'node-2', until: 300, fence: held.fence + 1 });
    });

    it('is taken when it has ended, or seized', async () => {
      const of = newBook();
      await index.sync.schedule(of, 1);
      const take = (owner: string, now: number, seize = false) =>
        index.sync.takeLease(of, { owner, now, until: now + 100, seize });

      expect(await take('a', 0)).toEqual({ owner: 'a', fence: 1 });
      expect(await take('b', 99)).toBeUndefined();
      expect(await take('a', 99)).toEqual({ owner: 'a', fence: 2 });
      expect(await take('b', 199)).toEqual({ owner: 'b', fence: 3 });
      expect(await take('c', 200, true)).toEqual({ owner: 'c', fence: 4 });
      expect(await take('x', 0)).toBeUndefined();
    });
  });

  it('plans when jobs are due', async () => {
    const of = newBook('org-plan');
    expect(await index.sync.takeLease(of, { owner: 'a', now: 0, until: 9 })).toBeUndefined();

    await index.sync.schedule(of, 500);
    await index.sync.schedule(of, 900);
    const planned = (await index.sync.read(of)).job;
    await index.sync.ask(of, { kind: 'full', at: 400 });
    await index.sync.ask(of, { kind: 'changes', at: 450 });
    const asked = (await index.sync.read(of)).job;
    const held = await lease(index, of);
    await index.sync.answerAsked(of, held, 450);
    await index.sync.releaseLease(of, held, { dueAt: 5_000, wasDueAt: 1 });
    const later = (await index.sync.read(of)).job;

    expect(planned).toMatchObject({ dueAt: 500, asked: undefined });
    expect(asked).toMatchObject({ dueAt: 450, asked: { kind: 'full', at: 450 } });
    expect(later).toMatchObject({ dueAt: 5_000, asked: undefined, lease: { owner: '' } });
  });

  it('is due at once when somebody asked while it was under way', async () => {
    const of = newBook('org-plan');
    const held = await lease(index, of);
    await index.sync.ask(of, { kind: 'changes', at: 600 });

    await index.sync.releaseLease(of, held, { dueAt: 5_000, wasDueAt: 1 });

    expect((await index.sync.read(of)).job).toMatchObject({ dueAt: 600 });
  });

  it('is due again when it was scheduled while it was under way', async () => {
    const of = newBook('org-plan');
    const held = await lease(index, of);
    await index.sync.schedule(of, 560);

    await index.sync.releaseLease(of, held, { dueAt: 5_000, wasDueAt: 1 });

    expect((await index.sync.read(of)).job).toMatchObject({ dueAt: 560 });
  });

  it('is due again when what was asked for before was written after it began', async () => {
    const of = newBook('org-plan');
    await index.sync.schedule(of, 560);
    const held = await index.sync.takeLease(of, { owner: 'a', now: 570, until: 900 });
    await index.sync.ask(of, { kind: 'full', at: 555 });

    if (held !== undefined) {
      await index.sync.releaseLease(of, held, { dueAt: 5_000, wasDueAt: 560 });
    }

    expect((await index.sync.read(of)).job).toMatchObject({ dueAt: 555 });
  });

  it('takes turns among organizations', async () => {
    const fresh = await openTestIndex(databases);
    const { sync } = fresh.index;
    const jobs: readonly (readonly [string, string, number])[] = [
      ['a', 'a-1', 10],
      ['a', 'a-2', 20],
      ['a', 'a-3', 30],
      ['b', 'b-1', 40],
      ['c', 'c-1', 15],
      ['d', 'd-1', 90],
    ];
    for (const [organizationId, connectionId, at] of jobs) {
      await sync.schedule({ organizationId, connectionId }, at);
    }
    const held = { organizationId: 'c', connectionId: 'c-1' };
    await sync.takeLease(held, { owner: 'other', now: 0, until: 70 });

    const names = async (now: number, owner: string, limit = 10) =>
      (await sync.due(now, { limit, owner })).map(({ connectionId }) => connectionId);
    expect(await names(60, 'me')).toEqual(['a-1', 'b-1', 'a-2', 'a-3']);
    expect(await names(60, 'other')).toEqual(['a-1', 'c-1', 'b-1', 'a-2', 'a-3']);
    expect(await names(70, 'me', 2)).toEqual(['a-1', 'c-1']);
    expect(await sync.nextDueAt()).toBe(10);
    expect((await sync.jobs('a-2', 2)).map(({ connectionId }) => connectionId)).toEqual([
      'a-3',
      'b-1',
    ]);
    await fresh.close();
  });
});
