import type { Handle } from '../../store/handle.ts';
import type { ContactRecord } from '../contact-record.ts';
import { wordsOf } from '../words.ts';
import { findBook } from './book-repository.ts';
import { trimContact } from './contact-entry.ts';
import type { BookScope } from './contact-index.ts';
import { findCompanyNames, findIdsByWord } from './contact-repository.ts';
import type { ContactTasks } from './contact-tasks.ts';
import type { SyncLease } from './sync-store.ts';

/** A company that is called otherwise than before. */
export interface RenamedCompany {
  readonly crmId: string;
  readonly from: string;
  readonly to: string;
}

/** People whose company's name is changed in one transaction. */
const AT_ONCE = 500;
/** More people of one word are left to the next full pass, which tells of each of them. */
const MOST = 20_000;

/** Which of these companies are called otherwise in the index; none where it has no people. */
export async function findRenamed(
  read: Handle,
  of: BookScope,
  companies: readonly ContactRecord[],
): Promise<readonly RenamedCompany[]> {
  if (companies.length === 0 || ((await findBook(read, of))?.people ?? 0) === 0) return [];
  const ids = companies.map(({ crmId }) => crmId);
  const known = await findCompanyNames(read, of, [...new Set(ids)]);
  return companies.map(trimContact).flatMap(({ crmId, name: to }) => {
    const from = known.get(crmId);
    return from === undefined || from === '' || from === to ? [] : [{ crmId, from, to }];
  });
}

/** Gives the people of a company its new name, where they have it by the old one. */
export async function passOnName(
  {
    read,
    heavy,
    now,
  }: {
    readonly read: Handle;
    readonly heavy: Pick<ContactTasks, 'renameCompany'>;
    readonly now: () => number;
  },
  given: { readonly of: BookScope; readonly lease: SyncLease; readonly company: RenamedCompany },
): Promise<void> {
  const { of, company } = given;
  const book = await findBook(read, of);
  // The longest word is as a rule the rarest.
  const [word] = wordsOf(company.from).toSorted((a, b) => b.length - a.length);
  if (book === undefined || word === undefined) return;
  const ids = await findIdsByWord(read, { book: book.id, word, limit: MOST });
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    await heavy.renameCompany({ ...given, now: now(), ids: ids.slice(from, from + AT_ONCE) });
  }
}
