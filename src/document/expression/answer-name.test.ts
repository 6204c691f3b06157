import { expect, it } from 'vitest';

import { collectNames } from '../names/names.ts';
import { compileExpression } from './compile-expression.ts';

it.each([
  ['body.ok == true', true, 'The answer is called response: write response.body here.'],
  ["headers['Retry-After'] == '1'", true, 'The answer is called response: write response.headers'],
  ['body.ok == true', false, "Only properties have members: properties['Label']."],
])('an answer that is named wrongly in %s (%s) is put right', (source, withAnswer, message) => {
  const compiled = compileExpression(source, collectNames({}), { withAnswer });

  expect(compiled.ok ? [] : compiled.problems.map((problem) => problem.message)).toEqual([
    expect.stringContaining(message),
  ]);
});
