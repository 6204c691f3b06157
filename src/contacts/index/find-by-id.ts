import type { Handle } from '../../store/handle.ts';
import { contactOf, findBookId } from './contact-repository.ts';
import type { BookScope, IndexedContact } from './contact-index.ts';
import { findByKeys, KINDS } from './contact-rows-repository.ts';

/** Kinds of record that a document lists people by. */
const MOST_TYPES = 20;

/** People with an id, of whatever kind of record they are: one CRM may have a lead 7 and a contact 7. */
export async function findPeopleOfId(
  handle: Handle,
  of: BookScope,
  crmId: string,
): Promise<readonly IndexedContact[]> {
  const book = await findBookId(handle, of);
  if (book === undefined) return [];
  const found: IndexedContact[] = [];
  let type: string | undefined = '';
  for (let turn = 0; turn < MOST_TYPES && type !== undefined; turn += 1) {
    const contactType: string = type;
    const rows = await findByKeys(handle, book, [{ kind: 'person', contactType, crmId }]);
    found.push(...rows.map((row) => contactOf(row, of.connectionId)));
    // The next kind is the next one in the index of keys: others are not read.
    const next = await handle
      .selectFrom('contact')
      .select('contact_type')
      .where('book', '=', book)
      .where('kind', '=', KINDS.indexOf('person'))
      .where('contact_type', '>', contactType)
      .orderBy('contact_type')
      .limit(1)
      .executeTakeFirst();
    type = next?.contact_type;
  }
  return found;
}
