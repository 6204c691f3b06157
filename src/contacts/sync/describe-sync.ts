import type { ConnectionState } from '../../store/tables/connections.ts';
import type { SyncJob, SyncMethod, SyncState } from '../index/sync-store.ts';
import type { SyncRules } from './plan-pass.ts';

/** What stands for the sync of a connection, as the store tells it. */
export interface SyncFacts {
  readonly job: SyncJob | undefined;
  readonly states: readonly SyncState[];
  readonly known: { readonly people: number; readonly companies: number };
  readonly rules: Pick<SyncRules, 'methods'>;
  /** The document has a list at all. */
  readonly hasLists: boolean;
  readonly connection: { readonly state: ConnectionState; readonly stateUntil: number | null };
  readonly now: number;
}

export interface SyncDescription {
  readonly state: 'off' | 'idle' | 'waiting' | 'running';
  readonly message: string;
  readonly nextAt: number | undefined;
  readonly lists: readonly ListDescription[];
}

export interface ListDescription {
  readonly method: SyncMethod;
  readonly state: SyncState | undefined;
  /** Of a full pass under way: what it will have, as far as anybody knows. */
  readonly estimate: number | undefined;
  readonly secondsLeft: number | undefined;
  /** Since the list was last complete. */
  readonly failure: FailureInWords | undefined;
}

export interface FailureInWords {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly at: number;
}

/** Puts into words how far the sync of a connection is. */
export function describeSync(facts: SyncFacts): SyncDescription {
  const { job, states, rules, now } = facts;
  const lists = rules.methods.map(({ method }) => {
    const state = states.find((one) => one.method === method);
    return describeList(method, state, now);
  });
  if (lists.length === 0)
    return { state: 'off', message: offWords(facts), nextAt: undefined, lists };
  const isLeased = job !== undefined && job.lease.until > now;
  const open = lists.find(({ state }) => state?.pass !== undefined);
  const isAsked = job?.asked !== undefined;
  // What has no time yet is looked at soon.
  const isDue = job?.dueAt === undefined || job.dueAt <= now;
  const state = isLeased ? 'running' : open !== undefined || isAsked || isDue ? 'waiting' : 'idle';
  const lacking = [remarkWords(lists), waitingWords(lists), missedWords(lists)].filter(
    (part) => part !== undefined,
  );
  const words =
    state === 'idle' ? idleWords(lists, lacking.length > 0) : workWords(facts, { state, open });
  const message = [words, ...lacking].join(' ');
  const dueAt = job?.dueAt === undefined ? undefined : Math.max(job.dueAt, job.notBefore ?? 0);
  return { state, message, nextAt: isLeased ? undefined : dueAt, lists };
}

function describeList(
  method: SyncMethod,
  state: SyncState | undefined,
  now: number,
): ListDescription {
  if (state === undefined) {
    return { method, state, estimate: undefined, secondsLeft: undefined, failure: undefined };
  }
  const { pass, counts, lastFailure, lastCompleteAt = 0 } = state;
  // More came than there were: how many it will be, nobody knows any more.
  const isKnown = pass?.kind === 'full' && (state.estimate ?? 0) >= counts.received;
  const estimate = isKnown ? state.estimate : undefined;
  const failure =
    lastFailure === undefined || lastFailure.at < lastCompleteAt
      ? undefined
      : { ...lastFailure, remedy: remedyOf(lastFailure.code) };
  return { method, state, estimate, secondsLeft: secondsLeft(state, estimate, now), failure };
}

/** By the speed of this pass until now. */
function secondsLeft(
  { pass, counts }: SyncState,
  estimate: number | undefined,
  now: number,
): number | undefined {
  if (pass === undefined || estimate === undefined || counts.received === 0) return undefined;
  const perRecord = Math.max(0, now - pass.startedAt) / counts.received;
  return Math.round(((estimate - counts.received) * perRecord) / 1_000);
}

function offWords({ hasLists }: SyncFacts): string {
  return hasLists
    ? 'The option `contact_sync` is off: no contacts are kept, and callers are looked for in the CRM itself.'
    : 'The document has neither `Contacts` nor `Organizations`: callers are looked for in the CRM itself.';
}

function idleWords(lists: readonly ListDescription[], lacks: boolean): string {
  const failed = lists.find((list) => list.failure !== undefined && !isRemark(list));
  if (failed !== undefined) {
    return `${NAMES[failed.method]} could not be read to the end the last time; it is tried again by the schedule.`;
  }
  if (!lists.every(({ state }) => state?.lastCompleteAt !== undefined)) {
    return 'No contacts were read yet.';
  }
  return lacks ? 'All lists were read to their end.' : 'The contacts are up to date.';
}

function workWords(
  facts: SyncFacts,
  of: { readonly state: 'running' | 'waiting'; readonly open: ListDescription | undefined },
): string {
  const { open } = of;
  const { received = 0 } = open?.state?.counts ?? {};
  const total = open?.estimate === undefined ? '' : ` of about ${open.estimate}`;
  const read = open === undefined ? '' : ` ${NAMES[open.method]}: ${received}${total} are read.`;
  if (of.state === 'running') return read === '' ? 'The sync has begun.' : read.trim();
  return `${waitWords(facts, open)}${read}`;
}

function waitWords({ connection, job, now }: SyncFacts, open: ListDescription | undefined): string {
  const { state } = connection;
  if (state !== 'active') return `The sync waits: the connection is \`${state}\`.`;
  const { dueAt = 0, notBefore = 0 } = job ?? {};
  const verb = open === undefined ? 'begins' : 'goes on';
  if (notBefore > now) {
    return `The CRM takes no more requests for now: the sync ${verb} at ${timeOf(notBefore)}, and not sooner for being asked again.`;
  }
  if (dueAt > now && open?.failure !== undefined) {
    return `The sync waits after a fault, and goes on where it stopped at ${timeOf(dueAt)}.`;
  }
  return dueAt > now
    ? `The sync ${verb} at ${timeOf(dueAt)}.`
    : `The sync ${verb} as soon as a server has time for it.`;
}

/** A moment in UTC to the second, never before it. */
function timeOf(at: number): string {
  return new Date(Math.ceil(at / 1_000) * 1_000).toISOString().replace('.000Z', 'Z');
}

/** True where the list was read to its end, and only something about it was strange. */
function isRemark({ state, failure }: ListDescription): boolean {
  return state?.pass === undefined && failure !== undefined && failure.at === state?.lastCompleteAt;
}

function remarkWords(lists: readonly ListDescription[]): string | undefined {
  const remarks = lists.filter(isRemark).map(({ failure }) => failure?.message);
  return remarks.length === 0 ? undefined : [...new Set(remarks)].join(' ');
}

function waitingWords(lists: readonly ListDescription[]): string | undefined {
  const gone = countsOf(lists, ({ waitingDeletions }) => waitingDeletions);
  if (gone === undefined) return undefined;
  return `The CRM no longer lists ${gone}, or calls them deleted: too many to go without a word. They stay until somebody sends \`accept_deletions\`; if the CRM should have them, look at what it lists.`;
}

/** What a list may lack only because it moved while it was read. */
function missedWords(lists: readonly ListDescription[]): string | undefined {
  const gone = countsOf(lists, ({ missed, waitingDeletions }) =>
    waitingDeletions === undefined ? missed : undefined,
  );
  if (gone === undefined) return undefined;
  return `The last full list lacks ${gone}: they are removed when the next full one lacks them, too.`;
}

/** Such as `1 company and 12 contacts`; undefined where no list has any. */
function countsOf(
  lists: readonly ListDescription[],
  countOf: (state: SyncState) => number | undefined,
): string | undefined {
  const counts = lists.flatMap(({ method, state }) => {
    const count = state === undefined ? 0 : (countOf(state) ?? 0);
    return count === 0 ? [] : `${count} ${count === 1 ? ONE[method] : NAMES[method].toLowerCase()}`;
  });
  return counts.length === 0 ? undefined : counts.join(' and ');
}

const NAMES: Readonly<Record<SyncMethod, string>> = {
  Contacts: 'Contacts',
  Organizations: 'Companies',
};

const ONE: Readonly<Record<SyncMethod, string>> = {
  Contacts: 'contact',
  Organizations: 'company',
};

/** What to do about a fault of a sync, by its code. */
export function remedyOf(code: string): string {
  return REMEDIES[code] ?? 'It is tried again by itself; the log of the server says more.';
}

/** What to do about a fault, by its code; see `SyncFailureCode`. */
const REMEDIES: Readonly<Record<string, string>> = {
  incomplete:
    'Nobody was taken for deleted. Look at `paging` of the method in the document, and at its `max_pages`.',
  no_list:
    'Look at what the CRM answers. If it leaves out its list where it is empty, nothing is wrong; but who was deleted is then known only where the CRM says so.',
  skipped: 'Look at `when` of the method in the document.',
  missing_value: 'Fill in the value that is named, in the properties of the connection.',
  refused: 'Look at the method in the document, and what the CRM says about its list.',
  forbidden: 'Give the CRM user of this connection the right to list contacts.',
  unauthorized: 'Enter new credentials, or sign in again; then the sync goes on by itself.',
  sign_in: 'It goes on by itself when the sign-in server of the CRM is back.',
  throttled: 'It goes on by itself, more slowly; calls are not held up.',
  unavailable: 'It goes on by itself when the CRM answers again.',
  unreadable: 'It is tried again by itself; if it stays so, look at what the CRM answers.',
  cancelled: 'The next sync comes by the schedule, or when it is asked for.',
};
