/** Longer texts are no numbers, and cost time. */
const LONGEST_TEXT = 250;

/** What a person or a CRM wrote, taken apart. */
export interface NumberText {
  /** A plus before the digits. */
  readonly plus: boolean;
  /** ASCII digits, without those of an extension. */
  readonly digits: string;
  /** Where in the digits the zero of a `(0)` stands. */
  readonly zeroAt: number | undefined;
  readonly extension: string | undefined;
  /** Digits with letters turned into keys, as in 1-800-FLOWERS. */
  readonly keys: string | undefined;
  /** Digits, stars and hashes of a feature code, as `*97`. */
  readonly service: string | undefined;
}

/** Takes apart any text; what has no digit has empty ones. */
export function readNumberText(text: string): NumberText {
  return readPlain(text) ?? readOther(text.slice(0, LONGEST_TEXT));
}

const ZERO = 48;
const NINE = 57;

/** Most numbers are digits with a few separators: they cost one walk. */
function readPlain(text: string): NumberText | undefined {
  let digits = '';
  let plus = false;
  let zeroAt: number | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= ZERO && code <= NINE) {
      digits += text.charAt(at);
    } else if (code === 43) {
      // A plus inside a number is noise.
      if (digits === '') plus = true;
    } else if (code === 40) {
      if (digits !== '' && text.startsWith('(0)', at)) zeroAt = digits.length;
    } else if (code !== 32 && code !== 45 && code !== 41 && code !== 46) {
      return undefined;
    }
  }
  return { plus, digits, zeroAt, extension: undefined, keys: undefined, service: undefined };
}

function readOther(text: string): NumberText {
  const user = userOf(toAscii(text));
  const service = /^[*#][0-9*#\s-]*$/.test(user) ? user.replaceAll(/[^0-9*#]/g, '') : undefined;
  if (service !== undefined) return { ...readDigits(''), service };
  const { number, extension } = splitExtension(user);
  const letters = /\p{Letter}/u.test(number);
  const keys = letters ? keysOf(number) : undefined;
  const read = readDigits(letters ? longestRun(number) : number);
  return { ...read, extension, keys };
}

/**
 * Digits of all scripts as ASCII, wide signs as narrow ones, without marks that nobody sees.
 */
function toAscii(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '')
    .replaceAll(/(?![0-9])\p{Nd}/gu, digitOf);
}

const DECIMAL = /\p{Nd}/u;

/** The ten digits of a script stand in a row that begins at a code point ending in 0 or 6 (Unicode). */
function digitOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const last = code % 16;
  const fromZero = last <= 9 && (last < 6 || DECIMAL.test(String.fromCodePoint(code - last)));
  return String(fromZero ? last : last - 6);
}

/** The number of `"Name" <sip:+44…@host;user=phone>`, `tel:+44…;ext=12` and the like. */
function userOf(text: string): string {
  const address = /<([^<>]*)>\s*$/.exec(text)?.[1] ?? text;
  const uri = /^\s*["']?(?:sips?|tel|callto|phone|fax|h323):(?:\/\/)?(.*)$/is.exec(address);
  if (uri === null) return address.trim();
  const [user = '', ...parameters] = decoded(uri[1] ?? '')
    .replace(/@.*$/s, '')
    .split(';');
  const parameter = (name: string): string | undefined =>
    parameters.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
  // RFC 3966: a local number belongs behind its context, where that is a number.
  const context = user.startsWith('+') ? undefined : parameter('phone-context');
  const whole = context?.startsWith('+') === true ? `${context}${user}` : user;
  // Of a name or a made-up word, as of who withholds the number, the digits are none of a line.
  if (/^\s*(?:sips?|h323):/i.test(address) && /\p{Letter}/u.test(user)) return '';
  const extension = parameter('ext');
  return extension === undefined ? whole : `${whole};ext=${extension}`;
}

function decoded(text: string): string {
  return text.replaceAll(/%2B/gi, '+').replaceAll(/%20/g, ' ');
}

/** Words before an extension, and the signs that phones dial as a pause. */
const LABELLED =
  /^(.*?)[\s,;.()/-]*(?:;ext=|(?<!\p{Letter})(?:e?xt(?:ensi[oó]n|ension|n)?|durchwahl|dw|nebenstelle|nst|anexo|interno|int|ramal|rml|poste|toestel|tst|linia|lok|anknytning|ankn|alanumero|wewn|wew|lokalnummer|доб(?:авочный)?|вн(?:утр)?)|(?<=\d[\s.,-]*)(?:[x#~pw]|,+|;))[\s.:=-]*([0-9]{1,9})[\s)]*#?\s*$/isu;
/** `123-4567 - 503#`, as Americans write it. */
const HASHED = /^(.*\d)[-\s]+([0-9]{1,6})#$/s;
/** What stands before an extension is a number by itself, or nothing but the label stands there. */
const SHORTEST_BEFORE = 5;
/** A longer text is a note, and looking for a label in it costs time that grows with its cube. */
const LONGEST_LABELLED = 100;

function splitExtension(text: string): { number: string; extension: string | undefined } {
  if (text.length > LONGEST_LABELLED) return { number: text, extension: undefined };
  const match = LABELLED.exec(text) ?? HASHED.exec(text);
  const [, number = '', extension] = match ?? [];
  const before = number.replaceAll(/[^0-9]/g, '').length;
  if (extension === undefined || (before > 0 && before < SHORTEST_BEFORE)) {
    return { number: text, extension: undefined };
  }
  return { number, extension };
}

const KEYS: Readonly<Record<string, string>> = Object.fromEntries(
  ['abc', 'def', 'ghi', 'jkl', 'mno', 'pqrs', 'tuv', 'wxyz'].flatMap((letters, at) =>
    Array.from(letters, (letter) => [letter, String(at + 2)]),
  ),
);
/**
 * Digits, then words of at least three letters: what is shorter is a label. A word goes on as long as its
 * letters do, else a text of letters could be divided into words in very many ways, and all be tried.
 */
const WITH_LETTERS = /^[+(]?[0-9][-0-9\s().]*(?:[a-z]{3,}(?![a-z])[-0-9\s().]*)+$/i;

/** The keys of a phone that bear the letters (ITU-T E.161). */
function keysOf(text: string): string | undefined {
  if (!WITH_LETTERS.test(text)) return undefined;
  const keys = text.toLowerCase().replaceAll(/[a-z]/g, (letter) => KEYS[letter] ?? '');
  return keys.replaceAll(/[^0-9]/g, '');
}

/** Of a text with words, the part that can be a number. */
function longestRun(text: string): string {
  const runs = text.match(/[+(]?[0-9][-+0-9\s()./]*/g) ?? [];
  const count = (run: string): number => run.replaceAll(/[^0-9]/g, '').length;
  return runs.reduce((best, run) => (count(run) > count(best) ? run : best), '');
}

function readDigits(text: string): NumberText {
  const kept = text.replaceAll(/[^+0-9()]/g, '');
  const first = kept.search(/[0-9]/);
  const plus = first > 0 && kept.slice(0, first).includes('+');
  const zero = kept.search(/(?<=[0-9].*)\(0\)/);
  const zeroAt = zero === -1 ? undefined : kept.slice(0, zero).replaceAll(/[^0-9]/g, '').length;
  const digits = kept.replaceAll(/[^0-9]/g, '');
  return { plus, digits, zeroAt, extension: undefined, keys: undefined, service: undefined };
}
