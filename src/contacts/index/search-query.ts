import { reverse } from '../number-keys/reverse.ts';
import { cut, wordsOf } from '../words.ts';
import { NUMBER_SIGN } from './words-text.ts';

/** A number that is being typed. */
export interface TypedNumber {
  readonly digits: string;
  /** By what the significant number of a match begins, for calling codes; `undefined`: any code. */
  readonly beginnings: readonly NumberBeginning[];
}

export interface NumberBeginning {
  readonly code: string | undefined;
  readonly significant: string;
}

/** A part of what is typed: a contact must have each. */
export interface QueryPart {
  /** A word that one of its own begins with; empty: only a number is meant. */
  readonly word: string;
  /** One character says too little for words of companies: it is looked for in names alone. */
  readonly onlyNames: boolean;
  readonly number: TypedNumber | undefined;
}

const LONGEST_QUERY = 200;
const MOST_PARTS = 8;
/** With fewer digits nobody is found by a number. */
const SHORTEST_NUMBER = 3;
/** Calling codes of ITU-T E.164: none of them begins another one. */
const CALLING_CODE = /^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{3})/;
/** Digits with what people write between them. */
const NUMBER = /\+?[(]?[0-9][-0-9\s()./]*/g;
/** Countries where 8 or 06 is dialled before a number, as 0 elsewhere. */
const TRUNKS: readonly (readonly [typed: string, codes: readonly string[]])[] = [
  ['8', ['7', '370', '375', '992', '993', '998']],
  ['06', ['36']],
  ['1', ['1']],
];

/** What is typed, taken apart; empty where there is nothing to look for. */
export function readQuery(query: string): readonly QueryPart[] {
  const typed = cut(query, LONGEST_QUERY).normalize('NFKC');
  const parts: QueryPart[] = [];
  const rest = typed.replaceAll(NUMBER, (run, at: number) => {
    const digits = run.replaceAll(/[^0-9]/g, '');
    // Digits of a word, such as 3m, belong to it.
    const isAlone =
      !/[\p{L}\p{M}]$/u.test(typed.slice(0, at)) && !isWordAt(typed, at + run.length, run);
    if (digits.length < SHORTEST_NUMBER || !isAlone) return run;
    const word = /[\s()./-]/.test(run.trim()) || run.startsWith('+') ? '' : digits;
    parts.push({ word, onlyNames: false, number: typedNumber(digits, run.startsWith('+')) });
    return ' ';
  });
  for (const word of wordsOf(rest)) {
    parts.push({ word, onlyNames: /^.$/u.test(word), number: undefined });
  }
  return parts.slice(0, MOST_PARTS);
}

/** True when a letter follows the digits at once. */
function isWordAt(text: string, at: number, run: string): boolean {
  return /[0-9]$/.test(run) && /^[\p{L}\p{M}]/u.test(text.slice(at));
}

function typedNumber(digits: string, plus: boolean): TypedNumber {
  const beginnings: NumberBeginning[] = [];
  const add = (code: string | undefined, significant: string): void => {
    const isNew = !beginnings.some(
      (known) => known.code === code && known.significant === significant,
    );
    if (significant !== '' && isNew) beginnings.push({ code, significant });
  };
  const bare = digits.replace(/^0+/, '');
  const code = CALLING_CODE.exec(bare)?.[0];
  if (code !== undefined) add(code, bare.slice(code.length).replace(/^0/, ''));
  if (plus) return { digits, beginnings };
  add(undefined, digits);
  add(undefined, bare);
  for (const [trunk, codes] of TRUNKS) {
    if (!digits.startsWith(trunk)) continue;
    for (const one of codes) add(one, digits.slice(trunk.length));
  }
  return { digits, beginnings };
}

/** True when a contact with these words (`words-text.ts`) has every part. */
export function hasParts(words: string, parts: readonly QueryPart[]): boolean {
  return parts.every((part) => hasPart(words, part));
}

function hasPart(words: string, part: QueryPart): boolean {
  if (part.word !== '') {
    const at = words.indexOf(` ${part.word}`);
    if (at !== -1 && (!part.onlyNames || at < words.indexOf('\t'))) return true;
  }
  return part.number !== undefined && hasNumber(words, part.number);
}

/** What the words of whoever has a part are like, for SQL; undefined where only `hasParts` can say. */
export function patternOf({ word, onlyNames, number }: QueryPart): string | undefined {
  // Words have neither `%` nor `_`: they are letters, marks and digits.
  return number === undefined ? `% ${word}%${onlyNames ? '\t%' : ''}` : undefined;
}

function hasNumber(words: string, { digits, beginnings }: TypedNumber): boolean {
  let at = words.indexOf(` ${NUMBER_SIGN}`);
  while (at !== -1) {
    const next = words.indexOf(' ', at + 1);
    const token = words.slice(at + 2, next === -1 ? words.length : next);
    const colon = token.indexOf(':');
    const code = token.slice(0, colon);
    const significant = token.slice(colon + 1);
    if (`${code}${significant}`.endsWith(digits)) return true;
    const begins = beginnings.some(
      (one) =>
        (one.code === undefined || one.code === code) && significant.startsWith(one.significant),
    );
    if (begins) return true;
    at = words.indexOf(` ${NUMBER_SIGN}`, at + 1);
  }
  return false;
}

/** Beginnings of words in the index by which a part is found; the end of a number stands elsewhere. */
export function postingBeginnings(part: QueryPart): readonly string[] {
  const numbers = part.number?.beginnings ?? [];
  const all = [
    ...(part.word === '' ? [] : [part.word]),
    ...numbers.map(({ significant }) => `${NUMBER_SIGN}${significant}`),
  ];
  return all.filter((one) => !all.some((other) => other !== one && one.startsWith(other)));
}

/** By what the reversed numbers begin that end as typed. */
export function reversedBeginning({ digits }: TypedNumber): string {
  return reverse(digits);
}
