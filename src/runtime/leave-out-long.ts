import type { BindResult, BoundRecord } from '../document/bind/compile-binding.ts';
import { methodRow } from '../document/methods.ts';
import type { MethodName } from '../document/methods.ts';

/**
 * Characters of one record: as many as a result of an expression has bytes. What is bound is kept
 * with the call, read with each of its steps and stored, so that an answer must not choose how much.
 */
export const RECORD_MAX_CHARACTERS = 65_536;

/**
 * Leaves out of each record the values that would make it longer than a record may be, the others
 * stay. The id counts first; a record whose own id is left out is none: a look-up passes it over, a
 * write is `executed_without_id`.
 */
export function leaveOutLong(bound: BindResult, method: MethodName): BindResult {
  if (bound.status !== 'bound') return bound;
  const { writes, idField } = methodRow(method);
  const left = new Set<string>();
  const records = bound.records.map((record) => fitting(record, idField, left));
  if (left.size === 0) return bound;
  const most = String(RECORD_MAX_CHARACTERS / 1024);
  const message = `The answer is too long for one record (${most} KiB): ${[...left].join(', ')} was left out.`;
  const notes = [...bound.notes, { code: 'value_too_long', message }];
  if (!left.has(idField)) return { ...bound, records, notes };
  const identified = records.filter((record) => Object.hasOwn(record, idField));
  return writes && identified.length === 0
    ? { status: 'executed_without_id', notes }
    : { ...bound, records: identified, notes };
}

/** The same record when all of it fits. */
function fitting(record: BoundRecord, idField: string, left: Set<string>): BoundRecord {
  const entries = Object.entries(record);
  const whole = entries.reduce((sum, [, value]) => sum + lengthOf(value), 0);
  if (whole <= RECORD_MAX_CHARACTERS) return record;
  const kept: Record<string, string | readonly string[]> = Object.create(null);
  let room = RECORD_MAX_CHARACTERS;
  const idFirst = entries.toSorted(([a], [b]) => Number(b === idField) - Number(a === idField));
  for (const [name, value] of idFirst) {
    const length = lengthOf(value);
    if (length > room) {
      left.add(name);
      continue;
    }
    room -= length;
    kept[name] = value;
  }
  return kept;
}

function lengthOf(value: string | readonly string[]): number {
  return typeof value === 'string'
    ? value.length
    : value.reduce((sum, each) => sum + each.length, 0);
}
