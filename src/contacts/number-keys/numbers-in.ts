/** Longer texts are notes. */
const LONGEST_TEXT = 250;
/** Further numbers of one field are left out. */
const MOST_NUMBERS = 5;

/** Digits and what stands between those of one number; an address of a phone holds one. */
const ONE = /^\s*\+?[0-9 ().-]*$/;
const ADDRESS = /^\s*(?:sips?|tel|callto):|</i;

/** What people write between two numbers, from what never stands inside of one to what does. */
const BETWEEN: readonly RegExp[] = [
  /[;|&\n\r\t•·]+|,(?!,)/u,
  /\s(?:or|oder|and|und|ou|et|o|y|e|of|en|og|och|eller|lub|i|или|и)\s/iu,
  /(?<=\d[\s)(]*)(?=\+)/u,
  // A label of the next number.
  /(?<=\d[\s)(]*)(?=\p{L}{2,}[^0-9+]*[0-9+])/u,
  /\s+\/\s+/u,
  /\//u,
];

/** `030 90182-12/-13` and `555-0123/0124`: the same number with other digits at its end. */
const ENDS = /^(.*\d\s*[-\u2013]\s*)(\d{1,4})((?:\s*[/,]\s*[-\u2013]?\s*\d{1,4})+)\s*$/su;
/** With fewer digits before it, what stands after a dash is no end, but half of the number. */
const SHORTEST_BEFORE = 6;

/** `01 90182 DW 12` and `030 90182-0 Durchwahl 12`. */
const DIRECT_DIAL =
  /^(.*?\d)(?:\s*[-\u2013/]\s*0)?[\s,]*(?:dw|durchwahl|kl(?:appe)?|app(?:arat)?|nst|nebenstelle|e?xt(?:ension|n)?|x)[\s.:=-]*([0-9]{1,5})\s*$/isu;

/** What the parts of a text are, by the numbering plans. */
export interface PartsOf {
  /** True for a number that needs nothing of what stands beside it. */
  isWhole(part: string): boolean;
  /** True where the digits of a direct dial follow those of its switchboard (Austria, Germany). */
  hasDirectDialling(part: string): boolean;
}

/**
 * The numbers of a text into which somebody wrote several, as `030 901820 / 0171 5551234`, each as a
 * text of its own; also the whole number of a direct dial. A text that holds one number is answered as
 * it is: it is cut only between parts that are numbers by themselves.
 */
export function numbersIn(text: string, parts: PartsOf): readonly string[] {
  if (ONE.test(text) || text.length > LONGEST_TEXT || ADDRESS.test(text)) return [text];
  const ends = sameBeginning(text, parts);
  const found =
    ends ??
    BETWEEN.reduce<readonly string[]>(
      (all, separator) => all.flatMap((one) => cut(one, separator, parts)),
      [text],
    );
  return found.slice(0, MOST_NUMBERS).flatMap((one) => [one, ...directDial(one, parts)]);
}

function sameBeginning(text: string, { isWhole }: PartsOf): readonly string[] | undefined {
  const [, head = '', first = '', rest = ''] = ENDS.exec(text) ?? [];
  if (digitsOf(head).length < SHORTEST_BEFORE) return undefined;
  const ends = [first, ...(rest.match(/\d+/g) ?? [])];
  const all = ends.map((end) => `${head}${end}`);
  return ends.every(({ length }) => length === first.length) && all.every(isWhole)
    ? all
    : undefined;
}

/** What is no number by itself belongs to the one before it: an extension, a note. */
function cut(text: string, separator: RegExp, { isWhole }: PartsOf): readonly string[] {
  const pieces = text.split(separator).filter((piece) => /[0-9]/.test(piece));
  const [first, ...rest] = pieces;
  if (first === undefined || rest.length === 0 || !isWhole(first)) return [text];
  const starts = rest.filter(isWhole);
  if (starts.length === 0) return [text];
  const numbers: string[] = [first];
  for (const piece of rest) {
    if (isWhole(piece)) numbers.push(piece);
    else numbers.push(`${numbers.pop() ?? ''} ${piece}`);
  }
  return numbers;
}

/** The number that the direct dial itself has. */
function directDial(text: string, { isWhole, hasDirectDialling }: PartsOf): readonly string[] {
  const match = DIRECT_DIAL.exec(text);
  const [, base = '', extension = ''] = match ?? [];
  if (match === null || !isWhole(base) || !hasDirectDialling(base)) return [];
  const whole = `${base}${extension}`;
  return isWhole(whole) ? [whole] : [];
}

function digitsOf(text: string): string {
  return text.replaceAll(/[^0-9]/g, '');
}
