import { expect, test } from 'vitest';
import { charsetOf, decodeText } from './decode-text.ts';

const bytes = (text: string, encoding: BufferEncoding): Uint8Array => Buffer.from(text, encoding);

test.each<[string, Uint8Array, string | undefined, string]>([
  ['UTF-8 is UTF-8', bytes('Zo\u00eb', 'utf8'), undefined, 'Zo\u00eb'],
  ['also where the charset lies', bytes('Zo\u00eb', 'utf8'), 'iso-8859-1', 'Zo\u00eb'],
  ['another charset that is told', bytes('Zo\u00eb', 'latin1'), 'iso-8859-1', 'Zo\u00eb'],
  ['one that nobody knows', bytes('Zo\u00eb!', 'latin1'), 'klingon', 'Zo\ufffd!'],
  ['broken UTF-8 is replaced', Uint8Array.of(0x41, 0xff, 0x42), undefined, 'A\ufffdB'],
  ['a byte order mark goes', bytes('\ufeffA', 'utf8'), undefined, 'A'],
  ['NUL goes', bytes('A\0B', 'utf8'), undefined, 'AB'],
  ['nothing is nothing', new Uint8Array(), undefined, ''],
])('%s', (_name, given, charset, expected) => {
  expect(decodeText(given, charset)).toBe(expected);
});

test.each([
  ['application/json; charset=UTF-8', 'utf-8'],
  ['text/html;charset="ISO-8859-1"; q=1', 'iso-8859-1'],
  ['text/html', undefined],
  [undefined, undefined],
])('the charset of %s', (type, expected) => {
  expect(charsetOf(type)).toBe(expected);
});
