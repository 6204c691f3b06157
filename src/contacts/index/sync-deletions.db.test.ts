import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { describeDatabases } from '../../store/testing/databases.ts';
import type { BookScope } from './contact-index.ts';
import type { OpenContactIndex } from './create-contact-index.ts';
import type { PassEnd, SyncLease } from './sync-store.ts';
import { batch, lease, openTestIndex, person } from './testing/open-index.ts';
import type { TestIndex } from './testing/open-index.ts';

const LIMITS = { share: 0.2, least: 20 };
const DAY_MS = 86_400_000;

describeDatabases('whom the sync removes', (databases) => {
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
});
