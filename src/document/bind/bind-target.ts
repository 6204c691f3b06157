import { REFUSED_KEYS } from '../json-value.ts';
import { methodRow } from '../methods.ts';
import type { MethodName } from '../methods.ts';
import type { NameRef } from '../names/names.ts';

/** A name that an answer may fill. */
export interface BindTarget {
  /** Canonical. */
  readonly name: string;
  readonly takes: 'text' | 'number' | 'boolean' | 'object';
  /** It says where the list goes on, and belongs to no record. */
  readonly moving?: true;
}

/** What an answer of the method fills under a name: its targets and local values, nothing else. */
export function bindTarget(ref: NameRef | undefined, method: MethodName): BindTarget | undefined {
  if (ref === undefined || REFUSED_KEYS.has(ref.name)) return undefined;
  const { name } = ref;
  switch (ref.kind) {
    case 'local':
      return { name, takes: localTakes(ref.type.type) };
    case 'parameter':
      return ref.form === undefined && methodRow(method).targets.has(name)
        ? { name, takes: 'text' }
        : undefined;
    case 'target':
      return methodRow(method).targets.has(name)
        ? { name, takes: name === 'deleted' ? 'boolean' : 'text' }
        : undefined;
    // Known as such only where a method has `paging`. Pages are counted, whatever an answer says.
    case 'moving':
      if (name === 'page' || name === 'page_size') return undefined;
      return { name, takes: name === 'has_more' ? 'boolean' : 'text', moving: true };
    case 'property':
    case 'variable':
    case 'credential':
      return undefined;
  }
}

function localTakes(type: string): BindTarget['takes'] {
  if (type === 'boolean' || type === 'number' || type === 'object') return type;
  return 'text';
}
