import type { KeyObject } from 'node:crypto';

import type { Transaction } from 'kysely';

import { isListed } from '../contacts/number-list.ts';
import { createPhoneNumbers } from '../contacts/phone-number.ts';
import type { Tables } from '../store/schema.ts';
import type { Ids } from '../text/uuid.ts';
import type { CallConnection, Connections } from './call-connection.ts';
import { mergeEvents } from './call-facts.ts';
import type { CallFacts } from './call-facts.ts';
import { callKey } from './call-key.ts';
import { readEvents } from './call-repository.ts';
import type { SkipReason } from './call-rules.ts';
import {
  insertLane,
  readLinks,
  readSteps,
  restLane,
  restingState,
  touchLane,
} from './lane-repository.ts';
import { wantRecordings } from './recording-repository.ts';
import { planCall } from './plan.ts';
import type { Plan, PlanTimes } from './plan.ts';
import { insertSteps } from './step-repository.ts';
import type { Step } from './step.ts';
import { newStepRow, toStep } from './step-rows.ts';
import type { LaneRow, StepRow } from './step-rows.ts';

export interface PlanLanesDeps {
  readonly ids: Ids;
  /** Key of the calls' HMAC; derived from the master key. */
  readonly callKeySecret: Uint8Array | KeyObject;
  /** True where recordings have addresses of our own (PUBLIC_URL is set). */
  readonly ownLinks?: boolean;
  /** Shorter ones for tests. */
  readonly planTimes?: PlanTimes;
}

export interface CallToPlan {
  readonly id: string;
  readonly organizationId: string;
  readonly phoneSystemId: string;
  readonly facts: CallFacts;
  readonly previous?: CallFacts | undefined;
  /** Of its newest event. */
  readonly sequence: number;
  /** True where this transaction adds the call: then it has no lanes yet. */
  readonly begins?: boolean;
}

/**
 * Plans a call on each connection, inside the transaction that made the call grow, so that an
 * acknowledged event and what it leads to are one fact. The call's row is locked by the caller.
 */
export async function planLanes(
  transaction: Transaction<Tables>,
  deps: PlanLanesDeps,
  work: {
    call: CallToPlan;
    connections: Connections;
    /** Ids of those to plan on; all of them when absent. */
    only?: ReadonlySet<string>;
    now: number;
  },
): Promise<void> {
  for (const connection of work.connections.open) {
    if (work.only?.has(connection.id) === false) continue;
    await planLane(transaction, deps, { ...work, connection });
  }
  for (const connectionId of work.connections.shut) {
    if (work.only?.has(connectionId) === false) continue;
    await planLater(transaction, deps, { ...work, connectionId });
  }
}

/** What nobody could plan stands in the lane, to be seen and to be planned when that is possible. */
async function planLater(
  transaction: Transaction<Tables>,
  deps: PlanLanesDeps,
  { call, connectionId, now }: { call: CallToPlan; connectionId: string; now: number },
): Promise<void> {
  const waiting = {
    skip_reason: 'connection_shut' satisfies SkipReason,
    skip_message:
      'The connection cannot be opened, so this CRM is told nothing new of the call; that follows as soon as it can',
  };
  const lane = await findLane(transaction, { call, connectionId, now });
  if (lane === undefined) {
    const fresh = newLane(deps, { call, connectionId, now });
    await insertLane(transaction, { ...fresh, ...waiting, unplanned_from: call.sequence });
    return;
  }
  const from = lane.unplanned_from ?? call.sequence;
  await restLane(transaction, lane.id, { ...waiting, unplanned_from: from });
}

/** The lane of the call on the connection, locked; `undefined` where it has none yet. */
async function findLane(
  transaction: Transaction<Tables>,
  of: { call: CallToPlan; connectionId: string; now: number },
): Promise<LaneRow | undefined> {
  const { call, connectionId, now } = of;
  if (call.begins === true) return undefined;
  return await touchLane(transaction, { callId: call.id, connectionId, now });
}

/** What the connection knew of the call: the facts before the first event that it has not seen. */
async function factsBefore(
  transaction: Transaction<Tables>,
  call: CallToPlan,
  lane: LaneRow | undefined,
): Promise<CallFacts | undefined> {
  const from = lane?.unplanned_from ?? null;
  if (from === null) return call.previous;
  const events = await readEvents(transaction, call.id);
  const seen = events.filter(({ sequence }) => sequence < from);
  return seen.length === 0 ? undefined : mergeEvents(seen);
}

async function planLane(
  transaction: Transaction<Tables>,
  deps: PlanLanesDeps,
  work: {
    call: CallToPlan;
    connections: Connections;
    connection: CallConnection;
    now: number;
  },
): Promise<void> {
  const { call, connection, now } = work;
  const lane = await findLane(transaction, { call, connectionId: connection.id, now });
  const links = await readLinks(transaction, {
    organizationId: call.organizationId,
    connectionId: connection.id,
    extensions: [...new Set([...call.facts.ringing, ...call.facts.spoke])],
  });
  const steps = lane === undefined ? [] : await readSteps(transaction, lane.id);
  const previous = await factsBefore(transaction, call, lane);
  const plan = planCall({
    facts: call.facts,
    ...(previous === undefined ? {} : { previous }),
    methods: connection.methods,
    options: connection.options,
    links,
    steps,
    isExcluded: (number) =>
      isListed(connection.options.excluded_numbers, number, {
        country: connection.country,
        phones: createPhoneNumbers(),
      }),
    onlyConnection: work.connections.open.length + work.connections.shut.length === 1,
    ownLinks: deps.ownLinks,
    times: deps.planTimes,
    now,
  });
  if (lane === undefined) {
    const fresh = newLane(deps, { call, connectionId: connection.id, now });
    await addLane(transaction, deps, { plan, lane: fresh, connection, now });
  } else {
    await applyPlan(transaction, deps, { plan, lane, steps, now });
  }
}

function newLane(
  deps: PlanLanesDeps,
  { call, connectionId, now }: { call: CallToPlan; connectionId: string; now: number },
): LaneRow {
  return {
    id: deps.ids.next(),
    organization_id: call.organizationId,
    connection_id: connectionId,
    call_id: call.id,
    call_key: callKey(deps.callKeySecret, call.id, connectionId),
    state: 'idle',
    ready_at: now,
    lease_until: null,
    fence: 0,
    node: null,
    revision: 0,
    memory: '{}',
    skip_reason: null,
    skip_message: null,
    unplanned_from: null,
    replayed_at: null,
    created_at: now,
    updated_at: now,
  };
}

/** Adds a lane with its first plan, in the state in which it rests. */
async function addLane(
  transaction: Transaction<Tables>,
  deps: PlanLanesDeps,
  of: { plan: Plan; lane: LaneRow; connection: CallConnection; now: number },
): Promise<void> {
  const { plan, lane, now } = of;
  const rows = newRows(deps, { plan, lane, before: 0, now });
  const rest = restingState(inOrder(rows.map(toStep)), now);
  await insertLane(transaction, { ...lane, ...restedBy(plan), ...rest }, of.connection);
  await insertSteps(transaction, rows);
  await wantRecordings(transaction, { callId: lane.call_id, steps: plan.add, now });
}

async function applyPlan(
  transaction: Transaction<Tables>,
  deps: PlanLanesDeps,
  work: { plan: Plan; lane: LaneRow; steps: readonly Step[]; now: number },
): Promise<void> {
  const { plan, lane, now } = work;
  const rows = newRows(deps, { plan, lane, before: work.steps.length, now });
  await insertSteps(transaction, rows);
  await wantRecordings(transaction, { callId: lane.call_id, steps: plan.add, now });
  await changePlanned(transaction, plan, now);
  const steps =
    plan.merge.length + plan.cancel.length + (plan.again?.length ?? 0) === 0
      ? inOrder([...work.steps, ...rows.map(toStep)])
      : await readSteps(transaction, lane.id);
  // One that waits for its turn keeps it.
  const dueSince = lane.state === 'ready' ? Math.min(lane.ready_at, now) : now;
  const rest = {
    ...restedBy(plan),
    // A claimed lane gets its state from whoever holds it.
    ...(lane.state === 'leased' ? {} : restingState(steps, now, dueSince)),
  };
  const changes = Object.entries(rest).some(([name, value]) => Reflect.get(lane, name) !== value);
  if (changes) await restLane(transaction, lane.id, rest);
}

/** Writes what a plan changes of steps that exist. */
async function changePlanned(
  transaction: Transaction<Tables>,
  plan: Plan,
  now: number,
): Promise<void> {
  for (const { stepId, message } of plan.again ?? []) {
    await transaction
      .updateTable('step')
      .set({ state: 'pending', reason: null, message, ready_at: now, updated_at: now })
      .where('id', '=', stepId)
      .where('state', '=', 'parked')
      .where('reason', '=', 'missing_value')
      .execute();
  }
  for (const merge of plan.merge) {
    await transaction
      .updateTable('step')
      .set({ reasons: JSON.stringify(merge.reasons), updated_at: now })
      .where('id', '=', merge.stepId)
      .where('state', '=', 'pending')
      .execute();
  }
  for (const cancel of plan.cancel) {
    await transaction
      .updateTable('step')
      .set({
        state: 'skipped',
        reason: cancel.reason,
        message: cancel.message,
        updated_at: now,
      })
      .where('id', '=', cancel.stepId)
      .where('state', '=', 'pending')
      .execute();
  }
}

function newRows(
  deps: PlanLanesDeps,
  of: { plan: Plan; lane: LaneRow; before: number; now: number },
): readonly StepRow[] {
  const { plan, lane, before, now } = of;
  return plan.add.map((step, at) =>
    newStepRow(step, { id: deps.ids.next(), lane, sequence: before + at + 1, now }),
  );
}

/** What stands in a lane that was planned. */
function restedBy(plan: Plan): Pick<LaneRow, 'unplanned_from' | 'skip_reason' | 'skip_message'> {
  return {
    unplanned_from: null,
    skip_reason: plan.skip?.reason ?? null,
    skip_message: plan.skip?.message ?? null,
  };
}

/** As `readSteps` gives them. */
function inOrder(steps: readonly Step[]): readonly Step[] {
  return steps.toSorted((a, b) => a.rank - b.rank || a.sequence - b.sequence);
}
