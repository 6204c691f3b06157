import {
  insertContacts,
  insertNumbers,
  insertWords,
} from '../src/contacts/index/contact-rows-repository.ts';
import type { ContactRow } from '../src/contacts/index/contact-rows-repository.ts';
import { contactId } from '../src/contacts/index/contact-rows-repository.ts';
import { postingsOf, reversedNumbers } from '../src/contacts/index/words-text.ts';
import { openContactWriter } from '../src/store/contact-store.ts';
import { BATCH, contactCount, fillContacts, openContactWorld } from './load/contact-world.ts';
import type { ContactWorld } from './load/contact-world.ts';
import { namedPostgres } from './load/world.ts';
import type { BenchRow } from './row.ts';

const RATIO_GOAL = 1 / 3;

/** How fast the index takes in the contacts of a sync, beside bare inserts of the same rows. */
export async function contactInsertFigures(): Promise<readonly BenchRow[]> {
  const postgres = namedPostgres();
  const rows = [await measure('SQLite', undefined)];
  return postgres === undefined ? rows : [...rows, await measure('PostgreSQL', postgres)];
}

async function measure(name: string, postgres: string | undefined): Promise<BenchRow> {
  const count = contactCount();
  const [filled, bare] = [await openContactWorld(postgres), await openContactWorld(postgres)];
  try {
    const value = count / (await fillContacts(filled, count));
    const again = count / (await fillContacts(filled, count));
    const inserted = count / (await insertBare(filled, bare, count));
    const ratio = value / inserted;
    return {
      figure: `${count.toLocaleString('en')} contacts of a sync into the index, ${name}`,
      value,
      unit: 'contacts/s',
      comparison: { what: 'bare inserts of the same rows', value: inserted, ratio },
      goal: 'at least a third of bare inserts',
      holds: ratio >= RATIO_GOAL,
      note: `the same contacts again, unchanged: ${Math.round(again).toLocaleString('en')} contacts/s`,
    };
  } finally {
    await filled.close();
    await bare.close();
  }
}

/** Inserts the rows of one index into the tables of another, in the order of contacts; gives the seconds. */
export async function insertBare(
  from: Pick<ContactWorld, 'store'>,
  to: ContactWorld,
  count: number,
): Promise<number> {
  const writer = await openContactWriter(to.store.place);
  let seconds = 0;
  try {
    for (let first = 0; first < count; first += BATCH) {
      const contacts: readonly ContactRow[] = await from.store.read
        .selectFrom('contact')
        .selectAll()
        .where('id', '>=', contactId(1, first))
        .where('id', '<', contactId(1, first + BATCH))
        .orderBy('id')
        .execute();
      const numbered = contacts.map((row, at) => ({ ...row, number: first + at }));
      const words = numbered.flatMap(({ number, sort_name: sortName, words: text }) =>
        postingsOf(text).map(({ word, kind }) => ({ word, kind, number, sortName })),
      );
      const numbers = numbered.flatMap(({ number, words: text }) =>
        reversedNumbers(text).map((reversed) => ({ reversed, number })),
      );
      const start = performance.now();
      await writer.write(async (transaction) => {
        await insertContacts(transaction, contacts);
        await insertWords(transaction, 1, words);
        await insertNumbers(transaction, 1, numbers);
      });
      seconds += (performance.now() - start) / 1_000;
    }
  } finally {
    await writer.close();
  }
  return seconds;
}
