import { Refusal } from '../answer.ts';

/** The record itself; throws a 404 refusal that says what is not there. */
export function found<T>(record: T | undefined, what: string): T {
  if (record === undefined) throw new Refusal(404, `There is no ${what}.`);
  return record;
}
