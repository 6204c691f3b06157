import { jsonMember, jsonText } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import { TYPE_NAMES } from './parameters.ts';
import type { TypeName } from './parameters.ts';

/** How this CRM wants a value; `format` has the letters of `format_date`. */
export interface ParameterType {
  readonly type: TypeName;
  readonly format?: string;
  /** IANA zone, or a template such as `$timezone$`. */
  readonly timezone?: string;
  /** A template or scalar that stands in where there is no value. */
  readonly default?: string | number | boolean;
  /** In code points. */
  readonly maxLength?: number;
}

/** The type of that name, read without case; `undefined` for a name that is none. */
export function typeNamed(name: string): TypeName | undefined {
  return TYPE_NAMES.find((known) => known.toLowerCase() === name.toLowerCase());
}

/**
 * Reads the declaration of a parameter, a type's name or an object. What the declaration leaves out
 * or misspells (lint tells) is that of `fallback`.
 */
export function readParameterType(declared: Json | undefined, fallback: TypeName): ParameterType {
  if (typeof declared === 'string') return { type: typeNamed(declared) ?? fallback };
  const name = jsonText(declared, 'type');
  const format = jsonText(declared, 'format');
  const timezone = jsonText(declared, 'timezone');
  const standIn = jsonMember(declared, 'default');
  const maxLength = jsonMember(declared, 'max_length');
  return {
    type: (name === undefined ? undefined : typeNamed(name)) ?? fallback,
    ...(format === undefined ? {} : { format }),
    ...(timezone === undefined ? {} : { timezone }),
    ...(isScalar(standIn) ? { default: standIn } : {}),
    ...(typeof maxLength === 'number' && maxLength >= 0 ? { maxLength } : {}),
  };
}

function isScalar(value: Json | undefined): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
