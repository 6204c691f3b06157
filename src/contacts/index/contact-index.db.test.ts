import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openContactStore, openContactWriter } from '../../store/contact-store.ts';
import type { Handle } from '../../store/handle.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { createNumberKeys } from '../number-keys/number-key.ts';
import { createBookTasks } from './book-tasks.ts';
import type { BookScope } from './contact-index.ts';
import type { OpenContactIndex } from './create-contact-index.ts';
import { forgetOrganization } from './forget-organization.ts';
import { batch, lease, openTestIndex, person } from './testing/open-index.ts';
import type { TestIndex } from './testing/open-index.ts';

const PUT = { source: 'made', country: 'GB' } as const;
const GB = { country: 'GB' } as const;

describeDatabases('the index of contacts', (databases) => {
  let opened: TestIndex;
  let index: OpenContactIndex;
  let books = 0;

  beforeAll(async () => {
    opened = await openTestIndex(databases);
    index = opened.index;
  });

  afterAll(() => opened.close());

  function newBook(): BookScope {
    books += 1;
    return { organizationId: `org-${books}`, connectionId: `con-${books}` };
  }

  const GRACE = person('1', {
    name: 'Grace Hopper',
    company: 'Navy Labs',
    emails: ['grace.hopper@navy.example'],
    phones: ['+44 20 7183 8750', '07911 123456'],
    url: 'https://crm.example.com/1',
  });

  it('knows a contact at once that was put', async () => {
    const book = newBook();
    await index.put(book, [GRACE], PUT);

    const found = await index.byId(book, { kind: 'person', contactType: '', crmId: '1' });

    expect(found).toEqual({
      ...GRACE,
      connectionId: book.connectionId,
      source: 'made',
      changedAt: expect.any(Number),
    });
  });

  it('takes a person and a company with one id for two contacts', async () => {
    const book = newBook();
    await index.put(book, [GRACE, { ...GRACE, kind: 'company', name: 'Grace Ltd' }], PUT);

    const found = await index.byId(book, { kind: 'company', contactType: '', crmId: '1' });

    expect(found?.name).toBe('Grace Ltd');
  });

  describe('by number', () => {
    it.each([
      ['+442071838750', 'e164'],
      ['020 7183 8750', 'e164'],
      ['2071838750', 'e164'],
      ['+447911123456', 'e164'],
    ])('finds the owner of %s', async (number, matched) => {
      const book = newBook();
      await index.put(book, [GRACE, person('2', { phones: ['+442071838751'] })], PUT);

      const hits = await index.byNumber(book, number, GB);

      expect(hits.map((hit) => [hit.crmId, hit.matched])).toEqual([['1', matched]]);
    });

    it('tells all owners of a shared number, the first known first', async () => {
      const book = newBook();
      const phones = ['+44 20 7183 8750'];
      const people = ['9', '3', '5'].map((crmId) => person(crmId, { name: crmId, phones }));
      await index.put(book, people, PUT);

      const hits = await index.byNumber(book, '+442071838750', GB);

      expect(hits.map(({ crmId }) => crmId)).toEqual(['9', '3', '5']);
    });

    it('finds by the last digits only where that is asked for, and nobody better is known', async () => {
      const book = newBook();
      await index.put(book, [person('1', { phones: ['7183 8750'] })], PUT);
      const number = '+442071838750';

      const without = await index.byNumber(book, number, GB);
      const hits = await index.byNumber(book, number, { ...GB, suffix: 8 });
      await index.put(book, [person('2', { phones: [number] })], PUT);
      const better = await index.byNumber(book, number, { ...GB, suffix: 8 });

      expect(without).toEqual([]);
      expect(hits.map((hit) => [hit.crmId, hit.matched, hit.matchedPhone])).toEqual([
        ['1', 'suffix', '7183 8750'],
      ]);
      expect(better.map(({ crmId, matched }) => [crmId, matched])).toEqual([['2', 'e164']]);
    });

    it('finds who has several numbers in one field by each of them', async () => {
      const book = newBook();
      const phones = ['020 7183 8750 / 07911 123456', '030 90182-0 DW 12'];
      await index.put(book, [person('1', { phones })], PUT);

      for (const number of ['+442071838750', '+447911123456']) {
        const hits = await index.byNumber(book, number, GB);
        expect(hits).toMatchObject([{ crmId: '1', matched: 'e164', matchedPhone: phones[0] }]);
      }
      await index.remove(book, [{ kind: 'person', contactType: '', crmId: '1' }]);
      expect(await index.byNumber(book, '+447911123456', GB)).toEqual([]);
    });

    it('finds the company behind whose switchboard a direct dial is, and nobody in particular', async () => {
      const book = newBook();
      const phones = ['+49 30 90182-0'];
      await index.put(
        book,
        [
          person('1', { phones }),
          person('2', { phones: ['+49 30 90182 DW 34'] }),
          person('3', { kind: 'company', phones }),
        ],
        PUT,
      );

      const found = async (number: string): Promise<unknown> =>
        (await index.byNumber(book, number, GB)).map(({ crmId, matched }) => [crmId, matched]);
      expect(await found('+49309018212')).toEqual([['3', 'switchboard']]);
      expect(await found('+49309018234')).toEqual([['2', 'e164']]);
      expect(await found('+4930901820')).toEqual([
        ['1', 'e164'],
        ['3', 'e164'],
      ]);
      expect(await found('+493090181')).toEqual([]);
    });

    it('finds each of the companies with the number of one switchboard, however many they are', async () => {
      const book = newBook();
      const phones = ['+49 30 90182-0'];
      const companies = Array.from({ length: 230 }, (_, at) =>
        person(String(at), { kind: 'company', phones }),
      );
      await index.put(book, companies, PUT);

      const hits = await index.byNumber(book, '+49309018212', GB);

      expect(hits.map(({ crmId }) => crmId)).toEqual(companies.map(({ crmId }) => crmId));
    });

    it('tells who has the number as it was dialled before, and not who ends alike beside', async () => {
      const book = newBook();
      const people = [
        person('1', { phones: ['2345 6789'] }),
        person('2', { phones: ['+54 9 11 2345 6789'] }),
      ];
      await index.put(book, people, PUT);
      const asked = { country: 'AR', suffix: 8 };

      const hits = await index.byNumber(book, '+541123456789', asked);
      await index.remove(book, [{ kind: 'person', contactType: '', crmId: '2' }]);
      const left = await index.byNumber(book, '+541123456789', asked);

      expect(hits.map(({ crmId, matched }) => [crmId, matched])).toEqual([['2', 'national']]);
      expect(left.map(({ crmId, matched }) => [crmId, matched])).toEqual([['1', 'suffix']]);
    });

    it('tells which numbers end alike, where nobody has the number', async () => {
      const book = newBook();
      await index.put(book, [person('1', { phones: ['0612 345678', '101'] })], PUT);
      const near: string[] = [];
      const tell = { near: ({ phone }: { readonly phone: string }): void => void near.push(phone) };

      const hits = await index.byNumber(book, '+33612345678', { country: 'DE', ...tell });
      await index.byNumber(book, '+442071838750', { ...GB, ...tell });

      expect(hits).toEqual([]);
      expect(near).toEqual(['0612 345678']);
    });

    it('finds extensions by themselves only', async () => {
      const book = newBook();
      await index.put(book, [person('8', { phones: ['101'] }), GRACE], PUT);

      expect(await index.byNumber(book, '101', GB)).toMatchObject([{ crmId: '8' }]);
      expect(await index.byNumber(book, '1', GB)).toEqual([]);
      expect(await index.byNumber(book, 'anonymous', GB)).toEqual([]);
    });

    it('follows a contact whose number changes', async () => {
      const book = newBook();
      await index.put(book, [{ ...GRACE, crmId: '7' }], PUT);

      await index.put(book, [{ ...GRACE, crmId: '7', phones: ['+33142685300'] }], PUT);

      expect(await index.byNumber(book, '+442071838750', GB)).toEqual([]);
      expect(await index.byNumber(book, '+33142685300', GB)).toMatchObject([{ crmId: '7' }]);
    });
  });

  it('tells of a number with very many owners that it has more, and of all if asked to', async () => {
    const book = newBook();
    const phones = ['+44 20 7183 8750'];
    const people = Array.from({ length: 1_300 }, (_, at) => person(String(at), { phones }));
    await index.put(book, people, PUT);
    let more = 0;
    const tell = { ...GB, more: () => (more += 1) };

    const some = await index.byNumber(book, '+442071838750', tell);
    const all = await index.byNumber(book, '+442071838750', { ...tell, all: true });

    expect(some.map(({ crmId }) => crmId)).toEqual(
      people.slice(0, 1_000).map(({ crmId }) => crmId),
    );
    expect(more).toBe(1);
    expect(all.map(({ crmId }) => crmId)).toEqual(people.map(({ crmId }) => crmId));
  });

  it('forgets contacts that are removed', async () => {
    const book = newBook();
    await index.put(book, [GRACE, person('2', { name: 'Grace Kelly' })], PUT);
    const key = { kind: 'person', contactType: '', crmId: '1' } as const;

    const removed = await index.remove(book, [key, key, { ...key, crmId: 'nobody' }]);

    expect(removed).toBe(1);
    expect(await index.byId(book, key)).toBeUndefined();
    expect(await index.byNumber(book, '+442071838750', GB)).toEqual([]);
    const { known } = await index.sync.read(book);
    expect(known).toEqual({ people: 1, companies: 0 });
  });

  it('keeps what hostile records hold, or leaves them out', async () => {
    const book = newBook();
    const long = 'x'.repeat(100_000);
    const people = [
      person('\u0000\ud800', { name: 'NUL \u0000 and half \ud800', phones: ['\u0000', long] }),
      person(long, { name: 'too long' }),
      person('', { name: 'without id' }),
      person('many', { name: long, emails: Array.from({ length: 5_000 }, () => long) }),
    ];

    await index.put(book, people, PUT);

    const { known } = await index.sync.read(book);
    expect(known.people).toBe(2);
    const key = { kind: 'person', contactType: '', crmId: '\u0000\ud800' } as const;
    expect(await index.byId(book, key)).toMatchObject({ kind: 'person' });
  });

  describe('of two organizations', () => {
    it('shows neither the contacts of the other', async () => {
      const [mine, theirs] = [newBook(), newBook()];
      await index.put(theirs, [GRACE], PUT);
      const foreign = { ...mine, connectionId: theirs.connectionId };
      const signal = new AbortController().signal;
      const key = { kind: 'person', contactType: '', crmId: '1' } as const;

      for (const of of [mine, foreign]) {
        expect(await index.byId(of, key)).toBeUndefined();
        expect(await index.byNumber(of, '+442071838750', GB)).toEqual([]);
        expect(await index.search(of, 'grace', { limit: 20, signal })).toEqual([]);
        expect(await index.remove(of, [key])).toBe(0);
        expect((await index.sync.read(of)).known).toEqual({ people: 0, companies: 0 });
      }
      await index.dropBook(foreign);
      await expect(index.put(foreign, [GRACE], PUT)).rejects.toMatchObject({ code: 'conflict' });
      expect(await index.byId(theirs, key)).toMatchObject({ name: 'Grace Hopper' });
    });

    it('forgets one with all its connections, and the other stays', async () => {
      const [mine, theirs] = [newBook(), newBook()];
      const second = { ...mine, connectionId: `${mine.connectionId}-2` };
      for (const of of [mine, second, theirs]) {
        await index.put(of, [GRACE], PUT);
        await index.sync.schedule(of, 5);
      }

      await index.dropOrganization(mine.organizationId);

      expect((await index.sync.read(mine)).job).toBeUndefined();
      expect((await index.sync.read(second)).known.people).toBe(0);
      expect((await index.sync.read(theirs)).known.people).toBe(1);
    });

    it('goes on forgetting what a process that ended had begun to forget', async () => {
      const fresh = await openTestIndex(databases);
      const of = newBook();
      await fresh.index.put(of, [GRACE], PUT);
      const store = await openContactStore(fresh.database, fresh.settings);
      const writer = await openContactWriter(store.place);
      await createBookTasks((job) => writer.write(job), createNumberKeys()).dropBooks(of);
      await writer.close();
      await store.close();

      await fresh.index.sweep(AbortSignal.abort());
      const begun = await tablesWithRows(fresh.read);
      await fresh.index.sweep(new AbortController().signal);
      const swept = await tablesWithRows(fresh.read);
      await fresh.close();

      expect(begun).toContain('contact_word');
      expect(swept).toEqual([]);
    });

    it('leaves no row of one that is forgotten in any table', async () => {
      const fresh = await openTestIndex(databases);
      const of = newBook();
      const held = await lease(fresh.index, of);
      await fresh.index.sync.beginPass(of, held, { method: 'Contacts', kind: 'full', now: 1 });
      const records = [GRACE, { ...GRACE, kind: 'company' } as const];
      await fresh.index.sync.writeBatch(of, held, batch({ records }));
      const before = await tablesWithRows(fresh.read);

      await fresh.index.dropOrganization(of.organizationId);
      const after = await tablesWithRows(fresh.read);
      await fresh.close();

      expect(before).toEqual([
        ...['contact', 'contact_book', 'contact_number', 'contact_seen', 'contact_word'],
        ...['sync_job', 'sync_state'],
      ]);
      expect(after).toEqual([]);
    });

    it('is forgotten by a command without a server too', async () => {
      const fresh = await openTestIndex(databases);
      const [mine, theirs] = [newBook(), newBook()];
      for (const of of [mine, theirs]) await fresh.index.put(of, [GRACE], PUT);

      await forgetOrganization(fresh.database, fresh.settings, mine.organizationId);
      const known = await Promise.all([mine, theirs].map((of) => fresh.index.sync.read(of)));
      await fresh.close();

      expect(known.map((one) => one.known.people)).toEqual([0, 1]);
    });
  });
});

/** Tables of the contacts that are not empty. */
async function tablesWithRows(read: Handle): Promise<readonly string[]> {
  const tables = await read.introspection.getTables();
  const ours = tables
    .map(({ name }) => name)
    .filter((name) => /^(?:contact(?!_mig)|sync_)/.test(name));
  const counted = await Promise.all(
    ours.map(async (name) => {
      const { rows } = await sql`select 1 from ${sql.table(name)} limit 1`.execute(read);
      return rows.length > 0 ? [name] : [];
    }),
  );
  return counted.flat().toSorted();
}
