/** Facts from outside the server: what it acknowledged, what the CRM did, what the ledger says. */
export interface Facts {
  /** Events that were answered with `accepted` or `repeated`. */
  readonly acknowledged: readonly { readonly callId: string; readonly kind: string }[];
  /** Requests that the CRM executed, in order. */
  readonly executed: readonly Executed[];
  readonly ledger: readonly LedgerLane[];
}

export type Act = 'contact' | 'create' | 'update' | 'comment' | 'stop' | 'upload';

export interface Executed {
  readonly act: Act;
  /** `call_key` of the record that it made or changed; of a contact its number. */
  readonly key: string;
  readonly record: string;
}

export interface LedgerLane {
  readonly callId: string;
  readonly key: string;
  /** The number that called. */
  readonly number: string;
  /** Kinds of the call's events. */
  readonly events: readonly string[];
  /** A person answered for a step of it: what did not need that step went on meanwhile. */
  readonly answered?: boolean;
  readonly steps: readonly {
    readonly method: string;
    readonly state: string;
    readonly reason: string | null;
    /** What the ledger says about it. */
    readonly message?: string | null;
    readonly possibleDuplicate: boolean;
    /** Requests of it whose outcome nobody knew. */
    readonly unknowns: number;
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
      ...checkReached(lane, facts.executed),
      ...checkRepeats(lane, facts.executed),
      ...checkOrder(lane, facts.executed),
    ]),
    ...facts.executed
      .filter((one) => !facts.ledger.some((lane) => isOf(lane, one)))
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

function isOf(lane: LedgerLane, { act, key }: Executed): boolean {
  if (act !== 'contact') return lane.key === key;
  return lane.number === key && lane.steps.some((step) => step.method === 'CreateContact');
}

type LedgerStep = LedgerLane['steps'][number];

/**
 * A CRM that cannot be asked, and two lost answers for one step: sending it a third time might make
 * a third record, so it waits for a person, flagged.
 */
function waitsForPerson({ state, reason, possibleDuplicate, unknowns }: LedgerStep): boolean {
  return state === 'parked' && reason === 'unknown_outcome' && possibleDuplicate && unknowns >= 2;
}

/** Without its create the rest of a call waits too. */
function isHeldUp(lane: LedgerLane): boolean {
  return hasWaiting(lane, 'CreateActivity');
}

function hasWaiting(lane: LedgerLane, method: string): boolean {
  return lane.steps.some((step) => step.method === method && waitsForPerson(step));
}

function checkSettled(lane: LedgerLane): readonly string[] {
  if (isHeldUp(lane)) return [];
  return lane.steps
    .filter((step) => step.state !== 'done' && !waitsForPerson(step))
    .map((step) => `${lane.callId}: ${step.method} is ${step.state}: ${step.message ?? 'no word'}`);
}

/** The methods that make or change something, and what the CRM does for them. */
const ACTS: ReadonlyMap<string, readonly Act[]> = new Map([
  ['CreateContact', ['contact']],
  ['CreateActivity', ['create']],
  ['UpdateActivity', ['update', 'comment']],
  ['StopCallActivity', ['stop']],
  ['UploadFile', ['upload']],
]);

/** What the ledger calls delivered is in the CRM. */
function checkReached(lane: LedgerLane, executed: readonly Executed[]): readonly string[] {
  const own = executed.filter((one) => isOf(lane, one));
  const missing = lane.steps.filter(
    (step) =>
      step.state === 'done' &&
      ACTS.has(step.method) &&
      !own.some(({ act }) => ACTS.get(step.method)?.includes(act)),
  );
  const asksForEnd = hasWaiting(lane, 'StopCallActivity');
  const ended = lane.events.includes('ended') && !isHeldUp(lane) && !asksForEnd;
  return [
    ...missing.map(({ method }) => `${lane.callId}: the CRM never saw ${method}`),
    ...(ended && !own.some(({ act }) => act === 'stop')
      ? [`${lane.callId}: its end never reached the CRM`]
      : []),
  ];
}

/** PATCH writes the same again; of all else each repetition is flagged, one per unknown outcome. */
function checkRepeats(lane: LedgerLane, executed: readonly Executed[]): readonly string[] {
  const own = executed.filter((one) => isOf(lane, one));
  return [...ACTS].flatMap(([method, acts]) => {
    const steps = lane.steps.filter((step) => step.method === method);
    const flagged = steps.some((step) => step.possibleDuplicate);
    const needsNone = flagged && own.some(({ act }) => act === 'update') && acts.includes('update');
    const count = own.filter(({ act }) => act !== 'update' && acts.includes(act)).length;
    const unknowns = steps.reduce((sum, step) => sum + step.unknowns, 0);
    return [
      ...(count > steps.length && !flagged
        ? [`${lane.callId}: ${count} times ${method}, and the ledger does not say so`]
        : []),
      ...(count > steps.length + unknowns
        ? [`${lane.callId}: ${count} times ${method} for ${unknowns} unknown outcomes`]
        : []),
      ...(needsNone ? [`${lane.callId}: ${method} is flagged, and does no harm twice`] : []),
    ];
  });
}

const RANK: Readonly<Record<Act, number>> = {
  contact: 5,
  create: 10,
  update: 20,
  comment: 20,
  stop: 30,
  upload: 40,
};

/** Each act's first execution comes after that of what ranks before it. */
function checkOrder(lane: LedgerLane, executed: readonly Executed[]): readonly string[] {
  if (lane.answered === true) return [];
  const own = executed.filter((one) => isOf(lane, one));
  const firsts = [...new Set(own.map(({ act }) => act))];
  const sorted = firsts.toSorted((a, b) => RANK[a] - RANK[b]);
  return firsts.join() === sorted.join()
    ? []
    : [`${lane.callId}: the CRM saw ${firsts.join(', ')}, in this order`];
}
