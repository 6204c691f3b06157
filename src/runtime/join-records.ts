import type { BoundRecord } from '../document/bind/compile-binding.ts';

/** Values of both; those of the later request win. Without a prototype. */
export function mergeRecords(earlier: BoundRecord | undefined, later: BoundRecord): BoundRecord {
  const merged: BoundRecord = Object.create(null);
  return Object.assign(merged, earlier, later);
}

/**
 * Joins what two requests of `steps` bound. Records of one id are one record; values without an id
 * belong to every record that comes after them, or to the first of those before, of which the later
 * request spoke.
 */
export function joinSteps(
  earlier: readonly BoundRecord[],
  later: readonly BoundRecord[],
  idField: string,
): readonly BoundRecord[] {
  const [first, ...rest] = earlier;
  const [added] = later;
  if (first === undefined) return later;
  if (added === undefined) return earlier;
  const idOf = (record: BoundRecord): string | undefined => ownText(record, idField);
  if (!earlier.some((record) => idOf(record) !== undefined)) {
    return later.map((record) => mergeRecords(first, record));
  }
  if (!later.some((record) => idOf(record) !== undefined)) {
    return [mergeRecords(first, added), ...rest];
  }
  const byId = new Map<string | undefined, BoundRecord>();
  for (const record of [...earlier, ...later]) {
    byId.set(idOf(record), mergeRecords(byId.get(idOf(record)), record));
  }
  return [...byId.values()];
}

/** Joins the records of several method objects: of those with one id and kind the first stands. */
export function joinObjects(
  lists: readonly (readonly BoundRecord[])[],
  idField: string,
): readonly BoundRecord[] {
  const [only, ...others] = lists;
  if (others.length === 0) return only ?? [];
  const seen = new Set<string>();
  return lists.flat().filter((record) => {
    const id = ownText(record, idField);
    if (id === undefined) return true;
    const key = JSON.stringify([ownText(record, 'contact_type') ?? null, id]);
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

function ownText(record: BoundRecord, name: string): string | undefined {
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  return typeof value === 'string' ? value : value?.[0];
}
