import type { BoundRecord } from '../document/bind/compile-binding.ts';
import { pickCaller } from '../document/bind/pick-caller.ts';
import type { CompiledMethodObject } from '../document/compiled-document.ts';
import { readValue } from '../document/values/values.ts';
import type { MethodCall, MethodRunnerDeps } from './method-call.ts';
import type { Outcome } from './outcome.ts';
import type { RunLog } from './run-log.ts';

/** What one object of `FindContact` found. */
export interface Found {
  readonly outcome: Outcome;
  readonly records: readonly BoundRecord[];
}

/** Some CRMs answer everybody to a filter they do not know: only the number decides who it is. */
export function keepCaller(
  found: Found,
  object: CompiledMethodObject,
  run: {
    readonly deps: MethodRunnerDeps;
    readonly call: MethodCall;
    readonly log: RunLog;
  },
): Found {
  const { deps, call, log } = run;
  // The request asked for this one, in this order.
  const number = readValue(call.values, 'party_number') ?? readValue(call.values, 'phone');
  if (number === undefined || found.records.length === 0) return found;
  const { country } = call.connection;
  const bindsNumber = object.requests.some(({ bind }) => bind.bindsNumber);
  const records = pickCaller(found.records, String(number), country, deps.phones, bindsNumber);
  const left = found.records.length - records.length;
  if (left === 0) return found;
  const message = `${String(left)} of the records have another number than the one that called.`;
  log.note({ code: 'other_numbers', message });
  if (records.length > 0) return { ...found, records };
  const outcome: Outcome = {
    ...found.outcome,
    kind: 'not_found',
    message: 'The CRM answered with records, none of them with the number that called.',
  };
  return { outcome, records };
}
