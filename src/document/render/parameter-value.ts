import type { BuiltinParameter } from '../names/parameters.ts';
import { completeNames } from '../values/person-names.ts';
import type { PersonNames } from '../values/person-names.ts';
import { readValue } from '../values/values.ts';
import type { Scalar, Values } from '../values/values.ts';
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
      return namesOf(values).full;
    case 'firstname':
      return namesOf(values).first;
    case 'lastname':
      return namesOf(values).last;
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

function namesOf(values: Values): PersonNames {
  const full = readText(values, 'contact_name');
  const first = readText(values, 'firstname');
  const last = readText(values, 'lastname');
  return completeNames({
    ...(full === undefined ? {} : { full }),
    ...(first === undefined ? {} : { first }),
    ...(last === undefined ? {} : { last }),
  });
}

function readText(values: Values, name: string): string | undefined {
  const value = readValue(values, name);
  return value === undefined ? undefined : String(value);
}
