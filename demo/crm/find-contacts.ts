import type { Contact } from './records.ts';

/** Nine digits tell the demo's numbers apart, however their country code or leading zero is written. */
const COMPARED_DIGITS = 9;

/** The contacts one of whose numbers has the same last nine digits, or the same digits if it is shorter. */
export function withNumber(contacts: readonly Contact[], number: string): readonly Contact[] {
  const wanted = significantDigits(number);
  return contacts.filter((contact) =>
    [contact.phone, contact.mobile].some((own) => own !== '' && significantDigits(own) === wanted),
  );
}

/** The contacts with this e-mail address, whatever the case of its letters. */
export function withEmail(contacts: readonly Contact[], email: string): readonly Contact[] {
  const wanted = email.trim().toLowerCase();
  return contacts.filter((contact) => contact.email.toLowerCase() === wanted);
}

/**
 * The contacts who fit every word: a word fits the beginning of one in the name, company or e-mail,
 * or at least three digits of a number. Accents and case do not count.
 */
export function like(contacts: readonly Contact[], text: string): readonly Contact[] {
  const wanted = words(text);
  const number = significantDigits(text);
  const isNumber = number.length >= 3 && /^[\d\s+()./-]+$/.test(text);
  return contacts.filter((contact) => {
    if (isNumber) {
      return [contact.phone, contact.mobile].some((own) =>
        own.replaceAll(/\D/g, '').includes(number),
      );
    }
    const { first_name, last_name, company, email } = contact;
    const own = words(`${first_name} ${last_name} ${company} ${email}`);
    return wanted.every((word) => own.some((candidate) => candidate.startsWith(word)));
  });
}

/** By last name, then first name, as a person looks them up. */
export function byName(contacts: readonly Contact[]): readonly Contact[] {
  const { compare } = new Intl.Collator('en');
  const name = ({ last_name, first_name }: Contact): string => `${last_name} ${first_name}`;
  return contacts.toSorted((a, b) => compare(name(a), name(b)));
}

function words(text: string): readonly string[] {
  return text
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/\p{Mark}/gu, '')
    .split(/\s+/)
    .filter((word) => word !== '');
}

function significantDigits(number: string): string {
  return number.replaceAll(/\D/g, '').slice(-COMPARED_DIGITS);
}
