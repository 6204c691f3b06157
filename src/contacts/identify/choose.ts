import type { Match } from './match.ts';

/** Whose call it is when several have the number; a list names kinds of record, the first preferred. */
export type MultipleMatches = 'ask' | 'first' | 'newest' | readonly string[];

export interface Choice<M> {
  /** Undefined: nobody, or a person must choose. */
  readonly chosen: M | undefined;
  readonly message: string;
}

/** Applies a connection's rule for several matches; two answers about one contact are one match. */
export function choose<M extends Pick<Match, 'contactType' | 'changedAt'>>(
  matches: readonly M[],
  rule: MultipleMatches,
): Choice<M> {
  const [first] = matches;
  const count = String(matches.length);
  if (first === undefined) return { chosen: undefined, message: 'Nobody has this number.' };
  if (matches.length === 1) return { chosen: first, message: 'One contact has this number.' };
  if (rule === 'ask') return { chosen: undefined, message: ask(count) };
  if (rule === 'first') {
    return { chosen: first, message: `${count} contacts have this number: the first is taken.` };
  }
  if (rule === 'newest') return byTime(matches);
  return byType(matches, rule);
}

/** What a CRM just told has no time of its own, and what came at once has the same one. */
function byTime<M extends Pick<Match, 'changedAt'>>(matches: readonly M[]): Choice<M> {
  const count = String(matches.length);
  const times = matches.map(({ changedAt = 0 }) => changedAt);
  const last = Math.max(...times);
  const newest = matches.filter((_, at) => times[at] === last);
  const [chosen] = newest;
  if (last === 0 || chosen === undefined || newest.length > 1) {
    const message = `${count} contacts have this number, and which of them changed last is not known: a person must choose.`;
    return { chosen: undefined, message };
  }
  const message = `${count} contacts have this number: the one that changed last is taken.`;
  return { chosen, message };
}

function byType<M extends Pick<Match, 'contactType'>>(
  matches: readonly M[],
  order: readonly string[],
): Choice<M> {
  const count = String(matches.length);
  for (const type of order) {
    const [first, second] = matches.filter(({ contactType = '' }) => contactType === type);
    if (first === undefined) continue;
    if (second !== undefined) break;
    const message = `${count} contacts have this number: the one that is a ${type} is taken.`;
    return { chosen: first, message };
  }
  return { chosen: undefined, message: ask(count) };
}

function ask(count: string): string {
  return `${count} contacts have this number: a person must choose.`;
}
