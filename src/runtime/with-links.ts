import type { BoundRecord } from '../document/bind/compile-binding.ts';
import type { Values } from '../document/values/values.ts';
import { mergeRecords } from './join-records.ts';
import type { MethodJob } from './method-job.ts';

/** Adds to each record the page that its method object names for it, under `contact_url`. */
export function withLinks(
  records: readonly BoundRecord[],
  { place, context, credential }: MethodJob,
): readonly BoundRecord[] {
  const { contactLink } = place.object;
  if (contactLink === undefined) return records;
  // Pages may name what the sign-in bound, such as the tenant.
  const { signedIn: _, ...open } = context;
  return records.map((record) => {
    const values: Values = { ...credential?.locals, ...firstValues(record) };
    const page = contactLink({ ...open, values });
    return page === undefined ? record : mergeRecords({ contact_url: page }, record);
  });
}

/** The values of a record as a request sees them: of several the first. */
export function firstValues(record: BoundRecord): Values {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : value[0],
    ]),
  );
}
