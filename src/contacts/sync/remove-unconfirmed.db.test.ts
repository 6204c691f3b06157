import { afterAll, beforeAll, expect, it } from 'vitest';

import { describeDatabases } from '../../store/testing/databases.ts';
import type { BookScope } from '../index/contact-index.ts';
import type { OpenContactIndex } from '../index/create-contact-index.ts';
import { batch, lease, openTestIndex, person } from '../index/testing/open-index.ts';
import type { TestIndex } from '../index/testing/open-index.ts';
import { removeUnconfirmed } from './remove-unconfirmed.ts';

const DAY_MS = 86_400_000;
const KEPT_DAYS = 30;
const PHONE = '+442071838750';

describeDatabases('copies of contacts that nobody confirms', (databases) => {
  let opened: TestIndex;
  let index: OpenContactIndex;
  let began: number;
  let connections = 0;

  beforeAll(async () => {
    opened = await openTestIndex(databases);
    index = opened.index;
    began = Date.now();
  });
  afterAll(() => opened.close());

  const newBook = async (): Promise<BookScope> => {
    connections += 1;
    const of = { organizationId: 'org-1', connectionId: `con-${String(connections)}` };
    await index.sync.schedule(of, began);
    return of;
  };
  /** A whole list that was read at a moment. */
  const listed = async (of: BookScope, at: number): Promise<void> => {
    const held = await lease(index, of);
    const pass = { method: 'Contacts', kind: 'full', now: at } as const;
    const { pass: open } = await index.sync.beginPass(of, held, pass);
    const number = open?.number ?? 0;
    const records = [person('1', { phones: [PHONE] })];
    await index.sync.writeBatch(of, held, batch({ pass: number, records }));
    await index.sync.completePass(of, held, {
      ...{ method: 'Contacts', pass: number, now: at, marks: 'm-1' },
      limits: { share: 0.2, least: 20, misses: 1 },
    });
    await index.sync.releaseLease(of, held, { dueAt: undefined, wasDueAt: 1 });
  };
  const known = async (of: BookScope): Promise<number> =>
    (await index.byNumber(of, PHONE, { country: 'GB' })).length;
  const remove = async (day: number): Promise<number> =>
    await removeUnconfirmed({
      index,
      now: () => began + day * DAY_MS,
      keptMs: () => Promise.resolve(KEPT_DAYS * DAY_MS),
    });

  it('stay for as long as the connection says after the last whole list, then all go', async () => {
    const of = await newBook();
    await listed(of, began);

    const early = [await remove(KEPT_DAYS - 1), await known(of)];
    const late = [await remove(KEPT_DAYS + 1), await known(of)];

    expect(early).toEqual([0, 1]);
    expect(late).toEqual([1, 0]);
    // Changes alone would not bring back who has not changed.
    const { states, job } = await index.sync.read(of);
    expect(states).toEqual([]);
    expect(job?.dueAt).toBe(began + (KEPT_DAYS + 1) * DAY_MS);
  });

  it('are confirmed by each whole list, also where nothing has changed', async () => {
    const of = await newBook();
    await listed(of, began);
    await listed(of, began + 20 * DAY_MS);

    expect([await remove(KEPT_DAYS + 1), await known(of)]).toEqual([0, 1]);
  });

  it('are as old as what was last told of each, where no list was ever read to its end', async () => {
    const of = await newBook();
    await index.put(of, [person('7', { phones: [PHONE] })], { source: 'made', country: 'GB' });

    const early = [await remove(KEPT_DAYS - 1), await known(of)];
    const late = [await remove(KEPT_DAYS + 1), await known(of)];

    expect(early).toEqual([0, 1]);
    expect(late[1]).toBe(0);
  });
});
