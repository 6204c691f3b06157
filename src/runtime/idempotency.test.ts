import { describe, expect, test } from 'vitest';

import { scriptedCrm } from './testing/scripted-crm.ts';

const KEY = '9c1f';

function crmWith(headers: Readonly<Record<string, string>>, name = 'Idempotency-Key') {
  const method = {
    request_method: 'POST',
    request_path: '/calls',
    request_headers: headers,
    idempotency_header: name,
    response_map: { id: '$activity_id$' },
  };
  return scriptedCrm(
    { API: { CreateActivity: method } },
    { 'POST /calls': { status: 201, body: { id: 'a-1' } } },
  );
}

describe('the idempotency key of a request', () => {
  test.each([
    ['the same', 'Idempotency-Key'],
    ['small letters', 'idempotency-key'],
    ['capitals', 'IDEMPOTENCY-KEY'],
  ])("replaces a header of the document's own, written in %s", async (_name, written) => {
    const crm = crmWith({ [written]: 'fixed', 'X-Other': 'kept' });

    await crm.run('CreateActivity', { idempotencyKey: KEY });

    const sent = crm.sent[0]?.whole.headers ?? [];
    const keys = sent.filter(([name]) => name.toLowerCase() === 'idempotency-key');
    expect(keys).toEqual([['Idempotency-Key', `${KEY}-0-0`]]);
    expect(sent).toContainEqual(['X-Other', 'kept']);
  });

  test.each(['idempotency-key', 'Idempotency-Key'])(
    'replaces it, whatever the case of the name that the document gives: %s',
    async (name) => {
      const crm = crmWith({ 'IDEMPOTENCY-Key': 'fixed' }, name);

      await crm.run('CreateActivity', { idempotencyKey: KEY });

      const sent = crm.sent[0]?.whole.headers ?? [];
      expect(sent.filter(([each]) => /^idempotency-key$/i.test(each))).toEqual([
        [name, `${KEY}-0-0`],
      ]);
    },
  );

  test("leaves the document's own header where there is no key", async () => {
    const crm = crmWith({ 'idempotency-key': 'fixed' });

    await crm.run('CreateActivity');

    expect(crm.sent[0]?.whole.headers).toContainEqual(['idempotency-key', 'fixed']);
  });
});
