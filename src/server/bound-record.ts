import type { BoundRecord } from '../document/bind/compile-binding.ts';

/** A bound value by name, from the record itself and never from its prototype. */
export function textOf(record: BoundRecord, name: string): string | undefined {
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  return typeof value === 'string' ? value : value?.[0];
}

/** All values bound under a name. */
export function listOf(record: BoundRecord, name: string): string[] {
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  return value === undefined ? [] : typeof value === 'string' ? [value] : [...value];
}
