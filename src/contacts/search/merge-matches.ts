import type { Match } from '../identify/match.ts';
import { compareTexts } from '../index/compare-texts.ts';
import { wordsOf } from '../words.ts';

/** Whom a search found, and where. */
export interface SearchHit {
  readonly connectionId: string;
  readonly match: Match;
}

/**
 * Joins what the index found with what CRMs found themselves, by folded name: each contact once, and as
 * the CRM has it where both know it; what a CRM's search does not tell, the index fills in. A source that names no kind of record means whichever the other has.
 */
export function mergeMatches(
  indexed: readonly SearchHit[],
  told: readonly SearchHit[],
  limit: number,
): readonly SearchHit[] {
  const fresh: SearchHit[] = [];
  for (const hit of told) {
    if (fresh.some((one) => isSame(one, hit))) continue;
    const copy = indexed.find((one) => isSame(one, hit));
    fresh.push(copy === undefined ? hit : { ...hit, match: filledFrom(copy.match, hit.match) });
  }
  const known = indexed.filter((hit) => !fresh.some((one) => isSame(one, hit)));
  return [...known, ...fresh]
    .map((hit) => ({ hit, name: sortName(hit.match) }))
    .toSorted((a, b) => compareTexts(a.name, b.name))
    .slice(0, limit)
    .map(({ hit }) => hit);
}

function isSame(a: SearchHit, b: SearchHit): boolean {
  if (a.connectionId !== b.connectionId || a.match.kind !== b.match.kind) return false;
  if (a.match.contactId === undefined || a.match.contactId !== b.match.contactId) return false;
  const { contactType: one = '' } = a.match;
  const { contactType: other = '' } = b.match;
  return one === other || one === '' || other === '';
}

/** A search often tells less of a contact than a list does. */
function filledFrom(copy: Match, told: Match): Match {
  const { emails, phones } = copy;
  return {
    ...copy,
    ...told,
    ...(told.emails.length === 0 ? { emails } : {}),
    ...(told.phones.length === 0 ? { phones } : {}),
  };
}

/** The order of the index; see `contact-entry.ts`. */
function sortName({ name, firstname, lastname, company, emails, phones }: Match): string {
  const both = `${firstname ?? ''} ${lastname ?? ''}`;
  const called = [name, both, company, emails[0], phones[0]];
  const label = called.find((text) => text !== undefined && /\S/u.test(text)) ?? '';
  return wordsOf(label).join(' ');
}
