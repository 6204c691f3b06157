import type { Database } from '../../store/database.ts';
import type { Handle } from '../../store/handle.ts';
import type { CallFacts } from '../call-facts.ts';
import type { LaneMemory } from '../call-values.ts';
import { readMemory } from '../step-rows.ts';
import { added, NONE } from './counts.ts';
import type { ErasedCounts } from './counts.ts';
import { countErasable, eraseCall, isAtRest, removeFiles } from './erase-call.ts';
import { eraseChoice } from './erase-choice.ts';
import type { IsContact } from './erase-choice.ts';
import type { CallErasure } from './erase-call.ts';
import { memoriesOf, nextCalls } from './erasure-repository.ts';
import type { CallToLookAt } from './erasure-repository.ts';
import { ERASED } from './person.ts';
import type { Person, PersonDigests } from './person.ts';

/** Calls of one look: their numbers are read and digested in some milliseconds. */
const SLICE = 100;

export interface LookDeps {
  readonly database: Pick<Database, 'read'>;
  readonly digests: PersonDigests;
  readonly removeFile: (file: string) => Promise<void>;
}

export interface LookAt {
  readonly askedAt: number;
  /** The last call that was looked at; `''`: none. */
  readonly after: string;
  /** Of calls erased before, only those that had an event since. */
  readonly since: number;
  readonly signal: AbortSignal;
}

/** What would go of a person in the calls of an organization, and how many of them are under way. */
export async function countInCalls(
  deps: LookDeps,
  person: Person,
  of: LookAt,
): Promise<{ readonly counts: ErasedCounts; readonly waiting: number }> {
  const { read } = deps.database;
  let counts = NONE;
  let waiting = 0;
  await eachCall(deps, person, of, async ({ calls }) => {
    for (const { id } of calls) {
      if (await isAtRest(read, id, { givesUp: false })) {
        counts = added(counts, await countErasable(read, id));
      } else {
        waiting += 1;
      }
    }
  });
  return { counts, waiting };
}

/** What one slice of calls came to. */
export interface LookedAt {
  /** Id of the last call of the slice. */
  readonly last: string;
  /** Ids of calls that are erased when they end. */
  readonly waiting: readonly string[];
}

/**
 * Erases a person from the calls of an organization, slice by slice, between which everything else goes
 * on. A call that began after the wish is not of it. `counted` runs a job in a transaction that counts
 * what it erased, `looked` is told after each slice: cut off, the next run goes on behind it.
 */
export async function eraseFromCalls(
  deps: LookDeps,
  person: Person,
  of: LookAt &
    Pick<CallErasure, 'givesUp'> & {
      readonly counted: (
        job: (transaction: Handle) => Promise<Partial<ErasedCounts>>,
      ) => Promise<void>;
      readonly looked: (at: LookedAt) => Promise<void>;
    },
): Promise<void> {
  const { givesUp } = of;
  const hasNumber = (number: string): boolean => deps.digests.hasNumber(person, number);
  const isOf: IsContact = (connectionId, contact) =>
    deps.digests.hasContact(person, connectionId, contact);
  await eachCall(deps, person, of, async ({ calls, amongOthers, last }) => {
    const waiting: string[] = [];
    const erase = async (
      id: string,
      job: (transaction: Handle) => Promise<Partial<ErasedCounts> | 'waits'>,
    ): Promise<void> => {
      let waits = false;
      await of.counted(async (transaction) => {
        const erased = await job(transaction);
        waits = erased === 'waits';
        return erased === 'waits' ? {} : erased;
      });
      if (waits) waiting.push(id);
    };
    for (const id of amongOthers) {
      await erase(id, (transaction) => eraseChoice(transaction, id, isOf));
    }
    for (const { id } of calls) {
      if (!(await isAtRest(deps.database.read, id, { givesUp }))) {
        waiting.push(id);
        continue;
      }
      // First the files, then what names them.
      await removeFiles(deps, id);
      await erase(id, (transaction) => eraseCall(transaction, id, { hasNumber, givesUp }));
    }
    await of.looked({ last, waiting });
  });
}

interface Slice {
  /** Those of the person. */
  readonly calls: readonly CallToLookAt[];
  /** Ids of calls of others, for which the person was one of several to choose from. */
  readonly amongOthers: readonly string[];
  /** The last of all. */
  readonly last: string;
}

/** Goes through the calls of the person's organization. */
async function eachCall(
  deps: LookDeps,
  person: Person,
  of: LookAt,
  told: (slice: Slice) => Promise<void>,
): Promise<void> {
  for (let { after } = of; ;) {
    of.signal.throwIfAborted();
    const calls = await nextCalls(deps.database.read, person, { after, limit: SLICE });
    const last = calls.at(-1);
    if (last === undefined) return;
    await told({ ...(await theirs(deps, person, { ...of, calls })), last: last.id });
    after = last.id;
    // Reading is synchronous on SQLite: others come in between.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function theirs(
  { database, digests }: Pick<LookDeps, 'database' | 'digests'>,
  person: Person,
  of: Pick<LookAt, 'askedAt' | 'since'> & { readonly calls: readonly CallToLookAt[] },
): Promise<Omit<Slice, 'last'>> {
  const memories = await memoriesOf(
    database.read,
    of.calls.map(({ id }) => id),
  );
  const has = (connectionId: string, contact: LaneMemory['contact']): boolean =>
    digests.hasContact(person, connectionId, contact);
  const byContact = new Set<string>();
  const byChoice = new Set<string>();
  for (const lane of memories) {
    const { contact, choices = [] } = readMemory(lane);
    if (has(lane.connection_id, contact)) byContact.add(lane.call_id);
    else if (choices.some((one) => has(lane.connection_id, one))) byChoice.add(lane.call_id);
  }
  const calls = of.calls.filter((call) => {
    const facts = JSON.parse(call.facts) as CallFacts;
    // A phone system's clock may be wrong: what was here before the wish is of it, whatever it says.
    if (call.created_at > of.askedAt && facts.startedAt > of.askedAt) return false;
    const { callingNumber, calledNumber } = facts;
    const numbers = [callingNumber, calledNumber].filter((one) => one !== undefined);
    if (numbers.some((number) => digests.hasNumber(person, number))) return true;
    if (byContact.has(call.id)) return true;
    return numbers.includes(ERASED) && call.last_event_at >= of.since;
  });
  const own = new Set(calls.map(({ id }) => id));
  return { calls, amongOthers: [...byChoice].filter((id) => !own.has(id)) };
}
