import { reverse } from '../number-keys/reverse.ts';
import { cut, withoutTopLevel, wordsOf } from '../words.ts';
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
  /** Nothing more is typed of the word: it is one of its own. */
  readonly isWhole: boolean;
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
/** An e-mail address, of which more may be typed. */
const EMAIL = /[^\s@,:;<>()"]*@[^\s@,:;<>()"]*/gu;
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
  const names = typed.replaceAll(EMAIL, (email) => {
    parts.push(...emailParts(email));
    return ' ';
  });
  const rest = names.replaceAll(NUMBER, (run, at: number) => {
    const digits = run.replaceAll(/[^0-9]/g, '');
    // Digits of a word, such as 3m, belong to it.
    const isAlone =
      !/[\p{L}\p{M}]$/u.test(names.slice(0, at)) && !isWordAt(names, at + run.length, run);
    if (digits.length < SHORTEST_NUMBER || !isAlone) return run;
    const word = /[\s()./-]/.test(run.trim()) || run.startsWith('+') ? '' : digits;
    const number = typedNumber(digits, run.startsWith('+'));
    parts.push({ word, isWhole: false, onlyNames: false, number });
    return ' ';
  });
  parts.push(...wordsOf(rest).map(begunWord));
  return parts.slice(0, MOST_PARTS);
}

function begunWord(word: string): QueryPart {
  return { word, isWhole: false, onlyNames: /^.$/u.test(word), number: undefined };
}

/** Words of an address are whole where something stands behind them. */
function emailParts(email: string): readonly QueryPart[] {
  const kept = withoutTopLevel(email);
  const words = wordsOf(kept);
  const last = kept === email && /[\p{L}\p{N}\p{M}]$/u.test(kept) ? words.at(-1) : undefined;
  const parts = (last === undefined ? words : words.slice(0, -1)).map((word): QueryPart => ({
    word,
    isWhole: true,
    onlyNames: false,
    number: undefined,
  }));
  if (last === undefined) return parts;
  const begun = begunWord(last);
  // One character of the part behind the `@` says nothing of a name.
  return begun.onlyNames && parts.length > 0 ? parts : [...parts, begun];
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
  if (part.isWhole) return hasWord(words, part.word);
  if (part.word !== '') {
    const at = words.indexOf(` ${part.word}`);
    if (at !== -1 && (!part.onlyNames || at < words.indexOf('\t'))) return true;
  }
  return part.number !== undefined && hasNumber(words, part.number);
}

function hasWord(words: string, word: string): boolean {
  let at = words.indexOf(` ${word}`);
  while (at !== -1) {
    const end = at + 1 + word.length;
    if (end === words.length || words[end] === ' ' || words[end] === '\t') return true;
    at = words.indexOf(` ${word}`, end);
  }
  return false;
}

/** What the words of whoever has a part are like, for SQL; undefined where only `hasParts` can say. */
export function patternOf(part: QueryPart): string | undefined {
  const { word, isWhole, onlyNames, number } = part;
  if (isWhole || number !== undefined) return undefined;
  // Words have neither `%` nor `_`: they are letters, marks and digits.
  return `% ${word}%${onlyNames ? '\t%' : ''}`;
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
