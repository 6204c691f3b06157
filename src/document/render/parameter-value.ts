import type { BuiltinParameter } from '../parameters.ts';
import { readValue } from '../values.ts';
import type { Scalar, Values } from '../values.ts';
import { joinName, splitName } from './person-name.ts';
import type { Scope } from './scope.ts';

/**
 * What the runtime knows of a built-in parameter, as delivered: from the values, from another
 * parameter that stands in for it, or from the connection and the file.
 */
export function deliveredValue(builtin: BuiltinParameter, scope: Scope): Scalar | undefined {
  const { values } = scope.context;
  if (builtin.name === 'phone' && scope.method?.name === 'FindContact') {
    return readValue(values, 'party_number') ?? readValue(values, 'phone');
  }
  return readValue(values, builtin.name) ?? standIn(builtin.name, values, scope);
}

function standIn(name: string, values: Values, scope: Scope): Scalar | undefined {
  const { context } = scope;
  switch (name) {
    case 'content_url':
      return readValue(values, 'call_url');
    case 'call_url':
      return readValue(values, 'content_url');
    case 'contact_name':
      return joinName(readText(values, 'firstname'), readText(values, 'lastname'));
    case 'firstname':
    case 'lastname':
      return namePart(name, values);
    case 'timezone':
      return context.timezone;
    case 'country':
      return context.country;
    case 'filename':
      return context.file?.name;
    case 'file_type':
      return context.file?.type;
    case 'file_size':
      return context.file?.size;
    default:
      return undefined;
  }
}

// A part that is missing beside the other one is missing: the full name is of no use then.
function namePart(part: 'firstname' | 'lastname', values: Values): string | undefined {
  const other = part === 'firstname' ? 'lastname' : 'firstname';
  const full = readText(values, 'contact_name');
  if (full === undefined || readText(values, other) !== undefined) return undefined;
  const split = splitName(full);
  return part === 'firstname' ? split.first : split.last;
}

function readText(values: Values, name: string): string | undefined {
  const value = readValue(values, name);
  return value === undefined ? undefined : String(value);
}
