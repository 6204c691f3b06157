import { parseIso } from '../../time/date-format.ts';
import type { NameRef, Names } from '../names/names.ts';
import { booleanValue } from '../values/boolean-value.ts';
import { numericValue, scalarText } from '../values/plain-number.ts';
import type { PropertyType } from '../names/properties.ts';
import type { Scalar } from '../values/values.ts';
import type { Value } from './running-error.ts';

/** The type of a name in an expression; `dyn` is known only when it runs. */
export type ExpressionType = 'string' | 'double' | 'bool' | 'dyn';

/** What a bare name of an expression means. */
export type ExpressionName = Extract<
  NameRef,
  { kind: 'parameter' | 'local' | 'variable' | 'moving' | 'credential' }
>;

/** The parameter, local value, variable, moving value or token of that name; a property is none. */
export function expressionName(names: Names, name: string): ExpressionName | undefined {
  const ref = names.resolve(name);
  switch (ref?.kind) {
    case 'parameter':
    case 'local':
    case 'variable':
    case 'moving':
    case 'credential':
      return ref;
    default:
      return undefined;
  }
}

const MOVING_TYPES = {
  page: 'double',
  offset: 'double',
  page_size: 'double',
  cursor: 'string',
  next_url: 'string',
  has_more: 'bool',
} as const;

/**
 * The type of a name: by kind for built-in parameters (dates count as epoch milliseconds, whatever
 * form they go out in), by declaration for local values, unknown for variables.
 */
export function typeOfName(ref: ExpressionName): ExpressionType {
  if (ref.kind === 'variable') return 'dyn';
  if (ref.kind === 'credential') return 'string';
  if (ref.kind === 'moving') return MOVING_TYPES[ref.name];
  if (ref.kind === 'local') {
    if (ref.type.type === 'string') return 'string';
    if (ref.type.type === 'number') return 'double';
    return ref.type.type === 'boolean' ? 'bool' : 'dyn';
  }
  if (ref.form !== undefined) return 'string';
  return ref.builtin.kind === 'number' || ref.builtin.kind === 'date' ? 'double' : 'string';
}

/** The type of a property in an expression. */
export function typeOfProperty(type: PropertyType): ExpressionType {
  if (type === 'number') return 'double';
  return type === 'boolean' ? 'bool' : 'string';
}

/** A value as the type of its name; `null` for none and for what is no value of that type. */
export function valueAs(type: ExpressionType, value: Scalar | null | undefined): Value {
  if (value === null || value === undefined || value === '') return null;
  if (type === 'string') return scalarText(value);
  if (type === 'bool') return booleanValue(value) ?? null;
  if (type === 'dyn') return value;
  return numericValue(value) ?? (typeof value === 'string' ? (parseIso(value) ?? null) : null);
}
