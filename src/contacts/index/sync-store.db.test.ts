import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { describeDatabases } from '../../store/testing/databases.ts';
import type { BookScope } from './contact-index.ts';
import type { OpenContactIndex } from './create-contact-index.ts';
import type { PassEnd, SyncLease } from './sync-store.ts';
import { batch, lease, openIndexOn, openTestIndex, person } from './testing/open-index.ts';
import type { TestIndex } from './testing/open-index.ts';

const LIMITS = { share: 0.2, least: 20 };

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
