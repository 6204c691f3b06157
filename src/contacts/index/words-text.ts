import { reverse } from '../number-keys/reverse.ts';

/** A word by which a contact stands in the index of words. */
export interface Posting {
  readonly word: string;
  readonly kind: WordKind;
}

/** A word of the name, any other, or the first character of one of the name, which stands for all of them. */
export type WordKind = 'other' | 'name' | 'initial';

/** What stands before the digits of a number among words. */
export const NUMBER_SIGN = '#';

/**
 * The text in which a contact's words are kept: those of its name, a tab, all others, each after a
 * blank; a number as `#44:2071838750`, its calling code and significant number, or `#:101`.
 */
export function wordsText(named: Iterable<string>, others: Iterable<string>): string {
  return ` ${[...named].join(' ')}\t ${[...others].join(' ')}`;
}

/** A number among words. */
export function numberWord(digits: string, significant: string): string {
  return `${NUMBER_SIGN}${digits.slice(0, digits.length - significant.length)}:${significant}`;
}

/** The words in the index: all but the one by which the contact itself is sorted, numbers without country. */
export function postingsOf(words: string): readonly Posting[] {
  const [named = '', others = ''] = words.split('\t ');
  const names = named.slice(1).split(' ');
  const [first] = names;
  const postings: Posting[] = [];
  const initials = new Set<string | undefined>([initialOf(first)]);
  for (const word of names.slice(1)) {
    if (word === first) continue;
    postings.push({ word, kind: 'name' });
    const initial = initialOf(word);
    if (initial === undefined || initials.has(initial)) continue;
    initials.add(initial);
    postings.push({ word: initial, kind: 'initial' });
  }
  if (others === '') return postings;
  const seen = new Set<string>();
  for (const word of others.split(' ')) {
    const posted = word.startsWith(NUMBER_SIGN) ? `#${word.slice(word.indexOf(':') + 1)}` : word;
    // One significant number in two countries is one word.
    if (seen.has(posted)) continue;
    if (posted !== word) seen.add(posted);
    postings.push({ word: posted, kind: 'other' });
  }
  return postings;
}

function initialOf(word = ''): string | undefined {
  // Characters beyond U+FFFF have two units.
  const [initial] = word;
  return initial;
}

/** The keys of its numbers: digits from the end. */
export function reversedNumbers(words: string): readonly string[] {
  const found = new Set<string>();
  for (const [, code = '', significant = ''] of words.matchAll(NUMBER)) {
    found.add(reverse(`${code}${significant}`));
  }
  return [...found];
}

const NUMBER = / #(\d*):([\d*#]+)/g;
