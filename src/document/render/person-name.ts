/** A full name of its parts, joined with a blank; `undefined` when both are missing. */
export function joinName(first: string | undefined, last: string | undefined): string | undefined {
  const parts = [first, last].filter((part) => part !== undefined && part !== '');
  return parts.length === 0 ? undefined : parts.join(' ');
}

/** The parts of a full name, split at the last blank; a single word is the last name. */
export function splitName(full: string): { readonly first?: string; readonly last: string } {
  const name = full.trim();
  const at = name.lastIndexOf(' ');
  return at === -1 ? { last: name } : { first: name.slice(0, at).trim(), last: name.slice(at + 1) };
}
