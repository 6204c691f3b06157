import type { Transaction } from 'kysely';

import { changeState } from '../connections/change-state.ts';
import { hostPermission, isProbeDue } from '../connections/host-health.ts';
import type { HostHealth } from '../connections/host-health.ts';
import { grantProbe, readHosts } from '../connections/host-repository.ts';
import { takeSlots } from '../connections/pace-repository.ts';
import { permission } from '../connections/transitions.ts';
import type { ConnectionEvent } from '../connections/transitions.ts';
import { countUsage } from '../organizations/usage.ts';
import type { Tables } from '../store/schema.ts';
import { insertAttempt } from './attempt-repository.ts';
import type { CallConnection } from './call-connection.ts';
import { partyNumber } from './call-rules.ts';
import type { DeliverDeps } from './deliver.ts';
import { lockLeased, readSteps, restingState, updateLane } from './lane-repository.ts';
import type { Lease } from './lane-repository.ts';
import type { LoadedLane } from './load-lane.ts';
import { isBehindReplay } from './replay-repository.ts';
import { claimContact } from './made-contact-repository.ts';
import { contactKey } from './made-contacts.ts';
import { changeStep, findSendingState } from './step-repository.ts';
import type { StepChange } from './settle.ts';
import { learnDone, learnFound } from './remember.ts';
import type { FoundContacts } from './remember.ts';
import type { Step, StepPart } from './step.ts';
import { readMemory, stepUpdate } from './step-rows.ts';
import type { StepRecord } from './step-runner.ts';
import { storableJson } from './storable-json.ts';
import { tellOperator } from './tell-operator.ts';
import type { Told } from './tell-operator.ts';

type CommitDeps = Pick<DeliverDeps, 'database' | 'ids' | 'node' | 'log'>;

export type Sending =
  | {
      readonly status: 'sending';
      readonly attemptId: string;
      /** It asks whether a CRM is back: a failure uses up no try. */
      readonly isProbe: boolean;
      /** Where it goes to. */
      readonly host: SentTo | undefined;
    }
  /** `until`: when the lane is due again, in epoch milliseconds. */
  | { readonly status: 'released'; readonly until: number }
  | { readonly status: 'read_again' | 'replaced' };

export interface SentTo {
  readonly origin: string;
  /** It failed lately: a success is worth telling, too. */
  readonly isWatched: boolean;
}

/** A lane whose request goes elsewhere than its connection's others waits for that host alone. */
const HOST_WAIT_MS = 1_000;
const REPLAY_WAIT_MS = 1_000;

/**
 * Puts on disk that a request is about to leave, under the fence, and takes its slot of the
 * connection's rate, all in one transaction. `read_again`: the plan changed since it was read.
 * `released`: the connection may not send now, and the lane was given back.
 */
export async function commitSending(
  deps: CommitDeps,
  work: {
    lease: Lease;
    loaded: LoadedLane;
    connection: CallConnection;
    step: Step;
    purpose: 'run' | 'ask';
    method: string;
    idempotent: boolean;
    part?: StepPart | undefined;
    underWay?: Pick<StepChange, 'progress' | 'sentValues'> | undefined;
    /** Where the request goes: scheme, host and port. */
    origin?: string | undefined;
  },
): Promise<Sending> {
  const { lease, loaded, connection, step } = work;
  const attemptId = deps.ids.next();
  return await deps.database.write(async (transaction) => {
    const now = deps.database.now();
    const lane = await lockLeased(transaction, lease, now);
    if (lane === undefined) return { status: 'replaced' };
    if (lane.revision !== loaded.lane.revision) return { status: 'read_again' };
    const health = await findSendingState(transaction, {
      connectionId: connection.id,
      origin: work.origin ?? '',
    });
    // A suspension that came after the claim holds the next request back.
    const allowed =
      health === undefined || health.hold !== null ? 'closed' : permission(health, now);
    const known =
      work.origin === undefined || allowed === 'closed' || (health?.host ?? null) === null
        ? undefined
        : await askHost(transaction, { origin: work.origin, connection, now });
    const closed = allowed === 'closed' || known?.allows === 'closed';
    const away =
      known?.allows === 'closed' ? Math.max(known.host?.until ?? now, now + HOST_WAIT_MS) : now;
    if (!closed && !(await mayMakeContact(transaction, work, now))) {
      return { status: 'read_again' };
    }
    // Of a connection without a limit, what is replayed with others goes one lane at a time.
    const isBehind =
      lane.replayed_at !== null &&
      connection.limits.length === 0 &&
      (await isBehindReplay(transaction, lane));
    const slot =
      closed || isBehind
        ? ({ status: 'later', at: isBehind ? Math.max(away, now + REPLAY_WAIT_MS) : away } as const)
        : await takeSlots(transaction, {
            connectionId: connection.id,
            organizationId: connection.organizationId,
            limits: connection.limits,
            now,
            until: now,
          });
    if (slot.status === 'later') {
      await updateLane(transaction, lease, { ...FREE, state: 'ready', ready_at: slot.at });
      return { status: 'released', until: slot.at };
    }
    await changeStep(transaction, step.id, {
      // While it is asked about, an unknown step stays unknown: asking changes nothing.
      ...(work.purpose === 'run'
        ? stepUpdate({ ...work.underWay, state: 'sending' }, now)
        : { updated_at: now }),
      first_at: step.firstAt ?? now,
    });
    await insertAttempt(transaction, {
      id: attemptId,
      lane,
      stepId: step.id,
      purpose: work.purpose,
      method: work.method,
      fence: lease.fence,
      node: deps.node,
      idempotent: work.idempotent,
      part: work.part,
      now,
    });
    return {
      status: 'sending',
      attemptId,
      isProbe: allowed === 'probe' || known?.allows === 'probe',
      host:
        work.origin === undefined
          ? undefined
          : { origin: work.origin, isWatched: known?.host !== undefined },
    };
  });
}

/**
 * Whether the host of a request takes it. The claim chooses who asks whether a connection's first
 * host is back; of any other host, whoever has a request for it when that is due.
 */
async function askHost(
  transaction: Transaction<Tables>,
  { origin, connection, now }: { origin: string; connection: CallConnection; now: number },
): Promise<{ readonly host?: HostHealth; readonly allows: 'open' | 'probe' | 'closed' }> {
  const host = (await readHosts(transaction, [origin])).get(origin);
  if (host === undefined) return { allows: 'open' };
  if (isProbeDue(host, now)) {
    const prober = { connectionId: connection.id, organizationId: connection.organizationId };
    const granted = await grantProbe(transaction, host, { prober, now });
    return { host, allows: granted ? 'probe' : 'closed' };
  }
  const allows = hostPermission(host, connection.id, now);
  // The one request that asks is under way already.
  const isAsked = allows === 'probe' && origin !== connection.origins[0];
  return { host, allows: isAsked ? 'closed' : allows };
}

/** Of two calls from one number that the CRM does not know, one makes the contact. */
async function mayMakeContact(
  transaction: Transaction<Tables>,
  work: { loaded: LoadedLane; connection: CallConnection; step: Step; purpose: 'run' | 'ask' },
  now: number,
): Promise<boolean> {
  const { loaded, connection, step } = work;
  if (step.method !== 'CreateContact' || work.purpose === 'ask') return true;
  const number = contactKey(partyNumber(loaded.facts), connection.country);
  if (number === undefined) return true;
  return await claimContact(transaction, {
    connectionId: connection.id,
    organizationId: connection.organizationId,
    number,
    stepId: step.id,
    laneId: loaded.lane.id,
    now,
  });
}

/**
 * Changes a step for which nothing was sent; the lane goes on, unless it is the whole connection that
 * must wait for a sign-in: then the lane is given back, and the step has used up nothing.
 */
export async function commitWithoutSending(
  deps: CommitDeps,
  work: {
    lease: Lease;
    loaded: LoadedLane;
    connection: CallConnection;
    step: Step;
    change: StepChange;
    /** What the requests of a step that is done have bound. */
    bound?: StepRecord | undefined;
    /** Whom a look-up found that needed no request. */
    found?: FoundContacts | undefined;
    /** When what led to the change was read; epoch milliseconds. */
    asOf?: number;
  },
): Promise<'goes_on' | 'released' | 'read_again' | 'replaced'> {
  const { lease, loaded, connection, step, change } = work;
  let told: Told = {};
  const result = await deps.database.writeSoon(async (transaction) => {
    told = {};
    const now = deps.database.now();
    const lane = await lockLeased(transaction, lease, now);
    if (lane === undefined) return 'replaced';
    if (lane.revision !== loaded.lane.revision) return 'read_again';
    told = { change };
    const scope = { organizationId: connection.organizationId };
    if (change.state === 'parked' || change.state === 'done') {
      const counts = change.state === 'parked' ? { parked_steps: 1 } : { delivered_steps: 1 };
      await countUsage(transaction, scope, { id: deps.ids.next(), at: now, counts });
    }
    if (work.bound !== undefined) {
      const memory = learnDone(readMemory(lane), { step, record: work.bound, now });
      await updateLane(transaction, lease, { memory: storableJson(memory) });
    }
    if (work.found !== undefined) {
      const memory = learnFound(readMemory(lane), work.found);
      await updateLane(transaction, lease, { memory: storableJson(memory) });
    }
    const message = work.found?.message ?? change.message;
    const event = signInEvent(change);
    // Where the whole connection waits, the step was not even tried.
    const first = event === undefined ? { first_at: step.firstAt ?? now } : {};
    await transaction
      .updateTable('step')
      .set({
        ...stepUpdate({ ...change, ...(message === undefined ? {} : { message }) }, now),
        ...first,
      })
      .where('id', '=', step.id)
      .execute();
    if (event === undefined) return 'goes_on';
    const of = { connectionId: connection.id, event, now, asOf: work.asOf };
    told = { change, health: await changeState(transaction, scope, of) };
    const steps = await readSteps(transaction, lease.laneId);
    await updateLane(transaction, lease, { ...FREE, ...restingState(steps, now, lane.ready_at) });
    return 'released';
  });
  tellOperator(deps.log, { connectionId: connection.id, step }, told);
  return result;
}

function signInEvent({ connection, message = '' }: StepChange): ConnectionEvent | undefined {
  if (connection?.kind === 'unauthorized') return { kind: 'unauthorized', reason: message };
  if (connection?.kind !== 'sign_in_unavailable') return undefined;
  return { ...connection, reason: message };
}

/**
 * Gives a claimed lane back in the state that its steps say. With `revision`: only if the plan is
 * still the one that was read.
 */
export async function releaseLane(
  deps: CommitDeps,
  lease: Lease,
  revision?: number,
): Promise<'released' | 'read_again' | 'replaced'> {
  return await deps.database.writeSoon(async (transaction) => {
    const now = deps.database.now();
    const lane = await lockLeased(transaction, lease, now);
    if (lane === undefined) return 'replaced';
    if (revision !== undefined && lane.revision !== revision) return 'read_again';
    const steps = await readSteps(transaction, lease.laneId);
    await updateLane(transaction, lease, { ...FREE, ...restingState(steps, now) });
    return 'released';
  });
}

/** A lane that nobody holds. */
export const FREE = { lease_until: null, node: null } as const;
