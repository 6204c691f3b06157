import fc from 'fast-check';

/** Pieces that mean something to some reader of a request. */
const HOSTILE = [
  '$contact_id$',
  '{contact_id}',
  '\r\n',
  '\n',
  '\0',
  '\t',
  "'",
  '"',
  '\\',
  '%',
  '%2e',
  '%00',
  '+',
  '&',
  '=',
  '?',
  '#',
  '/',
  '//',
  '.',
  '..',
  ';',
  ':',
  '@',
  '[',
  ']',
  '<',
  '>',
  '--boundary0123456789',
  '\r\n--boundary0123456789--\r\n',
  '\ud800',
  '\udc00',
  '\u{1f4de}',
  '\u00e9',
  '\u2028',
  ' ',
  'a',
  '0',
];
/** Any text that is not empty, mostly one that is meant to break out of its place. */
export const hostileText: fc.Arbitrary<string> = fc
  .oneof(
    fc
      .array(fc.constantFrom(...HOSTILE), { minLength: 1, maxLength: 8 })
      .map((bits) => bits.join('')),
    fc.string({ unit: 'binary', minLength: 1 }),
  )
  .filter((text) => text !== '');
