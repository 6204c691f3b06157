import type { Actor } from '../access/audit.ts';

/** An object as it is to be, by its external id. */
export interface Put<Wanted, Row> {
  readonly externalId: string;
  readonly wanted: Wanted;
  readonly actor: Actor;
  /**
   * Called inside the transaction with what is there, before anything changes; what it throws ends
   * the change (`precondition_failed`).
   */
  readonly allow: (present: Row | undefined) => void;
}

/** What a put came to. */
export interface PutResult<Row> {
  readonly row: Row;
  readonly created: boolean;
}

/** True when the row has all wanted values: then a put writes nothing, not even to the audit. */
export function hasAll<T extends object>(row: T, wanted: Partial<T>): boolean {
  return Object.entries(wanted).every(([name, value]) => Reflect.get(row, name) === value);
}
