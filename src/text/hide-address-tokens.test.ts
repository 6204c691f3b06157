import { expect, test } from 'vitest';

import { hideAddressTokens } from './hide-address-tokens.ts';

test.each([
  ['https://pbx.example/1.wav?token=abc%20d&x=1', 'https://pbx.example/1.wav?[hidden]'],
  ['https://user:pass@pbx.example/1.wav', 'https://[hidden]@pbx.example/1.wav'],
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
