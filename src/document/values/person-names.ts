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

function splitName(name: string): { readonly first: string; readonly last: string } {
  const blank = name.lastIndexOf(' ');
  return { first: name.slice(0, Math.max(0, blank)).trim(), last: name.slice(blank + 1) };
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
