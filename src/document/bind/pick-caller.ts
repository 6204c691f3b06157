import type { PhoneNumbers } from '../values/values.ts';
import type { BoundRecord } from './compile-binding.ts';

/**
 * Keeps of the records that `FindContact` bound those of the caller: some CRMs ignore an unknown
 * filter and answer everybody. `number` is the one that called, `country` ISO 3166-1 alpha-2. A map
 * without a place for numbers (`bindsNumber` false) compares nothing; a record without a number is
 * taken only if the answer had no other.
 */
export function pickCaller(
  records: readonly BoundRecord[],
  number: string,
  country: string,
  phones: PhoneNumbers,
  bindsNumber: boolean,
): readonly BoundRecord[] {
  if (!bindsNumber) return records;
  return records.filter((record) => {
    const numbers = [...valuesOf(record, 'phone'), ...valuesOf(record, 'mobile')];
    if (numbers.length === 0) return records.length === 1;
    return numbers.some((candidate) => phones.same(candidate, number, country));
  });
}

function valuesOf(record: BoundRecord, name: string): readonly string[] {
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}
