import type { OpenConnection } from '../../connections/open-connection.ts';
import { AppError } from '../../errors/app-error.ts';
import type { BookScope } from '../index/contact-index.ts';
import type { PassKind, SyncMethod, SyncState, SyncStore } from '../index/sync-store.ts';
import { describeSync } from './describe-sync.ts';
import type { SyncDescription, SyncFacts } from './describe-sync.ts';
import { hasLists, syncRulesOf } from './sync-rules.ts';

export interface SyncActionDeps {
  readonly store: SyncStore;
  readonly now: () => number;
  /** There may be work now. */
  readonly wake: () => void;
}

/** A sync as it is described, with what is kept. */
export interface SyncOverview extends SyncDescription {
  readonly people: number;
  readonly companies: number;
}

/** How far the sync of a connection is. */
export async function readSync(
  { store, now }: Pick<SyncActionDeps, 'store' | 'now'>,
  connection: OpenConnection,
): Promise<SyncOverview> {
  return overviewOf(connection, await store.read(bookOf(connection)), now());
}

/**
 * Asks for a sync, and joins one that is under way; `wake` has it begin at once. Resolves with how it
 * stood when it was asked for. Rejects with `conflict` where there is nothing to sync, or where
 * deletions are accepted while a full reading finds out anew who is missing.
 */
export async function askForSync(
  { store, now }: SyncActionDeps,
  connection: OpenConnection,
  request: { readonly full: boolean; readonly acceptDeletions: boolean },
): Promise<{ readonly removed: number; readonly overview: SyncOverview }> {
  const of = bookOf(connection);
  const before = await store.read(of);
  if (syncRulesOf(connection).methods.length === 0) {
    throw new AppError('conflict', overviewOf(connection, before, now()).message);
  }
  const removed = request.acceptDeletions ? await acceptDeletions(store, of, before.states) : 0;
  const facts = removed === 0 ? before : await store.read(of);
  const kind: PassKind = request.full ? 'full' : 'changes';
  const open = facts.states.flatMap(({ pass }) => (pass === undefined ? [] : [pass.kind]));
  const isUnderWay = open.length > 0 && (kind === 'changes' || open.includes('full'));
  const at = askedAt(facts.states, now());
  if (isUnderWay) await store.schedule(of, at);
  else await store.ask(of, { kind, at });
  const { asked } = facts.job ?? {};
  const planned = { dueAt: at, asked: isUnderWay ? asked : { kind, at } };
  const job = { ...NO_JOB, ...of, ...facts.job, ...planned };
  return { removed, overview: overviewOf(connection, { ...facts, job }, at) };
}

/** After all that was done before, also where clocks differ a little: else it would count as answered. */
export function askedAt(states: readonly SyncState[], now: number): number {
  const done = states.flatMap(({ lastBegunAt = 0, lastFailure }) => [
    lastBegunAt + 1,
    (lastFailure?.at ?? 0) + 1,
  ]);
  return Math.max(now, ...done.filter((at) => at <= now + CLOCKS_DIFFER_MS));
}

/** What is further away was written by a clock that ran ahead. */
const CLOCKS_DIFFER_MS = 5_000;

const NO_JOB = {
  notBefore: undefined,
  brake: undefined,
  lease: { owner: '', until: 0, fence: 0 },
} as const;

function overviewOf(
  connection: OpenConnection,
  read: Awaited<ReturnType<SyncStore['read']>>,
  now: number,
): SyncOverview {
  const { known } = read;
  const rules = syncRulesOf(connection);
  const facts: SyncFacts = { ...read, rules, connection, now, hasLists: hasLists(connection) };
  return { ...describeSync(facts), ...known };
}

/** Stops the pass that is under way, if there is one: whoever works on it loses the right to go on. */
export async function cancelSync(deps: SyncActionDeps, connection: OpenConnection): Promise<void> {
  const { store } = deps;
  const of = bookOf(connection);
  const at = deps.now();
  const before = await store.read(of);
  const isIdle =
    before.job?.asked === undefined && before.states.every(({ pass }) => pass === undefined);
  if (isIdle) return;
  const until = at + CANCEL_LEASE_MS;
  const lease = await store.takeLease(of, { owner: 'cancel', now: at, until, seize: true });
  if (lease === undefined) return;
  const { states } = await store.read(of);
  for (const { method, pass } of states) {
    if (pass === undefined) continue;
    await store.failPass(of, lease, { method, failure: { ...CANCELLED, at }, giveUp: true });
  }
  await store.answerAsked(of, lease, at);
  // Looked at once: it plans what comes by the schedule.
  await store.releaseLease(of, lease, { dueAt: deps.now(), wasDueAt: before.job?.dueAt });
  deps.wake();
}

/** Until it is released nobody else takes the sync up. */
const CANCEL_LEASE_MS = 10_000;
const CANCELLED = { code: 'cancelled', message: 'Somebody stopped the sync.' } as const;

async function acceptDeletions(
  store: SyncStore,
  of: BookScope,
  states: readonly SyncState[],
): Promise<number> {
  const waiting = states.filter(({ waitingDeletions }) => waitingDeletions !== undefined);
  if (waiting.some(({ pass }) => pass?.kind === 'full')) {
    throw new AppError(
      'conflict',
      'Everything is being read once more, and its end will say who is missing: ask again then, or stop it first.',
    );
  }
  const methods: readonly SyncMethod[] = waiting.map(({ method }) => method);
  let removed = 0;
  for (const method of methods) removed += await store.decideDeletions(of, method, true);
  return removed;
}

function bookOf({ organizationId, id }: OpenConnection): BookScope {
  return { organizationId, connectionId: id };
}
