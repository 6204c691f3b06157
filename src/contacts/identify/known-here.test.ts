import { expect, it } from 'vitest';

import { createNumberKeys } from '../number-keys/number-key.ts';
import type { IdentifyConnection, IdentifyDeps } from './identified.ts';
import { identifyHere } from './known-here.ts';
import { createRecentAnswers } from './recent-answers.ts';

it('asks the index and the extensions at the same time', async () => {
  const inIndex = Promise.withResolvers<void>();
  const deps: IdentifyDeps = {
    keys: createNumberKeys(),
    index: {
      byNumber: () => {
        inIndex.resolve();
        return Promise.resolve([]);
      },
    },
    // Whoever asks one after the other waits for ever.
    isExtension: () => inIndex.promise.then(() => true),
    made: () => Promise.reject(new Error('it is an extension')),
    recent: createRecentAnswers(() => 0),
    clock: { monotonic: () => 0, sleep: () => Promise.reject(new Error('nobody waits')) },
    closing: new AbortController().signal,
  };
  const ids = { id: 'c1', organizationId: 'o1' };
  const rules = { country: 'GB', rule: 'ask', ownNumbers: [], lastDigits: undefined } as const;
  const connection: IdentifyConnection = { ...ids, ...rules };

  const { identified, told } = await identifyHere(deps, connection, '+442071838750');

  expect(identified?.status).toBe('own_number');
  expect(told.map(({ source }) => source)).toEqual(['own_numbers']);
});
