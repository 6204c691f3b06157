import { fold } from './fold.ts';

/** Longer words are known by their beginning. */
const LONGEST_WORD = 40;
/** Of one text: a name has some, and a text of a hostile CRM any number. */
const MOST_WORDS = 32;
/** Texts are cut before anything else is done to them. */
const LONGEST_TEXT = 400;
/** Places within a run of characters without blanks where people may begin to type. */
const MOST_BEGINNINGS = 8;

/** Letters, digits, and the marks that are part of letters. */
const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const PLAIN_WORD = /[a-z0-9]+/g;
const PLAIN = /^[\u0000-\u007f]*$/u;

/** Writing without blanks between names, where each character may begin one. Hangul is in its parts here. */
const RUN = /[\p{Script=Han}\p{Script=Hiragana}\u1100-\u115f]/u;
const BEGINNING = /[\p{Script=Han}\p{Script=Hiragana}\u1100-\u115f]/gu;

const APOSTROPHE = /['`´‘’ʻʼ]/u;
const BEHIND_APOSTROPHE = /(?<=[\p{L}\p{M}])['`´‘’ʻʼ]([\p{L}\p{N}\p{M}]{2,})/gu;

/** Umlauts, and how they are written where a keyboard has none. */
const UMLAUTS: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa' };
const UMLAUT = /[äöüå]/gu;
const HAS_UMLAUT = /[äöüåÄÖÜÅ]/u;

/** The words of a text, folded, in their order; what is neither letter nor digit stands between them. */
export function wordsOf(text: string): readonly string[] {
  const folded = fold(cut(text, LONGEST_TEXT));
  const found = folded.match(PLAIN.test(folded) ? PLAIN_WORD : WORD) ?? [];
  const few = found.length > MOST_WORDS ? found.slice(0, MOST_WORDS) : found;
  return few.some((word) => word.length > LONGEST_WORD)
    ? few.map((word) => cut(word, LONGEST_WORD))
    : few;
}

/**
 * Further beginnings by which the words of a text are found: names behind an apostrophe, names inside a
 * run of characters without blanks, and umlauts as two letters.
 */
export function furtherWords(text: string): readonly string[] {
  const further = APOSTROPHE.test(text) ? namesBehindApostrophes(text) : [];
  if (PLAIN.test(text)) return further;
  if (HAS_UMLAUT.test(text.normalize('NFC'))) {
    const spelt = cut(text, LONGEST_TEXT)
      .normalize('NFC')
      .toLowerCase()
      .replaceAll(UMLAUT, (letter) => UMLAUTS[letter] ?? letter);
    further.push(...wordsOf(spelt));
  }
  for (const word of wordsOf(text)) {
    if (!RUN.test(word)) continue;
    const beginnings = [...word.matchAll(BEGINNING)].filter(({ index }) => index > 0);
    further.push(...beginnings.slice(0, MOST_BEGINNINGS).map(({ index }) => word.slice(index)));
  }
  return further;
}

/** Of O'Brien, who is also typed `o brien`, and not of what is the possessive of English. */
function namesBehindApostrophes(text: string): string[] {
  const behind = cut(text, LONGEST_TEXT).matchAll(BEHIND_APOSTROPHE);
  const names = [...behind].map(([, name = '']) => name).join(' ');
  return wordsOf(names).slice(0, MOST_BEGINNINGS);
}

/** An e-mail address but for its `.com`, by which nobody looks for people. */
export function withoutTopLevel(email: string): string {
  return email.replace(/(@.+)\.[^.@]*$/, '$1');
}

/** At most so many UTF-16 units, and no half of a character. */
export function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const last = text.charCodeAt(longest - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? longest - 1 : longest);
}
