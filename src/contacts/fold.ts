/** Letters that Unicode does not take apart, as people type them on a keyboard without them. */
const LETTERS: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', æ: 'ae', œ: 'oe', ı: 'i', ħ: 'h' },
  ...{ ŧ: 't', ŋ: 'n', ĸ: 'k', ſ: 's', ƒ: 'f', ɨ: 'i', ʉ: 'u', ə: 'e', ς: 'σ' },
};
const LETTER = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'gu');

/**
 * Marks that people leave out when they type: accents, Hebrew and Arabic vowels. Vowels of Indic and Thai
 * writing are marks too, but without them names become others.
 */
const MARKS =
  /[\p{Mn}&&[\p{Script=Inherited}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Hebrew}\p{Script=Arabic}]]/gv;
/** Within a word: O’Brien is typed `obrien`, nobody types what cannot be seen, or stretches Arabic. */
const JOINTS = /['\u0640’‘ʼʻ`´\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;
const KATAKANA = /[\u30a1-\u30f6]/gu;
const HIRAGANA_FROM_KATAKANA = 0x60;

const PLAIN = /^[\u0000-\u007f]*$/u;

/**
 * A text in the form in which names are compared: small letters without accents, in compatible
 * characters (Unicode NFKD). Words stay apart as they were; `words.ts` finds them.
 */
export function fold(text: string): string {
  // Nine names of ten: no need of tables.
  if (PLAIN.test(text)) return text.toLowerCase().replaceAll(/['`]/g, '');
  return (
    text
      // Before letters are taken apart: a Turkish İ becomes i and a dot.
      .normalize('NFKD')
      .toLowerCase()
      .replaceAll(MARKS, '')
      .replaceAll(JOINTS, '')
      .replaceAll(LETTER, (letter) => LETTERS[letter] ?? letter)
      .replaceAll(KATAKANA, (kana) =>
        String.fromCodePoint((kana.codePointAt(0) ?? 0) - HIRAGANA_FROM_KATAKANA),
      )
  );
}
