import { expect, test } from 'vitest';

import { addressTokens, hideAddressTokens, hideInAddress } from './hide-address-tokens.ts';

test.each([
  ['https://pbx.example/1.wav?token=abc%20d&x=1', 'https://pbx.example/1.wav?[hidden]'],
  ['https://user:pass@pbx.example/1.wav', 'https://[hidden]@pbx.example/1.wav'],
  ['https://user:p@ss@pbx.example/1.wav', 'https://[hidden]@pbx.example/1.wav'],
  ['https://pbx.example/1.wav#secret', 'https://pbx.example/1.wav#[hidden]'],
  ['HTTPS://pbx.example/a?b', 'HTTPS://pbx.example/a?[hidden]'],
  ['https://pbx.example/1.wav', 'https://pbx.example/1.wav'],
  ['why? because #1 is no address', 'why? because #1 is no address'],
])('%s is shown as %s', (text, shown) => {
  expect(hideAddressTokens(text)).toBe(shown);
});

test('JSON stays JSON, whatever the address holds', () => {
  const text = JSON.stringify({ url: 'https://a.example/x?q="\\&é', next: 'https://b.example/?c' });

  const shown: unknown = JSON.parse(hideAddressTokens(text));

  expect(shown).toMatchObject({ next: 'https://b.example/?[hidden]' });
  expect(JSON.stringify(shown)).toContain('https://a.example/x?[hidden]');
});

test.each([
  ["https://pbx.example/1.wav?sig='a b'\"c\\d", 'https://pbx.example/1.wav?[hidden]'],
  ['https://u:p@ss@pbx.example/a b.wav#x?y', 'https://[hidden]@pbx.example/a b.wav#[hidden]'],
  ['https://pbx.example/a?b\nc', 'https://pbx.example/a?[hidden]'],
  ['https://pbx.example', 'https://pbx.example'],
])('%j is one address, shown as %s', (address, shown) => {
  expect(hideInAddress(address)).toBe(shown);
});

test.each([
  ['https://pbx.example/1.wav', []],
  ['https://ada:correct-horse@pbx.example/1.wav', ['ada:correct-horse', 'correct-horse']],
  [
    'https://pbx.example/1?id=7&token=abc%2Bdefgh',
    ['id=7&token=abc%2Bdefgh', 'abc%2Bdefgh', 'id=7&token=abc+defgh', 'abc+defgh'],
  ],
  ['https://pbx.example/1#%E0%A4%A', ['%E0%A4%A']],
])('the permissions in %s are %j', (address, tokens) => {
  expect(addressTokens(address)).toEqual(tokens);
});
