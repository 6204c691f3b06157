import type { StateChange } from '../connections/change-state.ts';
import type { DeliveryLog } from './deliver.ts';
import type { StepChange } from './settle.ts';
import type { Step } from './step.ts';

/** What a commit did that an operator wants to know without asking. */
export interface Told {
  readonly change?: StepChange;
  readonly health?: StateChange | undefined;
}

/**
 * Logs a parked step and a connection that stops working. Ids, methods and codes only: messages may
 * repeat what the CRM said of people.
 */
export function tellOperator(
  log: Pick<DeliveryLog, 'warn'>,
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
  if (after.state !== 'active') {
    log.warn(
      { connection_id, from: before.state, to: after.state },
      'a connection stopped working',
    );
  }
}
