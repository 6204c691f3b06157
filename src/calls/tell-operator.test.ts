import { expect, test } from 'vitest';

import { HEALTHY } from '../connections/transitions.ts';
import { tellOperator } from './tell-operator.ts';
import type { Told } from './tell-operator.ts';

const NEEDS_AUTH = { ...HEALTHY, state: 'needs_auth', reason: 'call +442071838750' } as const;
const BROKEN = { ...HEALTHY, state: 'broken' } as const;
const THROTTLED = { ...HEALTHY, state: 'throttled' } as const;
const PARKED = { state: 'parked', reason: 'refused', message: 'no +442071838750' } as const;

function linesOf(told: Told): readonly string[] {
  const lines: string[] = [];
  const at = (level: string) => (fields: object, message: string) =>
    lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const log = { warn: at('warn'), info: at('info'), debug: () => undefined };
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
  [
    'one that works again is told, too',
    { health: { before: NEEDS_AUTH, after: HEALTHY } },
    [expect.stringMatching(/^info a connection works again .*"from":"needs_auth","to":"active"/u)],
  ],
  [
    'one whose CRM is back and asks to wait works again',
    { health: { before: BROKEN, after: THROTTLED } },
    [expect.stringMatching(/^info a connection works again/u)],
  ],
  ['one whose CRM asks to wait works', { health: { before: HEALTHY, after: THROTTLED } }, []],
  ['so does one that has waited', { health: { before: THROTTLED, after: HEALTHY } }, []],
  ['a step that is done is not', { change: { state: 'done', message: 'fine' } }, []],
])('%s', (_name, told, expected) => {
  const lines = linesOf(told);

  expect(lines).toEqual(expected);
  expect(lines.join('')).not.toContain('442071838750');
});
