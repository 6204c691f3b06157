import type { BindResult, BoundRecord } from '../document/bind/compile-binding.ts';
import { methodRow } from '../document/methods.ts';
import type { MethodName } from '../document/methods.ts';
import type { Note } from '../document/values/values.ts';

const NOTE: Note = {
  code: 'secret_in_answer',
  message: 'The answer held a credential of this connection; it was left out of what was read.',
};

/**
 * Removes the connection's credentials from what an answer bound, before anything stores or shows
 * it: some CRMs repeat them in an error or a name. A text is scrubbed; an id that would be another
 * one then counts as unset, so its record has none: a look-up passes it over, a write is
 * `executed_without_id`. Values that move the pages stay, for they go to the CRM alone.
 */
export function hideSecrets(
  bound: BindResult,
  method: MethodName,
  scrub: (text: string) => string,
): BindResult {
  if (bound.status !== 'bound') return bound;
  const hidden = bound.records.map((record) => hideInRecord(record, scrub));
  if (hidden.every((record, index) => record === bound.records[index])) return bound;
  const { writes, idField } = methodRow(method);
  const records = hidden.filter(
    (record, index) =>
      Object.keys(record).length > 0 &&
      Object.hasOwn(record, idField) === Object.hasOwn(bound.records[index] ?? {}, idField),
  );
  const notes = [...bound.notes, NOTE];
  const hadId = bound.records.some((record) => Object.hasOwn(record, idField));
  if (writes && hadId && records.length === 0) return { status: 'executed_without_id', notes };
  return { ...bound, records, notes };
}

/** The same record when there is nothing to hide. */
function hideInRecord(record: BoundRecord, scrub: (text: string) => string): BoundRecord {
  if (!Object.values(record).some((value) => holdsSecret(value, scrub))) return record;
  const entries = Object.entries(record);
  const scrubbed = entries.map(([name, value]): [string, string | readonly string[]] => [
    name,
    typeof value === 'string' ? scrub(value) : value.map(scrub),
  ]);
  const changed = new Set(
    scrubbed
      .filter(([, value], index) => String(value) !== String(entries[index]?.[1]))
      .map(([name]) => name),
  );
  const kept: Record<string, string | readonly string[]> = Object.create(null);
  for (const [name, value] of scrubbed) {
    if (!(changed.has(name) && name.endsWith('_id'))) kept[name] = value;
  }
  return kept;
}

/** As a rule none does, and a list of contacts has thousands of values. */
function holdsSecret(value: string | readonly string[], scrub: (text: string) => string): boolean {
  return typeof value === 'string'
    ? scrub(value) !== value
    : value.some((text) => scrub(text) !== text);
}
