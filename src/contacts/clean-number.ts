import { isWithheld } from './withheld.ts';

/** As long as any number that can be dialled, with the digits of an access code before it. */
const LONGEST = 32;

/**
 * A number as a document may see it: `[+0-9*#]`, at most 32 characters, so that what a caller
 * puts into his caller id (names, SIP addresses, marks) reaches no CRM. `undefined` for a withheld one.
 */
export function cleanNumber(number: string | undefined): string | undefined {
  if (number === undefined) return undefined;
  // A name before the address (RFC 3261, name-addr), letters and digits as wide as Chinese ones.
  const address = /<([^<>]*)>\s*$/.exec(number)?.[1] ?? number;
  const user =
    address
      .normalize('NFKC')
      .trim()
      .replace(/^(?:sips?|tel):/i, '')
      .split(/[@;]/)[0] ?? '';
  // Letters mean that this is a word (anonymous, unknown), not a number with noise in it.
  if (/\p{Letter}/u.test(user)) return undefined;
  const kept = user
    // The trunk prefix as people write it, which nobody dials after a country code.
    .replace(/^(\s*\+[^(]*)\(0\)/, '$1')
    .replaceAll(/[^+0-9*#]/g, '')
    // A plus belongs before a number; inside it is noise.
    .replace(/(?<=.)\+/g, '')
    .slice(0, LONGEST);
  const isHidden = kept.startsWith('+') && isWithheld(kept.slice(1));
  return /[0-9*#]/.test(kept) && !isHidden ? kept : undefined;
}

/**
 * True for a number of which a person may be made a contact: no feature code (`*97`), and longer than
 * an extension, an emergency number or the digits of a caller id that says nothing.
 */
export function isNumberOfPerson(number: string): boolean {
  return /^\+?[0-9]{5,}$/.test(number) && !/^\+?0*$/.test(number);
}
