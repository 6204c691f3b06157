import { expect, it } from 'vitest';
import type { Json } from '../../json-value.ts';
import type { MethodName } from '../../methods.ts';
import { collectNames } from '../../names/names.ts';
import type { Values } from '../../values/values.ts';
import { compileBinding } from '../compile-binding.ts';
import type { BindResult } from '../compile-binding.ts';

/** What the documents of these cases declare. */
export const DOCUMENT = {
  properties: ['Board', 'Service'],
  parameters: { lead_ref: 'string', vip: 'boolean', raw: 'object', call_key: 'string' },
  variables: { title: 'x' },
};

/** What a map makes of an answer. */
export function read(
  method: MethodName,
  map: Json | undefined,
  answer: Json | undefined,
  values: Values = {},
): BindResult {
  const names = collectNames(DOCUMENT);
  const binding = compileBinding(map, { method, names, notation: 'dollar', paging: false });
  return binding.read(answer, { values, properties: { Board: 'b1', Service: 'https://crm' } });
}

/** What was bound, or why nothing. */
export function records(result: BindResult): unknown {
  return result.status === 'bound'
    ? result.records.map((record) => ({ ...record }))
    : result.status;
}

export interface BindingCase {
  readonly name: string;
  readonly method: MethodName;
  readonly map: Json | undefined;
  readonly answer: Json | undefined;
  readonly expect: unknown;
  readonly values?: Values;
}

/** One test for each case. */
export function check(cases: readonly BindingCase[]): void {
  it.each(cases)('$name', ({ method, map, answer, values, expect: expected }) => {
    expect(records(read(method, map, answer, values))).toEqual(expected);
  });
}
