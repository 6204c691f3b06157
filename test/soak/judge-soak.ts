import { audit } from '../faults/auditor.ts';
import type { Executed, LedgerLane } from '../faults/auditor.ts';
import type { CrmStyle } from './office-styles.ts';
import type { Acknowledged } from './phone-lines.ts';
import type { CrmLogLine } from './soak-crm.ts';

/** A lane of the ledger, and of which CRM. */
export type SoakLane = LedgerLane & { readonly style: CrmStyle };

export interface SoakFacts {
  readonly acknowledged: readonly Acknowledged[];
  readonly log: readonly CrmLogLine[];
  readonly ledger: readonly SoakLane[];
}

export interface Verdict {
  /** Sentences; none means that every promise was kept. */
  readonly violations: readonly string[];
  readonly figures: {
    readonly acknowledged: number;
    readonly executed: number;
    readonly lanes: number;
    readonly steps: number;
    /** Steps of which the ledger says that the CRM may have them twice. */
    readonly flagged: number;
    /** Records too many in CRMs that can neither be asked nor take a key. */
    readonly surplus: number;
    /** Steps that wait for a person after two lost answers. */
    readonly waiting: number;
    /** Requests whose outcome nobody knew. */
    readonly unknowns: number;
  };
}

/**
 * Judges a whole soak, call by call. On top of what `audit` asks: a CRM that can be asked, takes a
 * key, or makes or changes by key holds each record once, and its steps carry no flag.
 */
export function judgeSoak(facts: SoakFacts): Verdict {
  const executed = facts.log.filter((line) => line.kind === 'executed');
  const ledgerOf = Map.groupBy(facts.ledger, (lane) => lane.callId);
  const told = Map.groupBy(facts.acknowledged, (one) => one.callId);
  // Contacts go by their number, which each call has for its own.
  const ownerOf = new Map<string, string>();
  for (const lane of facts.ledger) {
    ownerOf.set(lane.key, lane.callId);
    ownerOf.set(lane.number, lane.callId);
  }
  const done = Map.groupBy(executed, (one) => ownerOf.get(one.key) ?? '');
  const violations = [
    ...(done.get('') ?? []).map(
      ({ act, key }) => `the CRM executed ${act} for ${key}, which no lane knows`,
    ),
    ...[...new Set([...told.keys(), ...ledgerOf.keys()])].flatMap((callId) =>
      judgeCall({
        acknowledged: told.get(callId) ?? [],
        executed: done.get(callId) ?? [],
        ledger: ledgerOf.get(callId) ?? [],
      }),
    ),
  ];
  const steps = facts.ledger.flatMap((lane) => lane.steps);
  return {
    violations,
    figures: {
      acknowledged: facts.acknowledged.length,
      executed: executed.length,
      lanes: facts.ledger.length,
      steps: steps.length,
      flagged: steps.filter((step) => step.possibleDuplicate).length,
      surplus: facts.ledger
        .filter(({ style }) => style === 'dumb')
        .reduce((sum, lane) => sum + surplusOf(lane, done.get(lane.callId) ?? []), 0),
      waiting: steps.filter((step) => step.state === 'parked').length,
      unknowns: steps.reduce((sum, step) => sum + step.unknowns, 0),
    },
  };
}

interface CallFacts {
  readonly acknowledged: readonly Acknowledged[];
  readonly executed: readonly Executed[];
  readonly ledger: readonly SoakLane[];
}

function judgeCall(call: CallFacts): readonly string[] {
  return [
    ...audit(call),
    ...call.ledger
      .filter(({ style }) => style !== 'dumb')
      .flatMap((lane) => judgeOnce(lane, call.executed)),
  ];
}

function judgeOnce(lane: SoakLane, executed: readonly Executed[]): readonly string[] {
  const count = (act: string): number => executed.filter((one) => one.act === act).length;
  const twice = (['contact', 'create'] as const).filter((act) => count(act) > 1);
  return [
    ...twice.map(
      (act) => `${lane.callId}: ${count(act)} times ${act} in a CRM of style ${lane.style}`,
    ),
    ...lane.steps
      .filter((step) => step.possibleDuplicate)
      .map(({ method }) => `${lane.callId}: ${method} is flagged in a CRM of style ${lane.style}`),
    ...lane.steps
      .filter(({ state }) => state === 'parked')
      .map(({ method, reason }) => `${lane.callId}: ${method} is parked as ${String(reason)}`),
  ];
}

/** Acts of the CRM beyond one for each step. */
function surplusOf(lane: SoakLane, executed: readonly Executed[]): number {
  const made = executed.filter(({ act }) => act !== 'update').length;
  const makers = lane.steps.filter(
    ({ method, state }) => method !== 'FindContact' && state === 'done',
  ).length;
  return Math.max(0, made - makers);
}
