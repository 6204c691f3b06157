import { expect, it } from 'vitest';

import { collectNames } from '../names/names.ts';
import { compileExpression } from './compile-expression.ts';

it.each([
  ['body.ok == true', true, 'The answer is called response: write response.body.ok here.'],
  ["headers['Retry-After'] == '1'", true, 'The answer is called response: write response.headers'],
  ['body.rows[0].id == 1', true, 'write response.body.rows[0].id here.'],
  ['status == 201', true, 'The answer is called response: write response.status here.'],
  ['body.ok == true', false, "Only properties have members: properties['Label']."],
])('an answer that is named wrongly in %s (%s) is put right', (source, withAnswer, message) => {
  const compiled = compileExpression(source, collectNames({}), { withAnswer });

  expect(compiled.ok ? [] : compiled.problems.map((problem) => problem.message)).toEqual([
    expect.stringContaining(message),
  ]);
});

it.each([
  ['response.status = 201', 'write =='],
  ['response.body.ok === true', 'write =='],
  ['response.body.n => 1', 'write >='],
  ['response.body.n <> 1', 'write !='],
])('an operator of another language in %s is put right', (source, fix) => {
  const compiled = compileExpression(source, collectNames({}), { withAnswer: true });

  expect(compiled.ok ? [] : compiled.problems.map((problem) => problem.fix)).toEqual([fix]);
});
