import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectNames } from '../names/names.ts';
import { parseLosslessJson } from '../../text/lossless-json.ts';
import type { PhoneNumbers, Scalar } from '../values/values.ts';
import { createAnswerReader } from './answer-reader.ts';
import type { AnswerView } from './answer-reader.ts';
import { compileExpression } from './compile-expression.ts';

const NAMES = collectNames({ properties: ['Key'], variables: { v: 'x' } });
const PHONES: PhoneNumbers = { parse: () => undefined, same: () => false };

function evaluate(source: string, answer: AnswerView): Scalar | null {
  const compiled = compileExpression(source, NAMES, { withAnswer: true });
  if (!compiled.ok) throw new Error(compiled.problems.map(({ message }) => message).join());
  const environment = {
    properties: { Key: 'k' },
    phones: PHONES,
    country: 'GB',
    answer: createAnswerReader(answer),
  };
  return compiled.expression.evaluate((name) => (name === 'contact_id' ? '7' : null), environment);
}

function answerOf(body: string, more: Partial<AnswerView> = {}): AnswerView {
  const read = parseLosslessJson(body);
  const value = read.status === 'json' ? read.value : body;
  return { status: 200, headers: { 'x-kind': 'late' }, body: value, ...more };
}

describe('an expression reads of the answer', () => {
  it.each<[string, string, Scalar | null]>([
    ['response.status', '{}', 200],
    ['response.status == 200', '{}', true],
    ["response.headers['X-Kind']", '{}', 'late'],
    ["response.headers['constructor']", '{}', null],
    ['response.body.error', '{"error":"no"}', 'no'],
    ["response.body['error text']", '{"error text":"no"}', 'no'],
    ["response.body.error[0] == 'UserError'", '{"error":["UserError",["x"]]}', true],
    ['response.body.error[1][0]', '{"error":["UserError",["Name in use"]]}', 'Name in use'],
    ['response.body[0].id', '[{"id":5}]', 5],
    ['response.body.error[9]', '{"error":["UserError"]}', null],
    ['response.body.error[0]', '{"error":{"0":"no list"}}', null],
    ['response.body.length', '[1,2]', null],
    ['response.body.constructor', '{}', null],
    ['response.body.a.b.c', '{"a":1}', null],
    ['response.body', 'plain words', 'plain words'],
    ['response.body.ok', '{"ok":false}', false],
    ['response.body.count == 1', '{"count":1.0}', true],
    ['response.body.id', '{"id":9007199254740993123}', '9007199254740993123'],
    ['response.body.list', '{"list":[1,{"a":"b"}]}', '[1,{"a":"b"}]'],
    ['response.body.list', '{"list":[]}', null],
    ['present(response.body.error)', '{"error":{"code":1}}', true],
    ['present(response.body.error)', '{"error":false}', true],
    ['present(response.body.error)', '{"error":""}', false],
    ['present(response.body.error)', '{"error":null}', false],
    ['present(response.body.error)', '{"error":[]}', false],
    ['present(response.body.error)', '{"error":{}}', false],
    ['!present(response.body.error)', '{"result":1}', true],
    ['response.body.id == contact_id', '{"id":"7"}', true],
    ["response.body.key == properties['Key']", '{"key":"k"}', true],
    ["left(response.body.message, 3) == 'Dup'", '{"message":"Duplicate"}', true],
  ])('%s of %s', (source, body, expected) => {
    expect(evaluate(source, answerOf(body))).toBe(expected);
  });

  it('sees that a part is there, however large it is', () => {
    const answer = answerOf(JSON.stringify({ result: ['x'.repeat(200_000)] }));

    expect(evaluate('present(response.body.result)', answer)).toBe(true);
    expect(evaluate('response.body.result', answer)).toBeNull();
  });

  it('has no value for a part of an empty body', () => {
    const answer: AnswerView = { status: 204, headers: {}, body: undefined };

    expect(evaluate('response.body.id', answer)).toBeNull();
    expect(evaluate('present(response.body.id)', answer)).toBe(false);
  });
});

describe('an expression over the answer is refused', () => {
  it.each([
    ['response', 'response has status, headers and body: one of them is read.'],
    ['response.text', 'response has status, headers and body.'],
    ['response.status.code', 'response.status is a number and has no members.'],
    ['response.headers', "One header is read with its name: response.headers['Retry-After']."],
    ['response.headers.a.b', "One header is read with its name: response.headers['Retry-After']."],
    ['response.body[-1]', 'A member is named by a text or a number.'],
    ['response.body[0.5]', 'A member is named by a text or a number.'],
    ['response.body[v]', 'A member is named by a text or a number.'],
    [
      'response.body.matches("a")',
      '".matches(…)" is not allowed: functions are written name(value).',
    ],
    [
      'response.body.error == null',
      'Whether response.body.error has a value is asked with !present(response.body.error).',
    ],
    [
      "response.body['a b'][0] != null",
      'Whether response.body["a b"][0] has a value is asked with present(response.body["a b"][0]).',
    ],
    [
      'contact_id.x',
      "Only properties have members: properties['Label'], and response: response.body.id.",
    ],
  ])('%s', (source, message) => {
    const compiled = compileExpression(source, NAMES, { withAnswer: true });

    expect(compiled.ok ? [] : compiled.problems.map((problem) => problem.message)).toEqual([
      message,
    ]);
  });

  it('where there is no answer to read', () => {
    const compiled = compileExpression('response.status == 200', NAMES);

    expect(compiled.ok ? [] : compiled.problems.map(({ message }) => message)).toEqual([
      'The answer is known only in "success", "derive" and the rows of "errors".',
    ]);
  });

  it('but a local value may be called response where there is none', () => {
    const names = collectNames({ parameters: { response: 'string' } });

    expect(compileExpression("response == 'yes'", names).ok).toBe(true);
  });
});

it('never throws and never leaves the answer, whatever stands in both', () => {
  const pieces = ['response', '.', 'body', 'status', 'headers', "['a']", '[0]', '__proto__', 'x'];
  const source = fc.array(fc.constantFrom(...pieces), { maxLength: 9 });
  fc.assert(
    fc.property(source, fc.json(), (parts, body) => {
      const compiled = compileExpression(parts.join(''), NAMES, { withAnswer: true });
      if (!compiled.ok) return;
      const answer = createAnswerReader(answerOf(body));
      const value = compiled.expression.evaluate(() => null, {
        properties: {},
        phones: PHONES,
        country: 'GB',
        answer,
      });
      expect(['string', 'number', 'boolean', 'object']).toContain(typeof value);
    }),
    { numRuns: 2000, seed: 7 },
  );
});
