import type { Database } from '../../store/database.ts';
import type { CallFacts } from '../call-facts.ts';
import { readMemory } from '../step-rows.ts';
import { eraseCall, NOTHING } from './erase-call.ts';
import type { ErasedRows } from './erase-call.ts';
import { memoriesOf, nextCalls } from './erasure-repository.ts';
import type { CallToLookAt } from './erasure-repository.ts';
import { ERASED } from './person.ts';
import type { Person, PersonDigests } from './person.ts';

/** Calls of one look: their numbers are read and digested in some milliseconds. */
const SLICE = 100;

export interface Applied {
  readonly rows: ErasedRows;
  /** Calls that are erased when they end. */
  readonly waiting: number;
}

/**
 * Erases a person from the calls of an organization, slice by slice, between which everything else goes
 * on. A call that began after the wish is not of it. `told` after each slice: the last call of it.
 */
export async function eraseFromCalls(
  deps: {
    readonly database: Database;
    readonly digests: PersonDigests;
    readonly removeFile: (file: string) => Promise<void>;
  },
  person: Person,
  of: {
    readonly askedAt: number;
    /** The last call that was looked at; `''`: none. */
    readonly after: string;
    /** Of calls erased before, only those that had an event since. */
    readonly since: number;
    readonly dryRun: boolean;
    readonly signal: AbortSignal;
    readonly told?: (after: string, applied: Applied) => Promise<void>;
  },
): Promise<Applied> {
  const { database, digests } = deps;
  const hasNumber = (number: string): boolean => digests.hasNumber(person, number);
  let rows = NOTHING;
  let waiting = 0;
  for (let after = of.after; ;) {
    of.signal.throwIfAborted();
    const calls = await nextCalls(database.read, person, { after, limit: SLICE });
    const last = calls.at(-1);
    if (last === undefined) return { rows, waiting };
    for (const call of await theirs(deps, person, { calls, hasNumber, ...of })) {
      const erased = await eraseCall(deps, call.id, { hasNumber, dryRun: of.dryRun });
      if (erased === 'waits') waiting += 1;
      else rows = sum(rows, erased);
    }
    after = last.id;
    await of.told?.(after, { rows, waiting });
    // Reading is synchronous on SQLite: others come in between.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function theirs(
  { database, digests }: { readonly database: Database; readonly digests: PersonDigests },
  person: Person,
  of: {
    readonly calls: readonly CallToLookAt[];
    readonly hasNumber: (number: string) => boolean;
    readonly askedAt: number;
    readonly since: number;
  },
): Promise<readonly CallToLookAt[]> {
  const memories = await memoriesOf(
    database.read,
    of.calls.map(({ id }) => id),
  );
  const byContact = new Set(
    memories
      .filter((lane) => digests.hasContact(person, lane.connection_id, readMemory(lane).contact))
      .map(({ call_id: id }) => id),
  );
  return of.calls.filter((call) => {
    const facts = JSON.parse(call.facts) as CallFacts;
    if (facts.startedAt > of.askedAt) return false;
    const { callingNumber, calledNumber } = facts;
    const numbers = [callingNumber, calledNumber].filter((one) => one !== undefined);
    if (numbers.some(of.hasNumber) || byContact.has(call.id)) return true;
    return numbers.includes(ERASED) && call.last_event_at >= of.since;
  });
}

function sum(a: ErasedRows, b: ErasedRows): ErasedRows {
  return {
    calls: a.calls + b.calls,
    events: a.events + b.events,
    exchanges: a.exchanges + b.exchanges,
    recordings: a.recordings + b.recordings,
  };
}
