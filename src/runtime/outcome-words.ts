import type { MethodName } from '../document/methods.ts';
import { methodRow } from '../document/methods.ts';
import type { Outcome } from './outcome.ts';

const FOUND: Readonly<Record<string, readonly [one: string, several: string]>> = {
  user_id: ['user', 'users'],
  contact_id: ['contact', 'contacts'],
  company_id: ['company', 'companies'],
  activity_id: ['record of the call', 'records of the call'],
  account_id: ['account', 'accounts'],
};

/** Says in a successful read how much was found; any other outcome keeps its words. */
export function tellFound(outcome: Outcome, method: MethodName, count: number): Outcome {
  const { writes, idField } = methodRow(method);
  if (outcome.kind !== 'success' || writes || count === 0) return outcome;
  const [one, several] = FOUND[idField] ?? ['record', 'records'];
  return { ...outcome, message: `Found ${String(count)} ${count === 1 ? one : several}.` };
}
