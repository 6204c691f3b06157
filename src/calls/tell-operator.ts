import type { StateChange } from '../connections/change-state.ts';
import type { ConnectionState } from '../store/tables/connections.ts';
import type { DeliveryLog } from './deliver.ts';
import type { StepChange } from './settle.ts';
import type { Step } from './step.ts';

/** What a commit did that an operator wants to know without asking. */
export interface Told {
  readonly change?: StepChange;
  readonly health?: StateChange | undefined;
}

/** Not of these: what is throttled goes on by itself, at the time that the CRM named. */
const STOPPED: ReadonlySet<ConnectionState> = new Set([
  'broken',
  'needs_auth',
  'forbidden',
  'paused',
]);

/**
 * Logs a parked step, and a connection that stops working or works again. Ids, methods and codes
 * only: messages may repeat what the CRM said of people.
 */
export function tellOperator(
  log: DeliveryLog,
  of: { readonly connectionId: string; readonly step: Pick<Step, 'id' | 'method'> },
  { change, health }: Told,
): void {
  const connection_id = of.connectionId;
  if (change?.state === 'parked') {
    const { id: step_id, method } = of.step;
    const fields = { connection_id, step_id, method, reason: change.reason };
    log.warn(fields, 'a step is parked: a person must look at it');
  }
  if (health === undefined || health.before.state === health.after.state) return;
  const { before, after } = health;
  const fields = { connection_id, from: before.state, to: after.state };
  if (STOPPED.has(after.state)) log.warn(fields, 'a connection stopped working');
  else if (STOPPED.has(before.state)) log.info(fields, 'a connection works again');
  else if (after.state === 'throttled') log.debug(fields, 'a CRM asks to wait');
}
