import { afterAll, beforeAll, expect, it } from 'vitest';

import { openContactStore, openContactWriter } from '../../store/contact-store.ts';
import type { ContactWriterHandle } from '../../store/contact-store.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { createNumberKeys } from '../number-keys/number-key.ts';
import type { BookScope } from './contact-index.ts';
import { findBookId } from './contact-repository.ts';
import { contactId } from './contact-rows-repository.ts';
import { createPassTasks } from './pass-tasks.ts';
import type { PassTasks } from './pass-tasks.ts';
import { batch, lease, openTestIndex, person } from './testing/open-index.ts';
import type { TestIndex } from './testing/open-index.ts';

const PUT = { source: 'crm', country: 'GB' } as const;

describeDatabases('what the thread of the index does for a pass', (databases) => {
  let opened: TestIndex;
  let writer: ContactWriterHandle;
  let tasks: PassTasks;
  let books = 0;

  beforeAll(async () => {
    opened = await openTestIndex(databases);
    const store = await openContactStore(opened.database, opened.settings);
    writer = await openContactWriter(store.place);
    await store.close();
    tasks = createPassTasks((job) => writer.write(job), createNumberKeys());
  });

  afterAll(async () => {
    await writer.close();
    await opened.close();
  });

  /** A connection with a contact, whose pass is under way. */
  async function begun() {
    books += 1;
    const of: BookScope = { organizationId: 'org-1', connectionId: `con-${books}` };
    const held = await lease(opened.index, of);
    await opened.index.sync.beginPass(of, held, { method: 'Contacts', kind: 'full', now: 1 });
    await opened.index.put(of, [person('0')], PUT);
    const book = (await findBookId(opened.read, of)) ?? 0;
    return { of, held, book, ids: [contactId(book, 0)] };
  }

  const peopleOf = async (of: BookScope): Promise<number> =>
    (await opened.index.sync.read(of)).known.people;

  it.each([
    ['some of them', 1, 2],
    ['all of them', 0, 1],
    ['what they were', 2, 1],
  ])('writes no batch whose records it has lost, %s', async (_name, taken, parts) => {
    const { of, held } = await begun();
    const id = 100 + books;
    const text = JSON.stringify([person('1')]);
    for (let part = 0; part < taken; part += 1) {
      await tasks.readRecords({ batch: id, text, country: 'GB' });
    }
    const { records: _records, country: _country, ...rest } = batch({ place: 'later' });

    const written = tasks.writeBatch({ of, lease: held, ...rest, batch: id, parts, now: 2 });

    await expect(written).rejects.toMatchObject({ code: 'internal' });
    expect(await peopleOf(of)).toBe(1);
    expect((await opened.index.sync.read(of)).states[0]?.pass?.place).toBeUndefined();
  });

  it('writes no batch of a pass that is over', async () => {
    const { of, held } = await begun();

    const written = opened.index.sync.writeBatch(
      of,
      held,
      batch({ pass: 7, records: [person('1')] }),
    );

    await expect(written).rejects.toMatchObject({ code: 'conflict' });
    expect(await peopleOf(of)).toBe(1);
  });

  it('removes nobody of another connection', async () => {
    const [mine, theirs] = [await begun(), await begun()];
    const { of, held } = mine;
    await opened.index.put(theirs.of, [person('1')], PUT);
    const ids = [...mine.ids, contactId(theirs.book, 0), contactId(theirs.book, 1)];

    expect(await tasks.removeIds({ of, method: 'Contacts', lease: held, ids })).toBe(1);
    expect([await peopleOf(of), await peopleOf(theirs.of)]).toEqual([0, 2]);
    for (const crmId of ['0', '1']) {
      const key = { kind: 'person', contactType: '', crmId } as const;
      expect(await opened.index.byId(theirs.of, key)).toBeDefined();
    }
  });

  it('removes nobody for one who has lost the lease', async () => {
    const { of, held, ids } = await begun();
    await lease(opened.index, of);

    const removed = tasks.removeIds({ of, method: 'Contacts', lease: held, ids });

    await expect(removed).rejects.toMatchObject({ code: 'conflict' });
    expect(await peopleOf(of)).toBe(1);
  });

  it('knows from the CRM whom it knew from us, once the CRM tells the same', async () => {
    const { of, held } = await begun();
    const grace = person('1', { name: 'Grace Hopper' });
    const key = { kind: 'person', contactType: '', crmId: '1' } as const;
    await opened.index.put(of, [grace], { ...PUT, source: 'made' });
    const made = await opened.index.byId(of, key);

    const written = await opened.index.sync.writeBatch(of, held, batch({ records: [grace] }));
    await opened.index.put(of, [grace], { ...PUT, source: 'made' });

    expect(written).toMatchObject({ added: 0, changed: 0, unchanged: 1 });
    expect([made?.source, (await opened.index.byId(of, key))?.source]).toEqual(['made', 'crm']);
  });
});
