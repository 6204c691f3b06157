/** What of `GET /v1/calls/{call_id}` says whether a call goes on by itself. */
export interface LedgerCall {
  readonly connections: readonly {
    readonly connection_id: string;
    readonly state: string | null;
    readonly state_reason: string | null;
    readonly skipped: string | null;
  }[];
  readonly steps: readonly {
    readonly connection_id: string;
    readonly method: string;
    readonly state: string;
    readonly message: string;
    readonly remedy: string | null;
  }[];
  readonly notes: readonly string[];
}

/** States of a connection that end by what a person does, and not by waiting. */
const STOPPED: ReadonlySet<string> = new Set(['needs_auth', 'forbidden', 'paused']);

/**
 * Why a call comes to no CRM unless somebody does something, in the words of the ledger, a line for
 * each reason; `undefined` while it is on its way to one of them.
 */
export function whatHoldsIt(call: LedgerCall): readonly string[] | undefined {
  if (call.connections.length === 0) return call.notes;
  const reasons = call.connections.map((connection) => {
    if (connection.skipped !== null) return `left out: ${connection.skipped}`;
    const own = call.steps.filter((step) => step.connection_id === connection.connection_id);
    const parked = own.find(({ state }) => state === 'parked');
    if (parked !== undefined) {
      return `${parked.method} is parked: ${[parked.message, parked.remedy ?? ''].join(' ').trim()}`;
    }
    const state = connection.state ?? '';
    return STOPPED.has(state) ? `${state}: ${connection.state_reason ?? ''}` : undefined;
  });
  return reasons.includes(undefined) ? undefined : reasons.filter((one) => one !== undefined);
}

/** What the steps that are not done wait for, a line for each. */
export function whatItWaitsFor(call: LedgerCall): readonly string[] {
  return call.steps
    .filter(({ state }) => !['delivered', 'skipped', 'discarded'].includes(state))
    .map(({ method, state, message }) => `${method} (${state}): ${message}`);
}
