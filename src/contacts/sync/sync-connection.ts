import type { BackgroundAdmission } from '../../connections/background-admission.ts';
import { changeState } from '../../connections/change-state.ts';
import { readHosts } from '../../connections/host-repository.ts';
import type { OpenConnection, OpenConnections } from '../../connections/open-connection.ts';
import type { Leave, Places } from '../../connections/places.ts';
import type { ConnectionEvent } from '../../connections/transitions.ts';
import { AppError } from '../../errors/app-error.ts';
import type { ScrubbedExchange } from '../../runtime/scrub-exchange.ts';
import type { Database } from '../../store/database.ts';
import type { Clock } from '../../time/clock.ts';
import type { BookScope, ContactIndex } from '../index/contact-index.ts';
import type { SyncLease, SyncPause, SyncRequest } from '../index/sync-store.ts';
import { maySync } from './may-sync.ts';
import type { SyncPermission } from './may-sync.ts';
import { planPass } from './plan-pass.ts';
import type { NextPass, SyncRules } from './plan-pass.ts';
import { readBudget } from './read-budget.ts';
import { runPass } from './run-pass.ts';
import type { PassDeps, PassResult } from './run-pass.ts';
import type { SyncBrake } from './sync-brake.ts';
import type { SyncEvents } from './sync-events.ts';
import { syncRulesOf } from './sync-rules.ts';

export interface SyncDeps extends Omit<PassDeps, 'store' | 'now' | 'monotonic'> {
  readonly index: Pick<ContactIndex, 'sync' | 'dropBook'>;
  readonly database: Pick<Database, 'read' | 'write' | 'now'>;
  readonly openConnections: Pick<OpenConnections, 'open'>;
  readonly admission: BackgroundAdmission;
  /** Counts what is sent at the same time. */
  readonly places: Pick<Places, 'enterBehind'>;
  /** True while nothing goes to the CRMs of an organization. */
  readonly isHeld: (organizationId: string) => Promise<boolean>;
  /** Free space where contacts are kept, in percent; undefined: not ours to look at. */
  readonly freeDisk?: () => Promise<number>;
  readonly clock: Clock;
  readonly events: SyncEvents;
}

/** What a process remembers of a connection between two looks at it. */
export interface SyncMemory {
  readonly brake: SyncBrake;
  /** Failures in a row, without a page between. */
  tries: number;
}

export interface SyncTurn {
  readonly of: BookScope;
  readonly lease: SyncLease;
  /** `kept`: what an earlier life of it wrote, for one that is new. */
  readonly memory: (connection: OpenConnection, kept: string | undefined) => SyncMemory;
  /** The process ends, or another has taken the right to sync. */
  readonly signal: AbortSignal;
  /** True when others wait, and this one has had its time. */
  readonly isOver: () => boolean;
}

/** When the connection is looked at next; undefined: not before somebody asks, or changes it. */
export interface TurnEnd {
  readonly dueAt: number | undefined;
  /** The CRM is left alone for so long, also when somebody asks, and also after a restart. */
  readonly pause?: SyncPause;
}

/** With less free space than this nothing is added to the copy. */
const LEAST_FREE_PERCENT = 10;
const DISK_PAUSE_MS = 5 * 60_000;
/** A connection that cannot be opened, or a fault of ours. */
export const FAULT_PAUSE_MS = 15 * 60_000;
/** A longer wait is spent without a place. */
const LONGEST_WAIT_MS = 10_000;
/** A schedule that is far away is looked at now and then all the same: clocks are set. */
const LONGEST_REST_MS = 24 * 60 * 60_000;

/**
 * Does what is to be done for one connection: pass after pass, until nothing is due, a fault makes it
 * wait, or its time is over. Rejects with `conflict` when another has taken the right to sync.
 */
export async function syncConnection(deps: SyncDeps, turn: SyncTurn): Promise<TurnEnd> {
  const { index, database } = deps;
  const store = index.sync;
  for (let working = false; ; working = true) {
    const connection = await openOrForget(deps, turn.of);
    if (connection === undefined) return { dueAt: undefined };
    const rules = syncRulesOf(connection);
    const { job, states, known } = await store.read(turn.of);
    if (
      !connection.options.contact_sync &&
      (states.length > 0 || known.people + known.companies > 0)
    ) {
      // A copy that nobody keeps up to date is worse than none, and nobody wants this one.
      await index.dropBook(turn.of);
      return { dueAt: undefined };
    }
    const now = database.now();
    const asked = job?.asked;
    const plan = planPass({ rules, states, asked, now, working });
    if (asked !== undefined && plan.kind === 'rest') {
      await answer(deps, turn, asked);
    }
    if (plan.kind === 'rest') return rest(plan.dueAt, now);
    if (turn.signal.aborted || (working && turn.isOver())) return { dueAt: now };
    const free = await deps.freeDisk?.();
    if (free !== undefined && free < LEAST_FREE_PERCENT) {
      deps.events.noSpace(turn.of, free);
      return { dueAt: now + DISK_PAUSE_MS };
    }
    const allowed = await permissionOf(deps, connection);
    if (!allowed.may) return { dueAt: allowed.againAt };
    const againAt = endOfPause(job?.notBefore, now);
    if (againAt !== undefined) return { dueAt: againAt };
    const isPerson = plan.method === 'Contacts';
    const memory = turn.memory(connection, job?.brake);
    const of = {
      connection,
      rules,
      plan,
      memory,
      known: isPerson ? known.people : known.companies,
    };
    const end = await onePass(deps, turn, of);
    if (end !== undefined) return end;
  }
}

/** A pause that ends later than any does was written by a clock that ran ahead. */
function endOfPause(notBefore: number | undefined, now: number): number | undefined {
  const isPaused = notBefore !== undefined && notBefore > now;
  return isPaused && notBefore <= now + LONGEST_REST_MS ? notBefore : undefined;
}

/** What was asked for is done for all methods, well or badly. */
async function answer(deps: SyncDeps, { of, lease }: SyncTurn, asked: SyncRequest): Promise<void> {
  await deps.index.sync.answerAsked(of, lease, asked.at);
}

function rest(dueAt: number | undefined, now: number): TurnEnd {
  return { dueAt: dueAt === undefined ? undefined : Math.min(dueAt, now + LONGEST_REST_MS) };
}

async function openOrForget(
  deps: Pick<SyncDeps, 'openConnections' | 'index'>,
  of: BookScope,
): Promise<OpenConnection | undefined> {
  try {
    return await deps.openConnections.open(of, of.connectionId);
  } catch (err) {
    if (!(err instanceof AppError) || err.code !== 'not_found') throw err;
    await deps.index.dropBook(of);
    return undefined;
  }
}

async function permissionOf(
  deps: Pick<SyncDeps, 'database' | 'isHeld'>,
  connection: OpenConnection,
): Promise<SyncPermission> {
  const { database } = deps;
  const { state, stateUntil: until, origins, organizationId } = connection;
  const hosts = (await readHosts(database.read, origins)).values();
  const isHeld = await deps.isHeld(organizationId);
  return maySync({ state, until, hosts, isHeld }, database.now());
}

interface PassOf {
  readonly connection: OpenConnection;
  readonly rules: SyncRules;
  readonly plan: Extract<NextPass, { readonly kind: 'pass' }>;
  readonly known: number;
  readonly memory: SyncMemory;
}

/** Runs a pass; undefined: what is next may be done at once. */
async function onePass(deps: SyncDeps, turn: SyncTurn, pass: PassOf): Promise<TurnEnd | undefined> {
  const { database, clock, index, events } = deps;
  const { of, lease } = turn;
  const { connection, plan, memory } = pass;
  const entry = createEntry(deps, { turn, connection, brake: memory.brake });
  const startedAt = database.now();
  const begun = clock.monotonic();
  try {
    const result = await runPass(
      { ...deps, store: index.sync, now: () => database.now(), monotonic: () => clock.monotonic() },
      {
        ...{ of, lease, ...pass, signal: entry.signal, tries: memory.tries, isOver: turn.isOver },
        admit: entry.admit,
        answered: (exchange, outcome) => {
          entry.leave();
          if (outcome === 'page') memory.tries = 0;
          const throttled = outcome === 'throttled';
          memory.brake.answered({ ...toBraked(exchange), throttled }, clock.monotonic());
        },
      },
    );
    const durationMs = clock.monotonic() - begun;
    const { counts } = result;
    events.passRan(of, { method: plan.method, kind: plan.pass, durationMs, result, counts });
    await tellConnection(deps, { connection, result, startedAt });
    const closed = entry.closed();
    if (closed !== undefined) return closed;
    return await settle(deps, { turn, memory, result, plan });
  } finally {
    entry.leave();
  }
}

interface Entry {
  /** Aborts with the turn, and when the connection may not be asked any more. */
  readonly signal: AbortSignal;
  /** Waits until a request may leave. */
  admit(ends: AbortSignal): Promise<void>;
  /** Gives the place of the request under way back. */
  leave(): void;
  /** When to look again, where the connection was closed meanwhile, or its CRM wants to be left alone. */
  closed(): TurnEnd | undefined;
}

function createEntry(
  deps: SyncDeps,
  of: {
    readonly turn: SyncTurn;
    readonly connection: OpenConnection;
    readonly brake: SyncBrake;
  },
): Entry {
  const { clock, database } = deps;
  const { turn, connection, brake } = of;
  const halt = new AbortController();
  let closed: TurnEnd | undefined;
  let leave: Leave = () => {};
  /** It may have been paused, changed or deleted since the last page. */
  const checkPermission = async (): Promise<void> => {
    const now = await openOrForget(deps, turn.of);
    const isSame = now?.revision === connection.revision;
    const allowed = now === undefined ? undefined : await permissionOf(deps, now);
    if (isSame && allowed?.may === true) return;
    closed = { dueAt: allowed?.may === false ? allowed.againAt : database.now() };
    halt.abort();
  };
  return {
    signal: AbortSignal.any([turn.signal, halt.signal]),
    admit: async (ends) => {
      leave();
      const waitMs = brake.nextAt() - clock.monotonic();
      if (waitMs > LONGEST_WAIT_MS) {
        const notBefore = database.now() + Math.ceil(waitMs);
        closed = { dueAt: notBefore, pause: { notBefore, brake: brake.write() } };
        halt.abort();
      }
      if (waitMs > 0) await clock.sleep(waitMs, ends);
      await checkPermission();
      ends.throwIfAborted();
      leave = await deps.places.enterBehind(connection, ends);
      await deps.admission.enter(connection, ends);
    },
    leave: () => {
      leave();
    },
    closed: () => closed,
  };
}

function toBraked({
  response,
  startedAt,
  durationMs,
}: ScrubbedExchange): Omit<Parameters<SyncBrake['answered']>[0], 'throttled'> {
  const budget =
    response === undefined ? undefined : readBudget(response.headers, startedAt + durationMs);
  return { budget, durationMs };
}

async function settle(
  deps: SyncDeps,
  of: {
    readonly turn: SyncTurn;
    readonly memory: SyncMemory;
    readonly result: PassResult;
    readonly plan: PassOf['plan'];
  },
): Promise<TurnEnd | undefined> {
  const { turn, memory, result, plan } = of;
  const now = deps.database.now();
  if (result.kind === 'completed') {
    memory.tries = 0;
    return undefined;
  }
  // Others wait, or the process ends: it goes on after them, or elsewhere.
  if (result.kind === 'paused') return { dueAt: now };
  if (result.counts.pages > 0) memory.tries = 0;
  const { fate } = result;
  if (fate.kind === 'anew') {
    const begun = { method: plan.method, kind: plan.pass, now, anew: true };
    await deps.index.sync.beginPass(turn.of, turn.lease, begun);
    return undefined;
  }
  const { code, message } = fate;
  const giveUp = fate.kind === 'given_up';
  memory.tries = giveUp ? 0 : memory.tries + 1;
  // What a CRM that works is asked for again costs it nothing; one that wants time gets it.
  const isThrottled = code === 'throttled' && !giveUp;
  const afterMs = giveUp ? 0 : Math.min(fate.afterMs, LONGEST_REST_MS);
  const pause = isThrottled ? { notBefore: now + afterMs, brake: memory.brake.write() } : undefined;
  await deps.index.sync.failPass(turn.of, turn.lease, {
    method: plan.method,
    failure: { code, message, at: now },
    ...{ giveUp, pause },
  });
  return giveUp ? undefined : { dueAt: now + afterMs };
}

/**
 * Credentials that the CRM refuses stop the connection, as they do where a call finds it out. A page
 * that comes shows that a CRM that was away is back. Nothing else of a sync touches calls.
 */
async function tellConnection(
  deps: Pick<SyncDeps, 'database'>,
  of: {
    readonly connection: OpenConnection;
    readonly result: PassResult;
    readonly startedAt: number;
  },
): Promise<void> {
  const { connection, result, startedAt } = of;
  const event = eventOf(connection, result);
  if (event === undefined) return;
  const { organizationId, id: connectionId } = connection;
  await deps.database.write((transaction) =>
    changeState(
      transaction,
      { organizationId },
      { connectionId, event, now: deps.database.now(), asOf: startedAt },
    ),
  );
}

function eventOf({ state }: OpenConnection, result: PassResult): ConnectionEvent | undefined {
  if (result.kind === 'failed' && result.refusedCredentials) {
    const { fate } = result;
    return { kind: 'unauthorized', reason: 'message' in fate ? fate.message : 'Refused.' };
  }
  const gotPage = result.kind === 'completed' || result.counts.pages > 0;
  return state === 'broken' && gotPage ? { kind: 'success' } : undefined;
}
