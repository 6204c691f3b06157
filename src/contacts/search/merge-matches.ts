import type { Match } from '../identify/match.ts';
import { compareTexts } from '../index/compare-texts.ts';
import { hasParts, readQuery } from '../index/search-query.ts';
import type { QueryPart, TypedNumber } from '../index/search-query.ts';
import { wordsText } from '../index/words-text.ts';
import { furtherWords, wordsOf } from '../words.ts';

/** Whom a search found, and where. */
export interface SearchHit {
  readonly connectionId: string;
  readonly match: Match;
}

/**
 * Joins what the index found with what CRMs found themselves, by folded name: each contact once, and as
 * the CRM has it where both know it; what a CRM's search does not tell, the index fills in. A source that
 * names no kind of record means whichever the other has. Who has nothing of `query` comes last: a CRM that
 * ignores its filter tells of everybody.
 */
export function mergeMatches(
  indexed: readonly SearchHit[],
  told: readonly SearchHit[],
  { query, limit }: { readonly query: string; readonly limit: number },
): readonly SearchHit[] {
  const parts = readQuery(query);
  const copies = new Known(indexed);
  const fresh = new Known([]);
  for (const hit of told) {
    if (fresh.find(hit) !== undefined) continue;
    const copy = copies.find(hit);
    fresh.add(copy === undefined ? hit : { ...hit, match: filledFrom(copy.match, hit.match) });
  }
  const unsaid = indexed.filter((hit) => fresh.find(hit) === undefined);
  return [...unsaid, ...fresh.hits]
    .map((hit) => ({
      hit,
      name: sortName(hit.match),
      place: copies.find(hit) !== undefined || hasTyped(hit.match, parts) ? 0 : 1,
    }))
    .toSorted((a, b) => a.place - b.place || compareTexts(a.name, b.name))
    .slice(0, limit)
    .map(({ hit }) => hit);
}

/** Contacts by their ids: a CRM may tell of very many. */
class Known {
  readonly hits: SearchHit[] = [];
  readonly #byId = new Map<string, SearchHit[]>();

  constructor(hits: readonly SearchHit[]) {
    for (const hit of hits) this.add(hit);
  }

  add(hit: SearchHit): void {
    this.hits.push(hit);
    const id = idOf(hit);
    if (id === undefined) return;
    const same = this.#byId.get(id);
    if (same === undefined) this.#byId.set(id, [hit]);
    else same.push(hit);
  }

  /** Of one id there are as many as there are kinds of record. */
  find(hit: SearchHit): SearchHit | undefined {
    const id = idOf(hit);
    return id === undefined ? undefined : this.#byId.get(id)?.find((one) => isSameKind(one, hit));
  }
}

/** As the index would find it; of a number any digits in a row. */
function hasTyped(match: Match, parts: readonly QueryPart[]): boolean {
  const { name = '', firstname = '', lastname = '', company = '', emails, phones } = match;
  const named = `${name} ${firstname} ${lastname}`;
  const words = wordsText(
    [...wordsOf(named), ...furtherWords(named)],
    wordsOf([company, ...emails].join(' ')),
  );
  return parts.every((part) => hasParts(words, [part]) || hasNumber(phones, part.number));
}

function hasNumber(phones: readonly string[], number: TypedNumber | undefined): boolean {
  if (number === undefined) return false;
  const wanted = [number.digits, ...number.beginnings.map(({ significant }) => significant)];
  return phones.some((phone) => {
    const digits = phone.replaceAll(/\D/g, '');
    return wanted.some((one) => digits.includes(one));
  });
}

function idOf({ connectionId, match: { kind, contactId } }: SearchHit): string | undefined {
  return contactId === undefined ? undefined : JSON.stringify([connectionId, kind, contactId]);
}

function isSameKind(a: SearchHit, b: SearchHit): boolean {
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
