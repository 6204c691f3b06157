import { describe, expect, it } from 'vitest';
import type { Json } from '../json-value.ts';
import { collectNames } from '../names/names.ts';
import { contextOf } from '../testing/render-request.ts';
import type { Values } from '../values/values.ts';
import { compileVariable } from '../variables/compile-variable.ts';
import { createReaders } from './name-readers.ts';
import { createScope } from './scope.ts';

const names = collectNames({
  properties: [{ label: 'API token', type: 'secret' }, 'Team'],
  parameters: { ref: { type: 'string', default: '$API token$' } },
});

function readsSecret(definition: Json, token = 'a-secret'): boolean {
  const readers = createReaders({ names, notation: 'dollar', variable: () => undefined });
  const readerOf = readers.at('request');
  const variable = compileVariable(definition, { names, notation: 'dollar', readerOf });
  const scope = createScope(contextOf({ properties: { 'API token': token, Team: 'blue' } }));
  variable.evaluate(scope);
  return scope.readSecret;
}

describe('a rendering', () => {
  it.each<[string, Json]>([
    ['a text', 'x$API token$'],
    ['a default', '$ref$'],
    ['a choice', { 'API token': { default: 'x' } }],
    ['a row', { Team: { blue: '$API token$' } }],
    ['lines', ['a', 'x$API token$']],
    ['JSON text', { json: ['$API token$'] }],
    ['a key of JSON text', { json: { 'f_$API token$': 1 } }],
    ['an expression', { expression: "upper(properties['API token'])" }],
  ])('knows that %s was made with a secret', (_, definition) => {
    expect(readsSecret(definition)).toBe(true);
  });

  it('counts a value of the sign-in as a secret, until an answer binds another', () => {
    const reads = (values: Values): boolean => {
      const readers = createReaders({ names, notation: 'dollar', variable: () => undefined });
      const readerOf = readers.at('request');
      const variable = compileVariable('x$ref$', { names, notation: 'dollar', readerOf });
      const scope = createScope(contextOf({ values, context: { signedIn: { ref: 'its' } } }));
      variable.evaluate(scope);
      return scope.readSecret;
    };

    expect(reads({ ref: 'its' })).toBe(true);
    expect(reads({ ref: 'newer' })).toBe(false);
    expect(reads({})).toBe(false);
  });

  it('knows when none was used', () => {
    expect(readsSecret('$Team$')).toBe(false);
    expect(readsSecret('x$API token$', '')).toBe(false);
  });
});
