/** Facts from outside the server: what it acknowledged, what the CRM did, what the ledger says. */
export interface Facts {
  /** Events that were answered with `accepted` or `repeated`. */
  readonly acknowledged: readonly { readonly callId: string; readonly kind: string }[];
  /** Requests that the CRM executed, in order. */
  readonly executed: readonly Executed[];
  readonly ledger: readonly LedgerLane[];
}

export interface Executed {
  readonly act: 'create' | 'update' | 'stop';
  /** `call_key` of the record that it made or changed. */
  readonly key: string;
  readonly record: string;
}

export interface LedgerLane {
  readonly callId: string;
  readonly key: string;
  /** Kinds of the call's events. */
  readonly events: readonly string[];
  readonly steps: readonly {
    readonly method: string;
    readonly state: string;
    readonly reason: string | null;
    readonly possibleDuplicate: boolean;
  }[];
}

/**
 * Compares them. Each violation is a sentence; none means: nothing acknowledged was lost, the order
 * of each call was kept, and the CRM holds no record twice that the ledger does not flag.
 */
export function audit(facts: Facts): readonly string[] {
  return [
    ...facts.acknowledged.flatMap((event) => checkAcknowledged(event, facts)),
    ...facts.ledger.flatMap((lane) => [
      ...checkSettled(lane),
      ...checkRecords(lane, facts.executed),
      ...checkOrder(lane, facts.executed),
    ]),
    ...facts.executed
      .filter(({ key }) => !facts.ledger.some((lane) => lane.key === key))
      .map(({ act, key }) => `the CRM executed ${act} for ${key}, which no lane knows`),
  ];
}

function checkAcknowledged(event: Facts['acknowledged'][number], facts: Facts): readonly string[] {
  const lanes = facts.ledger.filter((lane) => lane.callId === event.callId);
  if (lanes.length === 0) return [`${event.callId}: acknowledged, but the ledger has no such call`];
  return lanes.some((lane) => lane.events.includes(event.kind))
    ? []
    : [`${event.callId}: the event ${event.kind} was acknowledged and is lost`];
}

/**
 * A CRM that cannot be asked, and two lost answers for one create: sending it a third time might make
 * a third record, so it waits for a person, flagged, and the rest of the call with it.
 */
function waitsForPerson(lane: LedgerLane): boolean {
  return lane.steps.some(
    (step) =>
      step.method === 'CreateActivity' &&
      step.state === 'parked' &&
      step.reason === 'unknown_outcome' &&
      step.possibleDuplicate,
  );
}

function checkSettled(lane: LedgerLane): readonly string[] {
  if (waitsForPerson(lane)) return [];
  return lane.steps
    .filter((step) => step.state !== 'done')
    .map((step) => `${lane.callId}: ${step.method} is ${step.state}`);
}

function checkRecords(lane: LedgerLane, executed: readonly Executed[]): readonly string[] {
  const creates = executed.filter(({ act, key }) => act === 'create' && key === lane.key);
  const waits = waitsForPerson(lane);
  const expected = lane.steps.some((step) => step.method === 'CreateActivity') ? 1 : 0;
  const flagged = lane.steps.some((step) => step.possibleDuplicate) ? 1 : 0;
  const stops = executed.filter(({ act, key }) => act === 'stop' && key === lane.key);
  return [
    ...(creates.length < expected && !waits ? [`${lane.callId}: the CRM has no record of it`] : []),
    ...(creates.length > expected + flagged
      ? [`${lane.callId}: the CRM has ${creates.length} records, and the ledger does not say so`]
      : []),
    ...(lane.events.includes('ended') && stops.length === 0 && !waits
      ? [`${lane.callId}: its end never reached the CRM`]
      : []),
  ];
}

const RANK: Readonly<Record<Executed['act'], number>> = { create: 10, update: 20, stop: 30 };

/** Each act's first execution comes after that of what ranks before it. */
function checkOrder(lane: LedgerLane, executed: readonly Executed[]): readonly string[] {
  const own = executed.filter(({ key }) => key === lane.key);
  const firsts = [...new Set(own.map(({ act }) => act))];
  const sorted = firsts.toSorted((a, b) => RANK[a] - RANK[b]);
  return firsts.join() === sorted.join()
    ? []
    : [`${lane.callId}: the CRM saw ${firsts.join(', ')}, in this order`];
}
