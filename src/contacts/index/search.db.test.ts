import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { describeDatabases } from '../../store/testing/databases.ts';
import type { ContactRecord } from '../contact-record.ts';
import { createNumberKeys } from '../number-keys/number-key.ts';
import { wordsOf } from '../words.ts';
import { compareTexts } from './compare-texts.ts';
import { toEntry } from './contact-entry.ts';
import { findBookId } from './contact-repository.ts';
import { numberOf } from './contact-rows-repository.ts';
import { searchBook } from './search-book.ts';
import { hasParts, readQuery } from './search-query.ts';
import { BOOK, lease, batch, openTestIndex, person } from './testing/open-index.ts';
import type { TestIndex } from './testing/open-index.ts';
import { madeUpContact, randomOf } from './testing/made-up-contacts.ts';

const PEOPLE = 5_000;
const QUERIES = 400;
const LIMIT = 20;
const { signal } = new AbortController();

/** Names that end in characters beyond U+FFFF and before them, where UTF-8 and UTF-16 differ in order. */
const ODD = ['\u{20000}\u{20001} Odd', '\uff66\uff67 Odd', '\u{10400}a Odd', '豈 Odd'];

const PEOPLE_LIST: readonly ContactRecord[] = [
  ...Array.from({ length: PEOPLE }, (_, at) => madeUpContact(at)),
  ...ODD.map((name, at) => person(`odd-${at}`, { name })),
];

/** Addresses, whole and as far as they are typed. */
const ADDRESSES = PEOPLE_LIST.slice(0, 120).flatMap(({ emails: [email = ''] }, at) =>
  email.slice(0, [undefined, -2, -6, email.indexOf('@') + 1 + (at % 3)][at % 4]),
);

/** What people type who look for one of them: beginnings of words, in any order, and numbers. */
function madeUpQueries(): readonly string[] {
  const random = randomOf(77);
  const one = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const cutAt = (text: string): string =>
    Array.from(text)
      .slice(0, 1 + Math.floor(random() * 5))
      .join('');
  return Array.from({ length: QUERIES }, (_, at) => {
    const contact = one(PEOPLE_LIST);
    const words = wordsOf(`${contact?.name ?? ''} ${contact?.company ?? ''}`);
    const digits = (one(contact?.phones ?? []) ?? '').replaceAll(/[^0-9]/g, '');
    if (at % 5 === 0) return digits.slice(0, 3 + Math.floor(random() * 6));
    if (at % 5 === 1) return digits.slice(-3 - Math.floor(random() * 4));
    if (at % 5 === 2) return `${cutAt(one(words) ?? '')} ${cutAt(one(words) ?? '')}`;
    return cutAt(one(words) ?? '');
  });
}

const keys = createNumberKeys();
const SORTED = PEOPLE_LIST.map((contact, number) => ({
  number,
  crmId: contact.crmId,
  ...toEntry(contact, 'GB', keys),
})).sort((a, b) => compareTexts(a.sortName, b.sortName) || a.number - b.number);

/** Whom one finds who looks at each. */
const EXPECTED = new Map(
  [
    ...[...madeUpQueries(), ...ADDRESSES],
    ...['odd', 'o', 'user', '020 7', '+44', '1', '071', 'brien', 'o brien', 'a@a'],
  ].map((query) => {
    const parts = readQuery(query);
    const found = parts.length === 0 ? [] : SORTED.filter(({ words }) => hasParts(words, parts));
    return [query, found.slice(0, LIMIT)];
  }),
);

describeDatabases('a search among contacts of many languages', (databases) => {
  let opened: TestIndex;

  beforeAll(async () => {
    opened = await openTestIndex(databases);
    const { index } = opened;
    const held = await lease(index);
    await index.sync.beginPass(BOOK, held, { method: 'Contacts', kind: 'full', now: 1 });
    for (let from = 0; from < PEOPLE_LIST.length; from += 2_000) {
      const records = PEOPLE_LIST.slice(from, from + 2_000);
      await index.sync.writeBatch(BOOK, held, batch({ records }));
    }
  });

  afterAll(() => opened.close());

  it('finds whom looking at each finds, in the same order', async () => {
    const misses: string[] = [];
    for (const [query, expected] of EXPECTED) {
      const found = await opened.index.search(BOOK, query, { limit: LIMIT, signal });
      const ids = found.map(({ crmId }) => crmId);
      if (ids.join() !== expected.map(({ crmId }) => crmId).join()) misses.push(query);
    }

    expect(misses).toEqual([]);
    expect([...EXPECTED.values()].filter((found) => found.length > 0).length).toBeGreaterThan(250);
  });

  describe.each([
    ['walks over everybody', { common: 0, words: 0, walk: Infinity }],
    ['gives up walking', { common: 0, words: 0, walk: 100 }],
    ['reads word by word', { common: 0, words: 100, walk: 0 }],
    ['sorts what the index gives', { common: 1_000_000, words: 0, walk: 0 }],
  ])('that %s', (_name, plan) => {
    it('finds the same', async () => {
      const handle = opened.read;
      const book = (await findBookId(handle, BOOK)) ?? 0;
      const misses: string[] = [];
      for (const [query, expected] of EXPECTED) {
        const parts = readQuery(query);
        const found = await searchBook({ handle, book, parts, limit: LIMIT, plan });
        const numbers = found.map(({ id }) => numberOf(id));
        if (numbers.join() !== expected.map(({ number }) => number).join()) {
          misses.push(query);
        }
      }

      expect(misses).toEqual([]);
    });
  });

  it('joins the connections of an organization', async () => {
    const second = { ...BOOK, connectionId: 'con-2' };
    const twin = person('twin', { name: 'Odd Ones' });
    await opened.index.put(second, [twin], { source: 'made', country: 'GB' });

    const found = await opened.index.search([BOOK, second], 'odd', { limit: LIMIT, signal });

    expect(found.map(({ connectionId }) => connectionId)).toEqual([
      'con-2',
      ...ODD.map(() => 'con-1'),
    ]);
  });

  it('ends when nobody waits for it any more', async () => {
    const gone = AbortSignal.abort(new Error('typed on'));

    const search = opened.index.search(BOOK, 'odd', { limit: LIMIT, signal: gone });

    await expect(search).rejects.toThrow('typed on');
  });
});
