import type { BoundRecord } from './bind/compile-binding.ts';

/** The names of one person; an absent part is not known. */
export interface PersonNames {
  readonly full?: string;
  readonly first?: string;
  readonly last?: string;
}

/**
 * Completes the names of a person from each other: the parts joined with a blank; the whole split
 * at its last blank, a single word being the last name, because that is the one CRMs demand. What
 * is known is never changed.
 */
export function completeNames(known: PersonNames): PersonNames {
  const full = known.full?.trim() ?? '';
  const first = known.first?.trim() ?? '';
  const last = known.last?.trim() ?? '';
  if (full === '') return withFull(known, [first, last].filter((part) => part !== '').join(' '));
  if (first === '' && last === '') return withParts(known, splitName(full));
  if (first === '' && full.endsWith(` ${last}`)) {
    return withParts(known, { first: full.slice(0, -last.length).trim(), last });
  }
  if (last === '' && full.startsWith(`${first} `)) {
    return withParts(known, { first, last: full.slice(first.length).trim() });
  }
  return known;
}

/** Splits a name at its last blank; a single word is the last name. */
export function splitName(full: string): { readonly first: string; readonly last: string } {
  const name = full.trim();
  const blank = name.lastIndexOf(' ');
  return { first: name.slice(0, Math.max(0, blank)).trim(), last: name.slice(blank + 1) };
}

/**
 * A bound record with the names that follow from the others: `contact_name` (of a user `user_name`)
 * from `firstname` and `lastname`, and back.
 */
export function deriveNames(record: BoundRecord, of: 'contact' | 'user'): BoundRecord {
  const { full, first, last } = namesIn(record, of);
  // Object.create is typed `any`; what is assigned are texts and lists of texts.
  const derived = Object.assign(Object.create(null), record) as Record<
    string,
    string | readonly string[]
  >;
  if (full !== undefined) derived[`${of}_name`] = full;
  if (first !== undefined) derived['firstname'] = first;
  if (last !== undefined) derived['lastname'] = last;
  return derived;
}

/** The whole name in a bound record of a contact or a user, joined from its parts if need be. */
export function fullName(record: BoundRecord, of: 'contact' | 'user'): string | undefined {
  return namesIn(record, of).full;
}

function namesIn(record: BoundRecord, of: 'contact' | 'user'): PersonNames {
  const full = textIn(record, `${of}_name`);
  const first = textIn(record, 'firstname');
  const last = textIn(record, 'lastname');
  return completeNames({
    ...(full === undefined ? {} : { full }),
    ...(first === undefined ? {} : { first }),
    ...(last === undefined ? {} : { last }),
  });
}

function textIn(record: BoundRecord, name: string): string | undefined {
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

function withFull(known: PersonNames, full: string): PersonNames {
  return full === '' ? known : { ...known, full };
}

function withParts(known: PersonNames, parts: { first: string; last: string }): PersonNames {
  return {
    ...known,
    ...(parts.first === '' ? {} : { first: parts.first }),
    ...(parts.last === '' ? {} : { last: parts.last }),
  };
}
