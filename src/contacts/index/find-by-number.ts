import type { Handle } from '../../store/handle.ts';
import type { NumberKeys } from '../number-keys/number-key.ts';
import { askNumber, BEST_FIRST } from '../number-keys/number-question.ts';
import type { NumberQuestion } from '../number-keys/number-question.ts';
import type { BookScope, NumberHit, NumberOptions } from './contact-index.ts';
import {
  contactOf,
  findBookId,
  findOwners,
  findOwnersBy,
  findOwnersOfAny,
} from './contact-repository.ts';
import type { OwnerRow, Owners } from './contact-repository.ts';

/** Each contact that is looked at costs some microseconds while a phone rings. */
const MOST_LOOKED_AT = 1_000;

/** The owners of a number in a connection's book; see `ContactIndex.byNumber`. */
export async function findByNumber(
  handle: Handle,
  of: BookScope,
  given: { readonly number: string; readonly keys: NumberKeys; readonly options: NumberOptions },
): Promise<readonly NumberHit[]> {
  const { number, keys, options } = given;
  const question = askNumber(keys, number, options);
  if (question.exact === '') return [];
  const most = options.all === true ? Infinity : MOST_LOOKED_AT;
  const same = await findOwners(handle, of, { reversed: question.exact, most });
  if (same.more) options.more?.();
  const exact = hitsOf(same.rows, question, of);
  // A number that no plan has stands under another key for each form in which it is written.
  const hasOneKey = question.key.e164 !== undefined || question.beginnings.length === 0;
  if (exact[0]?.matched === 'e164' && hasOneKey) return best(exact);
  const book = await findBookId(handle, of);
  if (book === undefined) return [];
  const rows = new Map(same.rows.map((row): [number, OwnerRow] => [row.id, row]));
  const take = (owners: Owners): void => {
    if (owners.more) options.more?.();
    for (const row of owners.rows) rows.set(row.id, row);
  };
  for (const beginning of question.beginnings) {
    // The first of them finds nearly everybody.
    take(await findOwnersBy(handle, book, { reversed: beginning, most }));
  }
  take(await findOwnersOfAny(handle, book, { reversed: question.switchboards, most }));
  const sorted = [...rows.values()].sort((a, b) => a.id - b.id);
  const hits = best(hitsOf(sorted, question, of));
  if (hits.length === 0 && options.near !== undefined) tellNear(sorted, question, options.near);
  return hits;
}

function hitsOf(
  rows: readonly OwnerRow[],
  question: NumberQuestion,
  of: BookScope,
): readonly NumberHit[] {
  return rows.flatMap((row) => {
    const contact = contactOf(row, of.connectionId);
    const judged = contact.phones.map((phone) => ({ phone, matched: question.judge(phone) }));
    for (const match of BEST_FIRST) {
      // Who has the number of a switchboard may be anybody behind it, but the company is all of them.
      if (match === 'switchboard' && contact.kind === 'person') continue;
      const found = judged.find(({ matched }) => matched === match);
      if (found !== undefined) return [{ ...contact, matched: match, matchedPhone: found.phone }];
    }
    return [];
  });
}

/** Numbers that ended alike, or stood before it, and are not the one. */
function tellNear(
  rows: readonly OwnerRow[],
  { endsLike }: NumberQuestion,
  near: NonNullable<NumberOptions['near']>,
): void {
  for (const row of rows) {
    const { kind, contactType, crmId, phones } = contactOf(row, '');
    for (const phone of phones) {
      if (endsLike(phone)) near({ contact: { kind, contactType, crmId }, phone });
    }
  }
}

/** Those that match as well as any other, each once. */
function best(hits: readonly NumberHit[]): readonly NumberHit[] {
  const match = BEST_FIRST.find((one) => hits.some(({ matched }) => matched === one));
  const seen = new Set<string>();
  return hits.filter((hit) => {
    const name = JSON.stringify([hit.kind, hit.contactType, hit.crmId]);
    const isNew = !seen.has(name);
    seen.add(name);
    return isNew && hit.matched === match;
  });
}
