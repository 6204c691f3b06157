import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPhoneNumbers } from '../../contacts/phone-number.ts';
import { compileDocument } from '../compile.ts';
import type { CompiledRequest } from '../compiled-document.ts';
import type { Json } from '../json-value.ts';
import type { RenderContext } from '../render/request.ts';
import { firstRequest } from '../method-requests.ts';

const CONTEXT: RenderContext = {
  values: { call_key: 'k-7' },
  properties: { Region: 'eu' },
  country: 'GB',
  timezone: 'UTC',
  phones: createPhoneNumbers(),
  boundary: 'b',
};

function methodOf(method: Json, document: { readonly [key: string]: Json } = {}): CompiledRequest {
  const request = { request_method: 'POST', request_path: '/x', ...Object(method) };
  const whole = compileDocument(
    JSON.stringify({
      id: 'x',
      name: 'X',
      class: 'crm',
      resource_url: 'https://crm.example',
      properties: ['Region'],
      parameters: { call_key: 'string', activity_id: 'string' },
      ...document,
      API: { CreateActivity: request },
    }),
  );
  const compiled = firstRequest(whole, 'CreateActivity');
  if (compiled === undefined) throw new Error('the method is gone');
  return compiled;
}

describe('error_map', () => {
  it.each<[string, Json, Json, object]>([
    ['by members', { e: { m: '$error_message$' } }, { e: { m: 'No' } }, { message: 'No' }],
    ['by place', ['$error_code$', '$error_message$'], ['E1', 'No'], { code: 'E1', message: 'No' }],
    [
      'of a list where one text is wanted',
      { e: '$error_message$' },
      { e: ['No', ''] },
      { message: 'No' },
    ],
    [
      'the first of each',
      { e: [{ m: '$error_message$' }] },
      { e: [{ m: '' }, { m: 'No' }] },
      { message: 'No' },
    ],
    ['without blanks around', { m: '$error_message$' }, { m: '  ' }, {}],
    [
      'a number',
      { c: '$error_code$', r: '$retry_after$' },
      { c: 17, r: 30 },
      { code: '17', retryAfter: '30' },
    ],
    [
      'behind a literal that is equal',
      { ok: false, m: '$error_message$' },
      { ok: false, m: 'No' },
      { message: 'No' },
    ],
    [
      'behind a literal that differs',
      { ok: false, m: '$error_message$' },
      { ok: true, m: 'Yes' },
      {},
    ],
    [
      'behind a value of the call',
      { key: '$call_key$', m: '$error_message$' },
      { key: 'k-7', m: 'No' },
      { message: 'No' },
    ],
    ['behind a property', { r: '$Region$', m: '$error_message$' }, { r: 'us', m: 'No' }, {}],
    ['of nothing', { m: '$error_message$' }, null, {}],
  ])('reads %s', (_, map, answer, expected) => {
    const { rules } = methodOf({ error_map: map });

    expect(rules.words(answer, CONTEXT)).toEqual(expected);
  });

  it('tells which values it compares', () => {
    const { bind } = methodOf({
      error_map: { key: '$call_key$' },
      errors: [{ status: 409, then: 'accept', response_map: { owner: '$subject$' } }],
      response_map: { id: '$activity_id$' },
    });

    expect(bind.compares).toEqual(['call_key', 'subject']);
  });
});

it('says nothing of its own where the document has no rules', () => {
  const { rules } = methodOf({});
  const answer = { status: 500, headers: {}, body: { error: 'no' } };

  expect(rules.rowFor(answer, CONTEXT)).toBeUndefined();
  expect(rules.succeeds(answer, CONTEXT)).toBeUndefined();
  expect(rules.words(answer.body, CONTEXT)).toEqual({});
});

it('never throws, whatever a CRM answers', () => {
  const { rules } = methodOf({
    success: 'response.body.state > 3 && !present(response.body[0].error)',
    errors: [{ status: '5xx', when: "left(response.body.error, 3) == 'ERR'", then: 'retry' }],
    error_map: { error: [{ m: '$error_message$' }, '$error_code$'] },
  });
  fc.assert(
    fc.property(fc.jsonValue(), fc.integer({ min: 100, max: 999 }), (value, status) => {
      // What JSON.stringify writes is what JSON.parse of an answer gives.
      const body: Json = JSON.parse(JSON.stringify(value));
      const answer = { status, headers: { a: 'b' }, body };

      const holds = rules.succeeds(answer, CONTEXT)?.holds;
      const then = rules.rowFor(answer, CONTEXT)?.then;
      const words = rules.words(body, CONTEXT);

      expect([true, false]).toContain(holds);
      expect(['retry', undefined]).toContain(then);
      expect(Object.values(words).every((word) => typeof word === 'string')).toBe(true);
    }),
    { numRuns: 2000, seed: 11 },
  );
});
