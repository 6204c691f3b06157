import { expect, test } from 'vitest';

import type { Json } from '../document/json-value.ts';
import { effectiveOptions } from './effective-options.ts';

const PER_SECOND = { requests: 10, per_seconds: 1 };
const PER_DAY = { requests: 5_000, per_seconds: 86_400 };

test.each<[string, Json, Readonly<Record<string, unknown>>, readonly unknown[], number]>([
  ['nothing at all', {}, {}, [], 4],
  ['a limit of the document', { limits: PER_SECOND }, {}, [PER_SECOND], 4],
  ['two of them', { limits: [PER_SECOND, PER_DAY] }, {}, [PER_SECOND, PER_DAY], 4],
  ['places of the document', { limits: { concurrency: 2 } }, {}, [], 2],
  ['more places than there are', { limits: { concurrency: 100 } }, {}, [], 32],
  ['places chosen', { limits: { concurrency: 2 } }, { concurrency: 8 }, [], 8],
  ['an option of the document', { options: { concurrency: 3 } }, {}, [], 3],
  [
    'a rate chosen in place of both',
    { limits: [PER_SECOND, PER_DAY] },
    { rate: PER_DAY },
    [PER_DAY],
    4,
  ],
  ['an option that does not fit', { options: { concurrency: 'many' } }, {}, [], 4],
])('limits and places with %s', (_name, source, chosen, limits, concurrency) => {
  const rules = effectiveOptions(source, chosen);

  expect(rules.limits).toEqual(limits);
  expect(rules.options.concurrency).toBe(concurrency);
});

test('what is chosen beats the document, texts one by one, and each names where it comes from', () => {
  const source = {
    options: { texts: { missed: 'M', inbound: 'I' }, log_missed: false, country: 'DE' },
  };

  const { options, from } = effectiveOptions(source, { log_missed: true, texts: { missed: 'X' } });

  expect(options).toMatchObject({ log_missed: true, country: 'DE', log_inbound: true });
  expect(options.texts).toMatchObject({ missed: 'X', inbound: 'I' });
  expect(options.texts.outbound).toBe('Outbound call to $party_number$');
  expect(from).toEqual({ texts: 'connection', log_missed: 'connection', country: 'document' });
});
