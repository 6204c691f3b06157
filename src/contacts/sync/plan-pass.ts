import type { PassKind, SyncMethod, SyncRequest, SyncState } from '../index/sync-store.ts';
import { readMarks, readPlace } from './sync-place.ts';
import type { KeptMarks, SyncPlace } from './sync-place.ts';

/** What the document and the options of a connection say of its sync. */
export interface SyncRules {
  /** In the order in which they run. */
  readonly methods: readonly {
    readonly method: SyncMethod;
    /** It can be asked for changes only. */
    readonly takesSince: boolean;
  }[];
  /** Digest of what a list is asked by: what was kept under another one is worth nothing. */
  readonly basis: string;
  readonly intervalMs: number;
  /** Only a full pass finds who is gone. */
  readonly fullEveryMs: number;
}

export type NextPass =
  | {
      readonly kind: 'pass';
      readonly method: SyncMethod;
      readonly pass: PassKind;
      /** Where an open pass goes on; without it the list is read from its start. */
      readonly place?: SyncPlace;
      /** The open pass cannot go on. */
      readonly anew: boolean;
      /** What changes are asked for with. */
      readonly marks?: KeptMarks;
    }
  /** Nothing is to be done before; undefined: not before somebody asks. */
  | { readonly kind: 'rest'; readonly dueAt: number | undefined };

/** A pass that stood still for longer reads its list from the start: marks expire, pages move. */
const RESUMED_WITHIN_MS = 6 * 60 * 60_000;
/** What is due so soon after another method of the connection runs together with it. */
const TOGETHER_SHARE = 0.1;

/**
 * Which pass of a connection is next at `now`: one that is open, then what was asked for, then what
 * its interval brings. Pure. `working`: another pass of the same connection has just ended.
 */
export function planPass(of: {
  readonly rules: SyncRules;
  readonly states: readonly SyncState[];
  readonly asked: SyncRequest | undefined;
  readonly now: number;
  readonly working: boolean;
}): NextPass {
  const { rules, states, asked, now, working } = of;
  const rows = rules.methods.map((row) => {
    const state = states.find(({ method }) => method === row.method);
    return { ...row, state, dueAt: dueAt(state, asked, rules), confirmAt: confirmAt(state) };
  });
  const slack = working ? rules.intervalMs * TOGETHER_SHARE : 0;
  const ready = rows.filter(
    (row) =>
      row.state?.pass !== undefined ||
      row.dueAt <= now + slack ||
      (row.confirmAt ?? Infinity) <= now,
  );
  const next = ready.find((row) => !isStuck(row.state)) ?? ready[0];
  if (next === undefined) {
    const times = rows.map((row) => Math.min(row.dueAt, row.confirmAt ?? Infinity));
    return { kind: 'rest', dueAt: times.length === 0 ? undefined : Math.min(...times) };
  }
  const { method, state } = next;
  const marks = readMarks(state?.marks);
  const wanted = kindOf(next, { ...of, marks });
  const open = state?.pass;
  const place = readPlace(open?.place);
  const goesOn =
    open !== undefined &&
    isUsable(open.place, of) &&
    !(wanted === 'full' && open.kind === 'changes');
  return {
    kind: 'pass',
    method,
    pass: goesOn ? open.kind : wanted,
    anew: open !== undefined && !goesOn,
    ...(goesOn && place !== undefined ? { place } : {}),
    ...(marks === undefined ? {} : { marks }),
  };
}

/** True when what was asked for is done, as far as this method goes, well or badly. */
export function isAnswered(state: SyncState | undefined, asked: SyncRequest): boolean {
  if (state === undefined || state.pass !== undefined) return false;
  const done = asked.kind === 'full' ? fullBegunAt(state) : state.lastBegunAt;
  return (done ?? 0) >= asked.at || (state.lastFailure?.at ?? 0) >= asked.at;
}

/** A full pass that ended after it was asked for may have begun before; then it is made once more. */
function fullBegunAt({ lastFullAt, lastCompleteAt, lastBegunAt }: SyncState): number | undefined {
  return lastFullAt !== undefined && lastFullAt === lastCompleteAt ? lastBegunAt : undefined;
}

/** A list that does not answer must not keep the other one waiting. */
function isStuck(state: SyncState | undefined): boolean {
  if (state?.lastFailure === undefined) return false;
  const { code, at } = state.lastFailure;
  const isStanding = code === 'unavailable' || code === 'unreadable';
  return isStanding && state.pass !== undefined && at > state.pass.startedAt;
}

function dueAt(
  state: SyncState | undefined,
  asked: SyncRequest | undefined,
  { intervalMs }: SyncRules,
): number {
  if (asked !== undefined && !isAnswered(state, asked)) return asked.at;
  if (state === undefined) return 0;
  const failedAt = state.lastFailure?.at ?? 0;
  // Counted from its start, so that a long pass does not push the next one away.
  const from = hasFailed(state) ? failedAt : state.lastBegunAt;
  return from === undefined ? 0 : from + intervalMs;
}

/** When a full pass looks again for whom the last one missed; after a failure as soon as any other. */
function confirmAt(state: SyncState | undefined): number | undefined {
  return state === undefined || hasFailed(state) ? undefined : state.confirmAt;
}

function hasFailed({ lastFailure, lastCompleteAt }: SyncState): boolean {
  return (lastFailure?.at ?? 0) > (lastCompleteAt ?? 0);
}

function kindOf(
  row: { readonly takesSince: boolean; readonly state: SyncState | undefined },
  of: {
    readonly rules: SyncRules;
    readonly asked: SyncRequest | undefined;
    readonly now: number;
    readonly marks: KeptMarks | undefined;
  },
): PassKind {
  const { rules, asked, now, marks } = of;
  const { state, takesSince } = row;
  if (!takesSince || state?.lastFullAt === undefined || marks?.basis !== rules.basis) return 'full';
  if (asked?.kind === 'full' && !isAnswered(state, asked)) return 'full';
  const fullAt = Math.min(state.lastFullAt + rules.fullEveryMs, state.confirmAt ?? Infinity);
  return now >= fullAt ? 'full' : 'changes';
}

/** An open pass that has no place yet begins at the start of the list, as it was to. */
function isUsable(
  kept: string | undefined,
  { rules, now }: { readonly rules: SyncRules; readonly now: number },
): boolean {
  if (kept === undefined) return true;
  const place = readPlace(kept);
  return place?.basis === rules.basis && now - place.at < RESUMED_WITHIN_MS;
}
