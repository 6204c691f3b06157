import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { METHOD_NAMES, methodRow } from '../document/methods.ts';
import type { MethodName } from '../document/methods.ts';
import { classify, mayRepeat } from './classify.ts';
import type { ClassifyContext, Ending } from './classify.ts';
import type { BodyForm } from './outcome-table.ts';

const KINDS = ['list', 'find', 'create', 'upload', 'change', 'delete'] as const;

function context(method: MethodName, more: Partial<ClassifyContext> = {}): ClassifyContext {
  return { method, httpMethod: 'POST', binds: true, now: 0, ...more };
}

function answer(
  status: number,
  form: BodyForm = 'json',
  headers: Record<string, string> = {},
): Ending {
  return { kind: 'answer', status, headers, form };
}

function failure(phase: string, code: string, status?: number): Ending {
  const base = { kind: 'failure', phase, code, message: 'Why.' } as const;
  return status === undefined ? base : { ...base, status };
}

function told(ending: Ending, situation: ClassifyContext): string {
  const { kind, effect, action, breaker } = classify(ending, situation);
  return `${kind} ${effect} ${action}${breaker ? ' breaker' : ''}`;
}

const LATER = { 'retry-after': '7' };
const same = (text: string): readonly string[] => [text, text, text, text, text, text];

const FAILED = 'unavailable unknown retry breaker';
const LADDER = 'unavailable unknown look_up breaker';
const REFUSED = 'refused not_executed park';
const AGAIN = 'lost unknown retry breaker';
const ASK = 'lost unknown look_up breaker';
const UNREACHED = 'unreachable not_executed retry breaker';

/** Expected for list, find, create, upload, change, delete; all sent as POST, all bind. */
const GOLDEN: readonly (readonly [name: string, ending: Ending, expected: readonly string[]])[] = [
  ['200 with JSON', answer(200), same('success executed succeed')],
  ['201 with JSON', answer(201), same('success executed succeed')],
  ['207', answer(207), same('success executed succeed')],
  ['200 with text', answer(200, 'text'), same('success executed succeed')],
  [
    '200 with a web page',
    answer(200, 'html'),
    [
      'unauthorized not_executed refresh breaker',
      'unauthorized not_executed refresh breaker',
      ...Array.from({ length: 4 }, () => 'unreadable executed look_up'),
    ],
  ],
  [
    '200 empty',
    answer(200, 'empty'),
    [
      'success executed succeed',
      'not_found executed succeed',
      ...Array.from({ length: 4 }, () => 'unreadable executed look_up'),
    ],
  ],
  [
    '200 too large to read',
    answer(200, 'too_large'),
    [
      'too_large executed park',
      'too_large executed park',
      ...Array.from({ length: 4 }, () => 'too_large executed look_up'),
    ],
  ],
  [
    '304',
    answer(304, 'empty'),
    [
      'success executed succeed',
      'not_found executed succeed',
      ...Array.from({ length: 4 }, () => 'redirected not_executed park'),
    ],
  ],
  ['302', answer(302, 'html'), same('redirected not_executed park')],
  ['400', answer(400), same(REFUSED)],
  ['401', answer(401), same('unauthorized not_executed refresh')],
  ['402', answer(402), same(REFUSED)],
  ['403', answer(403), same('forbidden not_executed park')],
  ['403 with Retry-After', answer(403, 'json', LATER), same('throttled not_executed wait')],
  ...[404, 410].map(
    (status) =>
      [
        String(status),
        answer(status),
        [
          REFUSED,
          'not_found executed succeed',
          REFUSED,
          'gone not_executed park',
          'gone not_executed park',
          'gone executed succeed',
        ],
      ] as const,
  ),
  ['405', answer(405), same(REFUSED)],
  ['408', answer(408), same('unavailable not_executed retry breaker')],
  [
    '409',
    answer(409),
    [
      REFUSED,
      REFUSED,
      'conflict unknown look_up',
      'conflict unknown look_up',
      'conflict unknown retry',
      'conflict unknown retry',
    ],
  ],
  ['413', answer(413), same(REFUSED)],
  ['415', answer(415, 'html'), same(REFUSED)],
  ['422', answer(422), same(REFUSED)],
  ['423', answer(423), same('unavailable not_executed retry')],
  ['425', answer(425), same('unavailable not_executed retry breaker')],
  ['429', answer(429), same('throttled not_executed wait')],
  ['501', answer(501), same(REFUSED)],
  ['503 with Retry-After', answer(503, 'html', LATER), same('throttled not_executed wait')],
  ['511', answer(511, 'html'), same('unavailable not_executed retry breaker')],
  ...[500, 502, 503, 504, 520, 524, 527, 599].map(
    (status) =>
      [
        String(status),
        answer(status, 'html'),
        [FAILED, FAILED, LADDER, LADDER, FAILED, FAILED],
      ] as const,
  ),
  [
    'a status that does not exist',
    answer(799),
    [
      'unreadable unknown retry breaker',
      'unreadable unknown retry breaker',
      ...Array.from({ length: 4 }, () => 'unreadable unknown look_up breaker'),
    ],
  ],
  ['name not found', failure('dns', 'not_found'), same(UNREACHED)],
  ['refused', failure('connect', 'refused'), same(UNREACHED)],
  ['TLS reset', failure('tls', 'reset'), same(UNREACHED)],
  ['pool full', failure('pool', 'timeout'), same(UNREACHED)],
  ['reset before a byte', failure('before_write', 'reset'), same(UNREACHED)],
  [
    'bad certificate',
    failure('tls', 'certificate'),
    same('certificate not_executed retry breaker'),
  ],
  [
    'private address',
    failure('blocked', 'blocked_address'),
    same('blocked not_executed retry breaker'),
  ],
  ['a header of two lines', failure('blocked', 'blocked_header'), same(REFUSED)],
  ['given up before a byte', failure('connect', 'aborted'), same('unreachable not_executed retry')],
  ['reset while writing', failure('writing', 'reset'), [AGAIN, AGAIN, ASK, ASK, ASK, ASK]],
  ['no answer', failure('waiting', 'timeout'), [AGAIN, AGAIN, ASK, ASK, ASK, ASK]],
  ['reset after sending', failure('waiting', 'reset'), [AGAIN, AGAIN, ASK, ASK, ASK, ASK]],
  [
    'a head too large',
    failure('waiting', 'headers_too_large'),
    ['too_large unknown park', 'too_large unknown park', ASK, ASK, ASK, ASK],
  ],
  ['not HTTP', failure('waiting', 'not_http'), [AGAIN, AGAIN, ASK, ASK, ASK, ASK]],
  ['truncated 201', failure('reading', 'truncated', 201), [AGAIN, AGAIN, ASK, ASK, ASK, ASK]],
  ['bad chunking', failure('reading', 'not_http', 200), [AGAIN, AGAIN, ASK, ASK, ASK, ASK]],
  ['truncated 422', failure('reading', 'truncated', 422), same(REFUSED)],
  [
    'truncated 502',
    failure('reading', 'reset', 502),
    [FAILED, FAILED, LADDER, LADDER, FAILED, FAILED],
  ],
  [
    'endless 200',
    failure('reading', 'body_too_large', 200),
    [
      'too_large executed park',
      'too_large executed park',
      ...Array.from({ length: 4 }, () => 'too_large executed look_up'),
    ],
  ],
  [
    '200 with broken gzip',
    failure('reading', 'encoding_invalid', 200),
    [
      'unreadable executed retry breaker',
      'unreadable executed retry breaker',
      ...Array.from({ length: 4 }, () => 'unreadable executed look_up'),
    ],
  ],
];

describe('what an exchange means', () => {
  const cases = GOLDEN.flatMap(([name, ending, expected]) =>
    METHOD_NAMES.map((method) => {
      const column = KINDS.indexOf(methodRow(method).kind);
      return { name, method, ending, expected: expected[column] ?? 'no expectation' };
    }),
  );

  test.each(cases)('$name of $method: $expected', ({ ending, method, expected }) => {
    expect(told(ending, context(method))).toBe(expected);
  });

  test.each(['GET', 'PUT', 'DELETE'])('a lost %s goes again, whatever the method', (httpMethod) => {
    for (const method of METHOD_NAMES) {
      const situation = context(method, { httpMethod });
      expect(told(failure('waiting', 'reset'), situation)).toBe(AGAIN);
      expect(told(answer(502), situation)).toBe(FAILED);
    }
  });

  test('a look-up may be sent twice whatever its HTTP method is, a POST that creates may not', () => {
    expect(mayRepeat(context('FindContact'))).toBe(true);
    expect(mayRepeat(context('CreateActivity', { httpMethod: 'PUT' }))).toBe(true);
    expect(mayRepeat(context('CreateActivity'))).toBe(false);
  });

  test('a write that binds nothing is done whatever its 2xx says', () => {
    for (const form of ['html', 'empty', 'unreadable', 'too_large', 'text', 'json'] as const) {
      const situation = context('StopCallActivity', { binds: false });
      expect(told(answer(200, form), situation)).toBe('success executed succeed');
    }
  });

  test('a record of the last minute that is missing is asked for again', () => {
    const at = (recordAgeMs: number): string =>
      told(answer(404), context('StopCallActivity', { recordAgeMs }));

    expect([at(59_999), at(60_000)]).toEqual(['gone not_executed retry', 'gone not_executed park']);
  });

  test('a record that a later request of its own create does not find is asked for again while it is young', () => {
    const later = { follows: true };
    const at = (recordAgeMs: number): string =>
      told(answer(404), context('CreateActivity', { ...later, recordAgeMs }));

    expect([at(59_999), at(60_000)]).toEqual(['gone not_executed retry', 'gone not_executed park']);
    expect(told(answer(404), context('CreateActivity'))).toBe(REFUSED);
    expect(told(answer(409), context('CreateActivity', later))).toBe('conflict unknown look_up');
  });

  test("the CRM's words and its wait are passed on", () => {
    const refused = classify(
      { ...answer(422), kind: 'answer', status: 422, headers: {}, form: 'json', words: 'too long' },
      context('CreateActivity'),
    );
    const throttled = classify(answer(429, 'json', LATER), context('CreateActivity'));

    expect(refused.message).toBe('The CRM refused the request. Status 422. It says: "too long"');
    expect(throttled.retryAfterMs).toBe(7_000);
  });

  test('only what certainly did not happen is called not executed, and only reads and repeatable requests of unknown outcome go again', () => {
    const ending = fc.oneof(
      fc.record({
        kind: fc.constant('answer' as const),
        status: fc.integer({ min: 200, max: 999 }),
        headers: fc.constantFrom({}, LATER),
        form: fc.constantFrom<BodyForm>('json', 'text', 'html', 'empty', 'too_large', 'unreadable'),
      }),
      fc.record({
        kind: fc.constant('failure' as const),
        phase: fc.constantFrom('dns', 'connect', 'before_write', 'writing', 'waiting', 'reading'),
        code: fc.string(),
        message: fc.constant('Why.'),
      }),
    );
    fc.assert(
      fc.property(ending, fc.constantFrom(...METHOD_NAMES), fc.boolean(), (end, method, binds) => {
        const situation = context(method, { binds });
        const outcome = classify(end, situation);
        const adds = ['create', 'upload'].includes(methodRow(method).kind);
        if (outcome.effect === 'unknown' && adds) expect(outcome.action).toBe('look_up');
        if (outcome.effect === 'executed' && adds) {
          expect(['succeed', 'look_up']).toContain(outcome.action);
        }
        if (end.kind === 'failure' && ['writing', 'waiting', 'reading'].includes(end.phase)) {
          expect(outcome.effect).toBe('unknown');
        }
      }),
    );
  });
});

test('a 401 to a request without credentials refuses none', () => {
  const more = { unsigned: true } as const;

  expect(told(answer(401), context('UploadFile', more))).toBe('forbidden not_executed park');
  expect(told(answer(401, 'json', LATER), context('UploadFile', more))).toBe(
    'throttled not_executed wait',
  );
  expect(told(answer(401), context('UploadFile'))).toBe('unauthorized not_executed refresh');
});
