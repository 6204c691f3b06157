import { expect, test } from 'vitest';

import { judgeTokenAnswer } from './judge-token-answer.ts';
import type { TokenEnding } from './judge-token-answer.ts';

const BOUND = { status: 'bound', accessToken: 'a', properties: {}, locals: {} } as const;

function answer(
  status: number,
  more: Partial<Extract<TokenEnding, { kind: 'answer' }>> = {},
): TokenEnding {
  return { kind: 'answer', status, body: 'fields', ...more };
}

test.each<[string, TokenEnding, string]>([
  ['200 with a token', answer(200, { bound: BOUND }), 'accepted'],
  ['201 with a token', answer(201, { bound: BOUND }), 'accepted'],
  [
    '200 without a token',
    answer(200, { bound: { status: 'refused', message: 'no access_token' } }),
    'refused',
  ],
  ['200 with a login page', answer(200, { body: 'other' }), 'lost'],
  ['400 invalid_grant', answer(400, { code: 'invalid_grant' }), 'refused'],
  ['400 without a code', answer(400), 'refused'],
  ['401', answer(401, { code: 'invalid_client' }), 'refused'],
  ['403', answer(403), 'refused'],
  ['404 without a code', answer(404), 'transient'],
  ['404 with a code', answer(404, { code: 'invalid_client' }), 'refused'],
  ['400 that says it is busy', answer(400, { code: 'temporarily_unavailable' }), 'transient'],
  ['408', answer(408), 'transient'],
  ['429', answer(429), 'transient'],
  ['429 with a code', answer(429, { code: 'invalid_grant' }), 'transient'],
  ['500', answer(500), 'lost'],
  ['502', answer(502, { body: 'other' }), 'lost'],
  ['503', answer(503), 'transient'],
  ['504', answer(504), 'lost'],
  ['a redirect', answer(302, { body: 'other' }), 'transient'],
  ['an odd status', answer(999), 'transient'],
])('%s is %s', (_name, ending, expected) => {
  const verdict = judgeTokenAnswer(ending);

  const found = verdict.verdict === 'transient' && verdict.lost ? 'lost' : verdict.verdict;
  expect(found).toBe(expected);
});

test.each([
  ['blocked', false],
  ['dns', false],
  ['connect', false],
  ['tls', false],
  ['pool', false],
  ['before_write', false],
  ['writing', true],
  ['waiting', true],
  ['reading', true],
])('a request that failed in phase %s may have been carried out: %s', (phase, lost) => {
  const verdict = judgeTokenAnswer({ kind: 'failure', phase, message: 'It broke.' });

  expect(verdict).toMatchObject({ verdict: 'transient', lost });
});

test('a refusal says what it means, its code, and the words of the server', () => {
  const verdict = judgeTokenAnswer(
    answer(400, { code: 'invalid_grant', words: 'Token has been revoked' }),
  );

  expect(verdict).toMatchObject({
    code: 'invalid_grant',
    message:
      'The CRM no longer accepts the sign-in: it has expired, was revoked, or belongs to another client. Status 400, invalid_grant. It says: "Token has been revoked"',
  });
});
