import { describe, expect, it } from 'vitest';

import { readProperties } from '../document/names/properties.ts';
import { createScrubberKeeper } from './keep-scrubbers.ts';

const FIELDS = readProperties({ properties: [{ label: 'Key', type: 'secret' }] });
const PROPERTIES = { Key: 'first-secret' };
const NOTHING_MORE = { fields: FIELDS, properties: PROPERTIES, filled: {}, more: [] };
const TEXT = 'first-secret, other-secret, a-token';

describe('the scrubber of a connection', () => {
  it('is made once as long as its secrets are the same', () => {
    const scrubberOf = createScrubberKeeper();

    const first = scrubberOf(NOTHING_MORE);
    const second = scrubberOf({ ...NOTHING_MORE, filled: {}, more: [] });

    expect(second).toBe(first);
    expect(second.text(TEXT)).toBe('[secret], other-secret, a-token');
  });

  it.each([
    ['a token comes', { more: ['a-token'] }, '[secret], other-secret, [secret]'],
    ['a token comes as two', { more: ['a-token', 'other-'] }, '[secret], [secret]secret, [secret]'],
    ['a sign-in fills it', { filled: { Key: 'other-secret' } }, 'first-secret, [secret], a-token'],
    [
      'its values change',
      { properties: { Key: 'other-secret' } },
      'first-secret, [secret], a-token',
    ],
    ['the document keeps it no secret', { fields: [] }, TEXT],
  ])('is another one when %s', (_name, changed, text) => {
    const scrubberOf = createScrubberKeeper();
    scrubberOf(NOTHING_MORE);

    expect(scrubberOf({ ...NOTHING_MORE, ...changed }).text(TEXT)).toBe(text);
    expect(scrubberOf(NOTHING_MORE).text(TEXT)).toBe('[secret], other-secret, a-token');
  });
});
