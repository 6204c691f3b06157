import { reverse } from '../number-keys/reverse.ts';

/** A word by which a contact stands in the index of words. */
export interface Posting {
  readonly word: string;
  readonly ofName: boolean;
}

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

/** The words in the index: all but those by which the contact itself is sorted, numbers without country. */
export function postingsOf(words: string): readonly Posting[] {
  const [named = '', others = ''] = words.split('\t ');
  const names = named.slice(1).split(' ');
  const [first] = names;
  const postings: Posting[] = [];
  for (const word of names.slice(1)) {
    if (word !== first) postings.push({ word, ofName: true });
  }
  if (others === '') return postings;
  const seen = new Set<string>();
  for (const word of others.split(' ')) {
    const posted = word.startsWith(NUMBER_SIGN) ? `#${word.slice(word.indexOf(':') + 1)}` : word;
    // One significant number in two countries is one word.
    if (seen.has(posted)) continue;
    if (posted !== word) seen.add(posted);
    postings.push({ word: posted, ofName: false });
  }
  return postings;
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
