import { describe, expect, test } from 'vitest';

import { isCountry } from './country.ts';

describe('a country', () => {
  test.each(['GB', 'US', 'DE', 'XK', 'AC'])('is %s', (code) => {
    expect(isCountry(code)).toBe(true);
  });

  test.each(['ZZ', 'XX', 'UK', 'YU', 'EU', 'UN', 'gb', 'GBR', 'G', '', 'Z1'])(
    'is not %j',
    (code) => {
      expect(isCountry(code)).toBe(false);
    },
  );
});
