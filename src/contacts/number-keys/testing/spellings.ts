import type { PhoneNumber } from 'libphonenumber-js/max';

/** Where a number is written or asked: what is dialled there before a foreign number. */
export interface Place {
  readonly abroad: string | undefined;
  /** The trunk prefix of the number's own country. */
  readonly trunk: string | undefined;
}

export interface Spelling {
  readonly name: string;
  /** A number without its country can only be known where it is the country's own. */
  readonly national: boolean;
  /** `undefined` where nobody writes this number so. */
  spell(number: PhoneNumber, place: Place): string | undefined;
}

/** All spellings in which people and CRMs write numbers. */
export const SPELLINGS: readonly Spelling[] = [
  abroad('E.164', (number) => number.number),
  abroad('international with spaces', international),
  abroad('international with dashes', (number) => international(number).replaceAll(' ', '-')),
  abroad('international with dots', (number) => international(number).replaceAll(/[ -]/g, '.')),
  abroad('international with slashes', (number) => slashes(international(number))),
  abroad('international with brackets', (number) =>
    international(number).replace(/^(\+\d+) (\d+)/, '$1 ($2)'),
  ),
  abroad('international with no-break spaces and long dashes', (number) =>
    international(number).replaceAll('-', '\u2013').replaceAll(' ', '\u00a0'),
  ),
  abroad('with what is dialled abroad', ({ number }, { abroad: prefix }) =>
    prefix === undefined ? undefined : `${prefix}${number.slice(1)}`,
  ),
  abroad('with what is dialled abroad, and spaces', (number, { abroad: prefix }) =>
    prefix === undefined ? undefined : `${prefix} ${international(number).slice(1)}`,
  ),
  abroad('with 00 where something else is dialled', ({ number }, { abroad: prefix }) =>
    prefix === '00' ? undefined : `00${number.slice(1)}`,
  ),
  abroad('with (0)', zeroInBrackets),
  abroad('with (0), no space', (number, place) =>
    zeroInBrackets(number, place)?.replaceAll(' ', ''),
  ),
  abroad('as an address', (number) => `tel:${international(number).replaceAll(' ', '-')}`),
  abroad('as an address with an extension', ({ number }) => `tel:${number};ext=12`),
  abroad('as a SIP address', ({ number }) => `"Ada" <sip:${number}@pbx.example;user=phone>`),
  abroad('with ext.', (number) => `${international(number)} ext. 12`),
  abroad('with x', ({ number }) => `${number} x12`),
  abroad('with #', (number) => `${international(number)} #12`),
  abroad('with DW', (number) => `${international(number)} DW 12`),
  abroad('in Arabic digits', (number) => arabic(international(number))),
  abroad('in wide digits with a wide plus', (number) => wide(international(number))),
  abroad('with a wide plus', ({ number }) => `\uff0b${number.slice(1)}`),
  abroad('with a label', (number) => `Mobile: ${international(number)} (work)`),
  abroad('between marks of direction', ({ number }) => `\u202a${number}\u202c`),
  abroad('without plus', ({ number }) => number.slice(1)),
  abroad('without plus, with spaces', (number) => international(number).slice(1)),
  inside('national', (number) => number.formatNational()),
  inside('national, digits', (number) => digits(number.formatNational())),
  inside('national with dashes', (number) => number.formatNational().replaceAll(/[ ()]+/g, '-')),
  inside('national with dots', (number) => number.formatNational().replaceAll(/[ ()-]+/g, '.')),
  inside('national with slashes', (number) => slashes(number.formatNational())),
  inside('national with brackets', (number) => bracketed(number.formatNational())),
  inside('national with ext.', (number) => `${number.formatNational()} ext 12`),
  inside('national in Arabic digits', (number) => arabic(number.formatNational())),
  inside('national with a label', (number) => `Tel. ${number.formatNational()}`),
  inside('national without what is dialled before it', (number) => number.nationalNumber),
  inside('national as one block after the trunk prefix', (number, { trunk }) =>
    trunk === undefined ? undefined : `${trunk}${number.nationalNumber}`,
  ),
];

type Spell = Spelling['spell'];

function abroad(name: string, spell: Spell): Spelling {
  return { name, national: false, spell };
}

function inside(name: string, spell: Spell): Spelling {
  return { name, national: true, spell };
}

function international(number: PhoneNumber): string {
  return number.formatInternational();
}

/** `+49 (0)30 …`; nobody writes it where no zero is dialled inside the country. */
function zeroInBrackets(number: PhoneNumber, { trunk }: Place): string | undefined {
  if (trunk !== '0') return undefined;
  return international(number).replace(' ', ' (0)');
}

/** The area code before a slash, as in Germany: `030/123456`. */
function slashes(text: string): string {
  return text.replace(/(\d) (\d+)$/, '$1/$2');
}

function bracketed(text: string): string {
  return text.includes('(') ? text : text.replace(/^(\d+)([ -])/, '($1)$2');
}

function digits(text: string): string {
  return text.replaceAll(/\D/g, '');
}

function arabic(text: string): string {
  return text.replaceAll(/\d/g, (digit) => String.fromCodePoint(0x06_60 + Number(digit)));
}

function wide(text: string): string {
  return text.replaceAll(/[+\d]/g, (sign) =>
    String.fromCodePoint(sign === '+' ? 0xff_0b : 0xff_10 + Number(sign)),
  );
}
