import { describe, expect, test } from 'vitest';
import { collectNames } from '../names/names.ts';
import { accountNames, markedName, signInNames } from './sign-in-names.ts';

const NAMES = collectNames({
  properties: ['Team', 'Instance', 'account_name'],
  parameters: { location: 'string' },
});
const FILLED: ReadonlySet<string> = new Set(['Instance']);

describe('the names of an answer of the sign-in', () => {
  const names = signInNames(NAMES, { filled: FILLED, targets: new Set(['access_token']) });

  test.each([
    ['access_token', 'local', markedName('access_token')],
    ['Instance', 'local', 'Instance'],
    ['location', 'local', 'location'],
    ['Team', 'property', 'Team'],
    ['account_name', 'property', 'account_name'],
    ['user_id', 'parameter', 'user_id'],
  ])('%s is a %s', (name, kind, target) => {
    expect(names.resolve(name)).toMatchObject({ kind, name: target });
  });

  test.each(['refresh_token', 'session_token', 'expires_in', 'account_id', 'deleted', 'cursor'])(
    '%s, which this answer does not bring, is none',
    (name) => {
      expect(names.resolve(name)).toBeUndefined();
    },
  );
});

test('the names of Account are those of any answer, but filled properties are bound', () => {
  const names = accountNames(NAMES, FILLED);

  expect(names.resolve('Instance', 'response')?.kind).toBe('local');
  expect(names.resolve('Team', 'response')?.kind).toBe('property');
  expect(names.resolve('account_id', 'response')?.kind).toBe('target');
  expect(names.resolve('access_token', 'response')).toBeUndefined();
});
