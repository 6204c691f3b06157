import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NUMBER_FORMS, PARAMETERS } from '../names/parameters.ts';
import { bodyText, contextOf, documentOf } from '../testing/render-request.ts';
import { firstRequest } from '../method-requests.ts';

const SEEDED = { seed: 7, numRuns: 200 };
const TYPES = ['string', 'number', 'boolean', 'ISO8601Date', 'epoch_seconds', 'date'] as const;
const NAMES = PARAMETERS.map(({ name }) => name).filter((name) => name !== 'file');
const FORMS = NUMBER_FORMS.map((form) => `party_number_${form}`);

const scalar = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom(
    '+442071838750',
    '1'.repeat(40),
    '2024-02-30',
    '-0',
    '1e999',
    '{"a":1}',
    '\ud800',
  ),
);

describe('any values', () => {
  it.each(TYPES)('of parameters declared %s make a request that can be read', (type) => {
    const document = documentOf({
      parameters: Object.fromEntries(NAMES.map((name) => [name, type])),
      API: {
        CreateActivity: {
          request_method: 'POST',
          request_path: '/c',
          request_parameters: {
            alone: Object.fromEntries([...NAMES, ...FORMS].map((name) => [name, `$${name}$`])),
            mixed: NAMES.map((name) => `- $${name}$\n`),
          },
        },
      },
    });
    const method = firstRequest(document, 'CreateActivity');
    const values = fc.dictionary(fc.constantFrom(...NAMES), scalar, { maxKeys: NAMES.length });

    fc.assert(
      fc.property(values, (given) => {
        const result = method?.render(contextOf({ values: given }));

        expect(result?.status).toBe('request');
        if (result?.status !== 'request') return;
        const body = bodyText(result.request);
        expect(body.isWellFormed()).toBe(true);
        expect(JSON.parse(body)).toBeTypeOf('object');
      }),
      SEEDED,
    );
  });
});
