import { expect, test } from 'vitest';

import { HEALTHY } from '../connections/transitions.ts';
import { tellOperator } from './tell-operator.ts';
import type { Told } from './tell-operator.ts';

const NEEDS_AUTH = { ...HEALTHY, state: 'needs_auth', reason: 'call +442071838750' } as const;
const PARKED = { state: 'parked', reason: 'refused', message: 'no +442071838750' } as const;

function linesOf(told: Told): readonly string[] {
  const lines: string[] = [];
  const log = {
    warn: (fields: object, message: string) => lines.push(`${message} ${JSON.stringify(fields)}`),
  };
  tellOperator(log, { connectionId: 'con-1', step: { id: 's-1', method: 'CreateActivity' } }, told);
  return lines;
}

test.each<[string, Told, readonly unknown[]]>([
  [
    'a parked step is told with its reason',
    { change: PARKED },
    [expect.stringContaining('"reason":"refused"')],
  ],
  [
    'a connection that stops is told with both states',
    { health: { before: HEALTHY, after: NEEDS_AUTH } },
    [expect.stringContaining('"from":"active","to":"needs_auth"')],
  ],
  ['one that stays as it was is not', { health: { before: NEEDS_AUTH, after: NEEDS_AUTH } }, []],
  ['one that works again is not', { health: { before: NEEDS_AUTH, after: HEALTHY } }, []],
  ['a step that is done is not', { change: { state: 'done', message: 'fine' } }, []],
])('%s', (_name, told, expected) => {
  const lines = linesOf(told);

  expect(lines).toEqual(expected);
  expect(lines.join('')).not.toContain('442071838750');
});
