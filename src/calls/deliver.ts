import { cleanNumber } from '../contacts/clean-number.ts';
import type { Database } from '../store/database.ts';
import type { Ids } from '../text/uuid.ts';
import type { DeliveryPolicy } from './delivery-policy.ts';
import type { CallConnection } from './call-connection.ts';
import { partyNumber } from './call-rules.ts';
import { commitSending, commitWithoutSending, releaseLane } from './commit-step.ts';
import { settleExchange } from './commit-outcome.ts';
import { whoMayCall } from './known-caller.ts';
import type { CallContacts } from './known-caller.ts';
import { nextInLane } from './lane.ts';
import type { Lease } from './lane-repository.ts';
import { loadLane } from './load-lane.ts';
import type { Onlooker } from './onlooker.ts';
import type { LoadedLane } from './load-lane.ts';
import { prepareAsk, prepareRun } from './prepare-step.ts';
import type { RecordingSource } from './step-recording.ts';
import type { LaneRow } from './step-rows.ts';
import { madeContactOf } from './made-contacts.ts';
import type { StepRun, StepRunner } from './step-runner.ts';

/** Points between which a process may die; tests end it there. */
export type DeliveryPoint =
  | 'lane-loaded'
  | 'before-sending'
  | 'sending-committed'
  | 'request-sent'
  | 'response-read'
  | 'before-settle'
  | 'settled';

export interface DeliverDeps {
  readonly database: Database;
  readonly ids: Ids;
  readonly runner: StepRunner;
  readonly recordings: RecordingSource;
  readonly policy: DeliveryPolicy;
  readonly node: string;
  /** Absent: each caller is asked for. */
  readonly contacts?: CallContacts;
  /** Absent: nobody looks on. */
  readonly onlooker?: Pick<Onlooker, 'changed'> | undefined;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: DeliveryLog;
  /** A lane was put back until then, in epoch milliseconds: the connection's rate has no slot before. */
  readonly postponed?: (until: number) => void;
  readonly reached?: (point: DeliveryPoint) => void;
}

export interface DeliveryLog {
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** `replaced`: the claim was lost, whatever came out was thrown away. */
export type Delivery = 'goes_on' | 'released' | 'replaced';

interface Delivered {
  readonly status: Delivery | 'read_again';
  /** What the next step needs, where it is known without reading it again. */
  readonly loaded?: LoadedLane;
}

/** A lane gives its place up after so many steps, so that one long call does not keep others out. */
const STEPS_PER_CLAIM = 8;
/** A plan that changes while a step is prepared is read again; more often than this is a fault. */
const READS_PER_CLAIM = 32;

/**
 * Runs the next steps of a claimed lane until none is due, and gives the lane back. Nothing is
 * sent before the attempt is on disk as `sending`; nothing is settled unless the claim still holds.
 */
export async function deliverLane(
  deps: DeliverDeps,
  claim: {
    readonly lease: Lease;
    /** As it was claimed; absent: it is read. */
    readonly lane?: LaneRow;
    readonly connection: CallConnection;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  let { lane: claimed } = claim;
  let steps = 0;
  let loaded: LoadedLane | undefined;
  for (let read = 0; read < READS_PER_CLAIM; read += 1) {
    const last = steps + 1 >= STEPS_PER_CLAIM;
    const delivered: Delivered = await deliverNext(deps, { ...claim, last }, { loaded, claimed });
    claimed = undefined;
    const result = delivered.status;
    loaded = delivered.loaded;
    if (result === 'replaced') deps.log.warn({ lane_id: claim.lease.laneId }, REPLACED);
    if (result === 'released' || result === 'replaced') return;
    if (result === 'goes_on') steps += 1;
  }
  await releaseLane(deps, claim.lease);
}

const REPLACED = 'the lane was claimed by another worker: its result was thrown away';

async function deliverNext(
  deps: DeliverDeps,
  claim: { lease: Lease; connection: CallConnection; signal: AbortSignal; last: boolean },
  known: { readonly loaded: LoadedLane | undefined; readonly claimed: LaneRow | undefined },
): Promise<Delivered> {
  const { lease, connection } = claim;
  // Whether it is still true is asked before anything comes of it: fence and revision are compared.
  const loaded =
    known.loaded ?? (await loadLane(deps.database, { lease, claimed: known.claimed }, connection));
  if (loaded === undefined) return { status: 'replaced' };
  deps.reached?.('lane-loaded');
  const changed = <T>(result: T): T => {
    deps.onlooker?.changed(loaded.lane.organization_id, loaded.lane.call_id);
    return result;
  };
  const next = nextInLane(loaded.steps, deps.database.now());
  if (next.kind === 'wait' || next.kind === 'parked' || next.kind === 'idle') {
    return { status: await releaseLane(deps, lease, loaded.lane.revision) };
  }
  if (next.kind === 'skip') {
    const change = { state: 'skipped' as const, reason: next.reason, message: next.message };
    const work = { lease, loaded, connection, step: next.step, change };
    return { status: changed(await commitWithoutSending(deps, work)) };
  }
  const asOf = deps.database.now();
  const work = { loaded, step: next.step, connection, signal: claim.signal };
  const prepared =
    next.kind === 'ask' ? await prepareAsk(deps, work) : await prepareRun(deps, work);
  if (prepared.status === 'settled') {
    const { change, bound, found } = prepared;
    const unsent = { lease, loaded, connection, step: next.step, change, bound, found, asOf };
    return { status: changed(await commitWithoutSending(deps, unsent)) };
  }
  deps.reached?.('before-sending');
  const purpose = next.kind;
  const sending = await commitSending(deps, {
    lease,
    loaded,
    connection,
    step: next.step,
    purpose,
    method: prepared.method,
    idempotent: prepared.idempotent,
    part: prepared.part,
    underWay: prepared.underWay,
    origin: prepared.origin,
  });
  if (sending.status === 'released') deps.postponed?.(sending.until);
  if (sending.status !== 'sending') return { status: sending.status };
  changed(sending);
  deps.reached?.('sending-committed');
  const run = await send(deps, prepared, claim.signal);
  const isSearch = prepared.method === 'FindContact' && purpose === 'run';
  if (isSearch) {
    const number = cleanNumber(partyNumber(loaded.facts));
    if (number !== undefined) deps.contacts?.searched(connection, number, run);
  }
  const possible = isSearch ? await whoMayCall(deps, { loaded, connection, run }) : [];
  deps.reached?.('before-settle');
  const endedByUs = claim.signal.aborted;
  const settled = await settleExchange(deps, {
    lease,
    loaded,
    connection,
    step: next.step,
    purpose,
    attemptId: sending.attemptId,
    isProbe: sending.isProbe,
    endedByUs,
    host: sending.host,
    part: prepared.part,
    underWay: prepared.underWay?.progress ?? undefined,
    idempotent: prepared.idempotent,
    run,
    possible,
    last: claim.last || endedByUs,
    asOf,
  });
  deps.reached?.('settled');
  changed(settled);
  const made = madeContactOf({ step: next.step, purpose, run, loaded });
  if (made !== undefined && settled.status !== 'replaced') deps.contacts?.made(connection, made);
  if (loaded.memory.contactAgain !== undefined && next.step.method === 'FindContact') {
    for (const record of run.records) deps.contacts?.foundAgain(connection, record);
  }
  return settled;
}

async function send(
  deps: DeliverDeps,
  prepared: { send(signal: AbortSignal): Promise<StepRun> },
  signal: AbortSignal,
): Promise<StepRun> {
  const answer = prepared.send(signal);
  deps.reached?.('request-sent');
  try {
    const run = await answer;
    deps.reached?.('response-read');
    // The CRM's own words may stand in it, and PostgreSQL refuses U+0000.
    const message = run.outcome.message.replaceAll('\u0000', '');
    return { ...run, outcome: { ...run.outcome, message } };
  } catch (err) {
    // The runner answers every fault of the CRM and the network as an outcome: this one is ours, and
    // whether the request left is as unknown as after a crash.
    deps.log.warn({ err }, 'a step failed inside Patchcord');
    return {
      outcome: {
        kind: 'lost',
        effect: 'unknown',
        action: 'look_up',
        breaker: false,
        message: 'Patchcord failed while the request was under way',
      },
      records: [],
      executedWithoutId: false,
      exchanges: [],
      notes: [],
    };
  }
}
