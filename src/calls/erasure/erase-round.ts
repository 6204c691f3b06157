import type { Vault } from '../../connections/vault.ts';
import { ADMIN } from '../../organizations/scope.ts';
import type { Database } from '../../store/database.ts';
import type { Handle } from '../../store/handle.ts';
import { firstIdAt } from '../../text/uuid.ts';
import { eraseFromCalls } from './apply-erasure.ts';
import { added, NONE, readCounts } from './counts.ts';
import type { ErasedCounts } from './counts.ts';
import { eraseMade, madeOf } from './erase-made.ts';
import {
  deleteRefusedEvents,
  eraseFromAudit,
  findAuditEntries,
  findRefusedEvents,
  forgetSamples,
} from './erase-traces.ts';
import { claimErasure, listErasures, readDigests, updateClaimed } from './erasure-repository.ts';
import type { ErasureChange, ErasureClaim, ErasureRow } from './erasure-repository.ts';
import type { NamedPerson, Person, PersonDigests } from './person.ts';
import { FORGOTTEN, openPerson } from './sealed-person.ts';

export interface RoundDeps {
  readonly database: Database;
  readonly vault: Vault;
  readonly digests: PersonDigests;
  readonly node: string;
  readonly removeFile: (file: string) => Promise<void>;
  /** Countries of the organization's connections. */
  readonly countriesOf: (organizationId: string) => Promise<readonly string[]>;
  /** Forgets copies of the contact and what CRMs just said of it; resolves with how many there were. */
  readonly forgetCopies: (organizationId: string, person: NamedPerson) => Promise<number>;
  /** Digits by which the numbers stand in texts, without the country. */
  readonly digitsOf: (person: NamedPerson, countries: readonly string[]) => readonly string[];
  /** Ids of answers kept for repeats in which the person stands. */
  readonly findAnswers: (
    handle: Handle,
    organizationId: string,
    isOf: (answer: unknown) => boolean,
  ) => Promise<readonly string[]>;
  /** Forgets answers; resolves with how many there were. */
  readonly forgetAnswers: (transaction: Handle, ids: readonly string[]) => Promise<number>;
  /** As `Database.emptyLog` does, for the copies. */
  readonly emptyLogOfCopies: () => Promise<void>;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
const HOUR_MS = 60 * 60 * 1_000;
/** What the CRM was not told by then is given up, so that a CRM that is away keeps nobody here. */
const GIVES_UP_AFTER_MS = DAY_MS;
/** Calls older than this have no more events. */
const LATE_CALLS_MS = 2 * DAY_MS;
const ROUND_MS = 60_000;
/** Longer than any slice takes; each slice renews it. */
const LEASE_MS = 60_000;

/** Another process goes on with the erasure, or somebody asked for it anew. */
class Replaced extends Error {}

/** Applies every erasure once that is due and that no other process works on. */
export async function applyErasures(deps: RoundDeps, signal: AbortSignal): Promise<void> {
  const { database, node } = deps;
  for (const listed of await listErasures(database.read, ADMIN, database.now())) {
    signal.throwIfAborted();
    const now = database.now();
    if (!isDue(listed, now)) continue;
    const { id, organization_id: organizationId } = listed;
    const row = await database.write((transaction) =>
      claimErasure(transaction, { organizationId, id, node, now, until: now + LEASE_MS }),
    );
    if (row === undefined) continue;
    try {
      await applyOnce(deps, row, signal);
    } catch (err) {
      if (!(err instanceof Replaced)) throw err;
    }
  }
}

/** Within one round after the last one nothing new can be late by much. */
function isDue(row: ErasureRow, now: number): boolean {
  const isDone = row.applied_at !== null && row.waiting === 0 && row.ends_at > now;
  return !isDone || now - (row.applied_at ?? 0) >= ROUND_MS;
}

async function applyOnce(deps: RoundDeps, row: ErasureRow, signal: AbortSignal): Promise<void> {
  const { database } = deps;
  const startedAt = database.now();
  const claim = { id: row.id, organizationId: row.organization_id, fence: row.fence };
  const isOver = row.ends_at <= startedAt;
  const organizationId = row.organization_id;
  const countries = await deps.countriesOf(organizationId);
  const person = { organizationId, countries, digests: new Set(readDigests(row)) };
  const before = readCounts(row);
  const who = openPerson(deps.vault, row);
  if (who !== undefined) await eraseKnown(deps, claim, { row, who, person, startedAt });
  await eraseOfCalls(deps, claim, { row, person, startedAt, signal });
  const after = await countsOf(database.read, claim);
  if (JSON.stringify(after) !== JSON.stringify(before) || isHourly(row, startedAt)) {
    await database.emptyLog();
    await deps.emptyLogOfCopies();
  }
  await note(deps, claim, {
    ...{ applied_at: startedAt, lease_until: 0 },
    ...(isOver ? FORGOTTEN : {}),
  });
}

/** What is found by the person's own numbers and ids; these are kept, sealed, for a day. */
async function eraseKnown(
  deps: RoundDeps,
  claim: ErasureClaim,
  of: {
    readonly row: ErasureRow;
    readonly who: NamedPerson;
    readonly person: Person;
    readonly startedAt: number;
  },
): Promise<void> {
  const { database, digests } = deps;
  const { row, who, person, startedAt } = of;
  const { organizationId, countries } = person;
  const copies = await deps.forgetCopies(organizationId, who);
  if (copies > 0) await counted(deps, claim, async () => ({ index_contacts: copies }));
  const made = await madeOf(database.read, digests, person);
  if (made.length > 0) {
    await counted(deps, claim, async (transaction) => ({
      made_contacts: await eraseMade(transaction, made),
    }));
  }
  if (!isHourly(row, startedAt)) return;
  const refused = await findRefusedEvents(database.read, {
    organizationId,
    digits: deps.digitsOf(who, countries),
  });
  const answers = await deps.findAnswers(database.read, organizationId, (answer) =>
    mentions(answer, digests, person),
  );
  await counted(deps, claim, async (transaction) => {
    await forgetSamples(transaction, organizationId);
    return {
      refused_events: await deleteRefusedEvents(transaction, refused),
      audit_entries: await eraseFromAudit(
        transaction,
        await findAuditEntries(transaction, { organizationId, contacts: who.contacts }),
      ),
      kept_answers: await deps.forgetAnswers(transaction, answers),
    };
  });
}

/** What is looked through as a whole is so at first and once an hour. */
function isHourly(row: ErasureRow, now: number): boolean {
  const hour = (at: number): number => Math.floor((at - row.asked_at) / HOUR_MS);
  return row.applied_at === null || hour(row.applied_at) !== hour(now);
}

async function eraseOfCalls(
  deps: RoundDeps,
  claim: ErasureClaim,
  of: {
    readonly row: ErasureRow;
    readonly person: Person;
    readonly startedAt: number;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { row, person, startedAt, signal } = of;
  const isFirst = row.applied_at === null;
  const isResumed = isFirst && row.looked_at !== '';
  let waiting = isResumed ? row.waiting : 0;
  let waitingFrom = isResumed ? row.waiting_from : '';
  const late = firstIdAt(row.asked_at - LATE_CALLS_MS);
  const oldest = row.waiting > 0 && row.waiting_from < late ? before(row.waiting_from) : late;
  await eraseFromCalls(deps, person, {
    askedAt: row.asked_at,
    after: isFirst ? row.looked_at : oldest,
    since: (row.applied_at ?? row.asked_at) - ROUND_MS,
    givesUp: startedAt - row.asked_at >= GIVES_UP_AFTER_MS,
    signal,
    counted: (job) => counted(deps, claim, job),
    looked: async (at) => {
      waiting += at.waiting.length;
      if (waitingFrom === '') waitingFrom = at.waiting[0] ?? '';
      if (!isFirst) return;
      await note(deps, claim, {
        ...{ looked_at: at.last, waiting, waiting_from: waitingFrom },
        lease_until: deps.database.now() + LEASE_MS,
      });
    },
  });
  await note(deps, claim, { waiting, waiting_from: waitingFrom });
}

/** Runs a job and counts what it erased, in one transaction: whatever ends in between, it counts once. */
async function counted(
  deps: RoundDeps,
  claim: ErasureClaim,
  job: (transaction: Handle) => Promise<Partial<ErasedCounts>>,
): Promise<void> {
  const { database } = deps;
  const kept = await database.write(async (transaction) => {
    // First, so that nobody else works on it until the end of the transaction.
    const lease = { lease_until: database.now() + LEASE_MS };
    if (!(await updateClaimed(transaction, claim, lease))) return false;
    const more = await job(transaction);
    const counts = added(await countsOf(transaction, claim), more);
    return await updateClaimed(transaction, claim, { counts: JSON.stringify(counts) });
  });
  if (!kept) throw new Replaced();
}

async function note(deps: RoundDeps, claim: ErasureClaim, change: ErasureChange): Promise<void> {
  const kept = await deps.database.write((transaction) =>
    updateClaimed(transaction, claim, change),
  );
  if (!kept) throw new Replaced();
}

async function countsOf(handle: Handle, claim: ErasureClaim): Promise<ErasedCounts> {
  const row = await handle
    .selectFrom('erasure')
    .select('counts')
    .where('organization_id', '=', claim.organizationId)
    .where('id', '=', claim.id)
    .executeTakeFirst();
  return row === undefined ? NONE : readCounts(row);
}

/** True where an answer of the API names the person, at whatever depth. */
export function mentions(value: unknown, digests: PersonDigests, person: Person): boolean {
  if (typeof value === 'string') return digests.hasNumber(person, value);
  if (typeof value !== 'object' || value === null) return false;
  const connectionId: unknown = Reflect.get(value, 'connection_id');
  const id: unknown = Reflect.get(value, 'contact_id');
  const type: unknown = Reflect.get(value, 'contact_type');
  if (typeof connectionId === 'string' && typeof id === 'string') {
    const contact = { contact_id: id, ...(typeof type === 'string' ? { contact_type: type } : {}) };
    if (digests.hasContact(person, connectionId, contact)) return true;
  }
  return Object.values(value).some((inner) => mentions(inner, digests, person));
}

/** Everything from this id on is greater. */
function before(id: string): string {
  return id.slice(0, -1);
}
