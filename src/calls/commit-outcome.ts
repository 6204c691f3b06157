import type { Transaction } from 'kysely';

import { changeState } from '../connections/change-state.ts';
import type { StateChange } from '../connections/change-state.ts';
import { changeHost } from '../connections/host-repository.ts';
import type { ConnectionEvent } from '../connections/transitions.ts';
import { countUsage } from '../organizations/usage.ts';
import { asSentence } from '../text/as-sentence.ts';
import type { Tables } from '../store/schema.ts';
import { countForbidden, settleAttempt } from './attempt-repository.ts';
import type { CallConnection } from './call-connection.ts';
import { releaseHeld } from './claim-repository.ts';
import { FREE } from './commit-step.ts';
import type { SentTo } from './commit-step.ts';
import type { DeliverDeps } from './deliver.ts';
import { nextInLane } from './lane.ts';
import { lockLeased, readSteps, restingState, updateLane } from './lane-repository.ts';
import type { Lease } from './lane-repository.ts';
import type { LoadedLane } from './load-lane.ts';
import { contactGone } from './contact-gone.ts';
import type { ContactAgain, GoneContact } from './contact-gone.ts';
import { keptRun } from './kept-run.ts';
import { noteAnswer } from './note-answer.ts';
import { askMethod } from './prepare-step.ts';
import { remember } from './remember.ts';
import { settleAsk } from './settle-ask.ts';
import type { AskAnswer } from './settle-ask.ts';
import { settleRun } from './settle.ts';
import type { StepChange } from './settle.ts';
import type { Step, StepPart, StepProgress } from './step.ts';
import { changeAndReadStep, changeStep } from './step-repository.ts';
import { foundPart, withProgress } from './step-progress.ts';
import { readMemory, stepUpdate } from './step-rows.ts';
import type { StepRecord, StepRun } from './step-runner.ts';
import { storableJson } from './storable-json.ts';
import { tellOperator } from './tell-operator.ts';
import type { Told } from './tell-operator.ts';

interface Settled {
  readonly lease: Lease;
  /** What the request was built from. */
  readonly loaded: LoadedLane;
  readonly connection: CallConnection;
  readonly step: Step;
  readonly purpose: 'run' | 'ask';
  readonly attemptId: string;
  readonly part: StepPart | undefined;
  /** Of a method of several requests: which one was under way. */
  readonly underWay: StepProgress | undefined;
  readonly idempotent: boolean;
  readonly run: StepRun;
  /** Who may be the caller where a search finds nobody. */
  readonly possible: readonly StepRecord[];
  /** It asked whether the CRM is back. */
  readonly isProbe: boolean;
  /** This process ended the request, because it ends or was away for longer than its leases. */
  readonly endedByUs: boolean;
  readonly host: SentTo | undefined;
  /** The lane has had its share of this claim. */
  readonly last: boolean;
  /** When the request was built; epoch milliseconds. */
  readonly asOf: number;
}

export type SettledExchange =
  | { readonly status: 'released' | 'replaced' }
  | {
      readonly status: 'goes_on';
      /** What the next step needs, where nobody changed the plan since it was read. */
      readonly loaded?: LoadedLane;
    };

/**
 * Settles an exchange: attempt, exchanges, step, lane, what the CRM told, and what the connection
 * learns, in one transaction that holds only if the claim does. `replaced`: it did not, nothing changed.
 */
export async function settleExchange(
  deps: Pick<DeliverDeps, 'database' | 'ids' | 'policy' | 'random' | 'log' | 'contacts'>,
  work: Settled,
): Promise<SettledExchange> {
  const { lease, loaded, run, step } = work;
  const stored = keptRun(run, work);
  const random = deps.random();
  let told: Told = {};
  let gone: GoneContact | undefined;
  // Taken back by a power cut, the step stands as `sending`, as if the answer had been lost.
  const result = await deps.database.writeSoon(async (transaction): Promise<SettledExchange> => {
    // A job may run again: what the earlier run saw is not told.
    told = {};
    gone = undefined;
    const now = deps.database.now();
    const lane = await lockLeased(transaction, lease, now);
    if (lane === undefined) return { status: 'replaced' };
    // Whoever else changes facts, memory or steps raises the revision.
    const isAsRead = lane.revision === loaded.lane.revision;
    const memory = readMemory(lane);
    const decided = decide(work, { policy: deps.policy, now, random });
    const stands = isAsRead || (await isAsSent(transaction, work));
    const lost =
      work.purpose === 'run'
        ? await contactGone(transaction, { ...work, change: decided, memory, now })
        : undefined;
    gone = lost?.gone;
    const again = lost?.again;
    const change = again === undefined ? decided : { ...decided, ...again.change };
    await settleAttempt(transaction, deps.ids, {
      attemptId: work.attemptId,
      organizationId: lane.organization_id,
      run: again === undefined ? stored : { ...stored, notes: [...run.notes, again.note] },
      now,
    });
    await countUsage(
      transaction,
      { organizationId: lane.organization_id },
      {
        id: work.attemptId,
        at: now,
        counts: {
          crm_requests: run.exchanges.length,
          delivered_steps: stands && change.state === 'done' ? 1 : 0,
          parked_steps: stands && change.state === 'parked' ? 1 : 0,
        },
      },
    );
    const learned =
      stands && change.state === 'done'
        ? remember(memory, {
            step,
            purpose: work.purpose,
            run: stored,
            possible: work.possible,
            options: work.connection.options,
            now,
          })
        : { memory: again?.memory ?? memory };
    const message = withPartial(learned.message ?? change.message, run);
    const settled: StepChange = { ...change, ...(message === undefined ? {} : { message }) };
    const steps = await changeSteps(transaction, {
      settled: work,
      change: stands ? settled : undefined,
      again,
      isAsRead,
      now,
    });
    await noteAnswer(transaction, work);
    const health = await teach(transaction, deps, { work, change, now });
    await teachHost(transaction, { work, change, now });
    told = stands ? { change, health } : { health };
    const kept = learned.memory === memory ? {} : { memory: storableJson(learned.memory) };
    const next = nextInLane(steps, now);
    const dueSince = change.connection === undefined ? now : lane.ready_at;
    const goesOn =
      !work.last &&
      change.connection === undefined &&
      (next.kind === 'run' || next.kind === 'ask' || next.kind === 'skip');
    await updateLane(
      transaction,
      lease,
      goesOn ? kept : { ...kept, ...FREE, ...restingState(steps, now, dueSince) },
    );
    if (!goesOn) return { status: 'released' };
    return isAsRead && canReuse(loaded)
      ? { status: 'goes_on', loaded: { ...loaded, lane, memory: learned.memory, steps } }
      : { status: 'goes_on' };
  });
  tellOperator(deps.log, { connectionId: work.connection.id, step }, told);
  if (gone !== undefined) deps.contacts?.gone(work.connection, gone);
  return result;
}

/** A recording may come at any time, and does not change the plan where no step waits for it. */
function canReuse({ facts }: LoadedLane): boolean {
  return facts.recordings.length === 0;
}

/** Writes what becomes of a step, and of those that are tried again with it; returns the lane's steps. */
async function changeSteps(
  transaction: Transaction<Tables>,
  of: {
    readonly settled: Settled;
    readonly change: StepChange | undefined;
    readonly again: ContactAgain | undefined;
    readonly isAsRead: boolean;
    readonly now: number;
  },
): Promise<readonly Step[]> {
  const { settled, change, again, isAsRead, now } = of;
  const { step, loaded } = settled;
  const changed =
    change === undefined
      ? undefined
      : await changeAndReadStep(transaction, step.id, stepUpdate(change, now));
  for (const other of again?.others ?? []) {
    await changeStep(transaction, other.stepId, stepUpdate(other.change, now));
  }
  return isAsRead && again === undefined && changed !== undefined
    ? loaded.steps.map((one) => (one.id === step.id ? changed : one))
    : await readSteps(transaction, loaded.lane.id);
}

/**
 * False when a person settled the step while the CRM was asked about it: that word stands, and an
 * answer that knows less does not bring the step back to life.
 */
async function isAsSent(
  transaction: Transaction<Tables>,
  { step, purpose }: Pick<Settled, 'step' | 'purpose'>,
): Promise<boolean> {
  // Nobody settles a step while its own request is under way.
  if (purpose === 'run') return true;
  const now = await transaction
    .selectFrom('step')
    .select('state')
    .where('id', '=', step.id)
    .executeTakeFirst();
  return now?.state === 'unknown';
}

/** That only a part of it was done must not be hidden behind a success. */
function withPartial(message: string | undefined, { notes }: StepRun): string | undefined {
  const partial = notes.find(({ code }) => code === 'partial_success');
  if (partial === undefined || message === undefined) return message;
  return `${asSentence(message)} ${partial.message}`;
}

function decide(
  { step, run, purpose, connection, idempotent, part, underWay, isProbe, endedByUs }: Settled,
  given: { policy: DeliverDeps['policy']; now: number; random: number },
): StepChange {
  const asked = underWay === undefined ? step : { ...step, progress: underWay };
  const common = {
    step,
    executedWithoutId: run.executedWithoutId,
    idempotent,
    canAsk: askMethod(asked, connection) !== undefined,
    onUnknown: connection.options.on_unknown,
    isFree: endedByUs || (isProbe && run.outcome.breaker),
    policy: given.policy,
    now: given.now,
    random: given.random,
  };
  if (purpose === 'ask')
    return foundPart(settleAsk(common, readAnswer(run)), { step, run, now: given.now });
  const { next } = run;
  const more = {
    ...(next === undefined ? {} : { next }),
    ...(part === undefined ? {} : { part }),
  };
  const since = underWay?.makesRecord === true ? given.now : underWay?.since;
  const change = settleRun({ ...common, ...more, outcome: run.outcome });
  return withProgress(change, { step, run, since });
}

/** What a look-up says about a create of unknown outcome. */
export function readAnswer(run: Pick<StepRun, 'outcome' | 'records'>): AskAnswer {
  if (run.outcome.kind === 'not_found') return { kind: 'absent' };
  if (run.outcome.action !== 'succeed') return { kind: 'failed', outcome: run.outcome };
  return run.records.length === 0
    ? { kind: 'absent' }
    : { kind: 'found', count: run.records.length };
}

async function teach(
  transaction: Transaction<Tables>,
  deps: Pick<DeliverDeps, 'policy'>,
  of: { work: Settled; change: StepChange; now: number },
): Promise<StateChange | undefined> {
  const { work, change, now } = of;
  const event = await connectionEvent(transaction, deps, of);
  if (event === undefined) return undefined;
  const scope = { organizationId: work.connection.organizationId };
  const { connection, asOf } = work;
  const tell = (told: ConnectionEvent): Promise<StateChange | undefined> =>
    changeState(transaction, scope, { connectionId: connection.id, event: told, now, asOf });
  // The answer itself was one: a CRM that was away is back.
  const isBack = event.kind === 'throttled' && change.connection === undefined;
  const back = isBack ? await tell({ kind: 'success' }) : undefined;
  const health = await tell(event);
  return back === undefined || health === undefined ? health : { ...health, before: back.before };
}

/** A host is told of failures, and of successes while it is known to fail. */
async function teachHost(
  transaction: Transaction<Tables>,
  { work, change, now }: { work: Settled; change: StepChange; now: number },
): Promise<void> {
  const { host, run, connection } = work;
  // The server that gives credentials is another one.
  if (host === undefined || change.connection?.kind === 'sign_in_unavailable') return;
  const failed = run.outcome.breaker;
  // What the way out refused says nothing about the host.
  const answered = run.exchanges.at(-1)?.response !== undefined;
  if (!failed && !(host.isWatched && answered)) return;
  const isBack = await changeHost(transaction, {
    origin: host.origin,
    event: {
      kind: failed ? 'failure' : 'success',
      connectionId: connection.id,
      organizationId: connection.organizationId,
    },
    now,
  });
  if (isBack) await releaseHeld(transaction, host.origin);
}

const SPENT = 'The CRM took the request and says that its limit is used up for now.';

async function connectionEvent(
  transaction: Transaction<Tables>,
  deps: Pick<DeliverDeps, 'policy'>,
  of: { work: Settled; change: StepChange; now: number },
): Promise<ConnectionEvent | undefined> {
  const { work, change, now } = of;
  const { outcome } = work.run;
  const reason = outcome.message;
  switch (change.connection?.kind) {
    case 'throttled':
      return { kind: 'throttled', retryAfterMs: change.connection.retryAfterMs, reason };
    case 'unauthorized':
      return { kind: 'unauthorized', reason };
    case 'sign_in_unavailable':
      return { ...change.connection, reason };
    case 'forbidden': {
      const many = await countForbidden(transaction, {
        connectionId: work.connection.id,
        laneId: work.lease.laneId,
        windowMs: deps.policy.forbiddenWindowMs,
        lanes: deps.policy.forbiddenLanes,
        now,
      });
      return many ? { kind: 'forbidden', reason } : undefined;
    }
    case undefined:
      if (outcome.breaker) return { kind: 'failure', call: work.lease.laneId, reason };
      if (work.run.spentMs !== undefined) {
        return { kind: 'throttled', retryAfterMs: work.run.spentMs, reason: SPENT };
      }
      // Any other answer of the CRM, a refusal too, proves that it is there.
      return { kind: 'success' };
  }
}
