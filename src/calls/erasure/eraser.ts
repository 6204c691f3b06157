import { recordDeed } from '../../access/audit.ts';
import type { OrganizationScope } from '../../organizations/scope.ts';
import { ADMIN } from '../../organizations/scope.ts';
import type { Database } from '../../store/database.ts';
import type { Handle } from '../../store/handle.ts';
import type { Ids } from '../../text/uuid.ts';
import { readMemory } from '../step-rows.ts';
import { eraseFromCalls } from './apply-erasure.ts';
import type { Applied } from './apply-erasure.ts';
import {
  findSameErasure,
  insertErasure,
  listErasures,
  updateErasure,
} from './erasure-repository.ts';
import type { ErasureRow } from './erasure-repository.ts';
import type { NamedPerson, Person, PersonDigests } from './person.ts';

/** How many of each kind went, or would go. */
export interface ErasedCounts {
  readonly index_contacts: number;
  readonly made_contacts: number;
  readonly refused_events: number;
  readonly calls: number;
  readonly events: number;
  readonly exchanges: number;
  readonly recordings: number;
}

export interface EraserDeps {
  readonly database: Database;
  readonly ids: Ids;
  readonly digests: PersonDigests;
  readonly removeFile: (file: string) => Promise<void>;
  /** Countries of the organization's connections. */
  readonly countriesOf: (organizationId: string) => Promise<readonly string[]>;
  /** Forgets copies of the contact and what CRMs just said of it; resolves with how many there were. */
  readonly forgetCopies: (
    organizationId: string,
    person: NamedPerson,
    dryRun: boolean,
  ) => Promise<number>;
  /** Digits by which the number stands in bodies of events that nobody could read. */
  readonly digitsOf: (number: string, countries: readonly string[]) => string | undefined;
  readonly log: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
}

export interface Eraser {
  /** What would go, and how many calls would wait; nothing is written. */
  preview(
    scope: OrganizationScope,
    person: NamedPerson,
    signal: AbortSignal,
  ): Promise<{ readonly counts: ErasedCounts; readonly waiting: number }>;
  /** Begins to erase somebody, or gives the erasure that is applied already. */
  begin(scope: OrganizationScope, person: NamedPerson, actor: string): Promise<ErasureRow>;
  /** `undefined` where the text is no number. */
  knows(scope: OrganizationScope, person: NamedPerson): Promise<boolean>;
  /** Goes on with what is not done, and applies again what may have come back. */
  wake(): void;
  close(): Promise<void>;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
/** Rows that were late come within a day. */
const APPLIED_FOR_MS = DAY_MS;
/** A call that has not ended for so long is not waited for any more. */
const WAITS_AT_MOST_MS = 8 * DAY_MS;
/** Calls older than this have no more events. */
const LATE_CALLS_MS = 2 * DAY_MS;
const ROUND_MS = 60_000;

export function createEraser(deps: EraserDeps): Eraser {
  const { database, digests } = deps;
  const closing = new AbortController();
  let running: Promise<void> | undefined;
  let again = false;
  const personOf = async (organizationId: string, known: readonly string[]): Promise<Person> => ({
    organizationId,
    digests: new Set(known),
    countries: await deps.countriesOf(organizationId),
  });
  const digestsOf = async (
    organizationId: string,
    named: NamedPerson,
  ): Promise<readonly string[]> =>
    digests.of(organizationId, await deps.countriesOf(organizationId), named);
  const round = async (): Promise<void> => {
    const now = database.now();
    const waitingSince = now - WAITS_AT_MOST_MS;
    for (const row of await listErasures(database.read, ADMIN, { now, waitingSince })) {
      const person = await personOf(row.organization_id, readList(row.digests));
      await applyRound(deps, row, { person, signal: closing.signal });
    }
  };
  const run = async (): Promise<void> => {
    do {
      again = false;
      try {
        await round();
      } catch (err) {
        if (!closing.signal.aborted)
          deps.log.warn({ err }, 'erasing a person failed; it is tried again');
        return;
      }
    } while (again && !closing.signal.aborted);
  };
  return {
    knows: async ({ organizationId }, named) => (await digestsOf(organizationId, named)).length > 0,
    preview: async ({ organizationId }, named, signal) => {
      const person = await personOf(organizationId, await digestsOf(organizationId, named));
      const askedAt = database.now();
      const { rows, waiting } = await eraseFromCalls(deps, person, {
        ...{ askedAt, after: '', since: askedAt, dryRun: true },
        signal: AbortSignal.any([signal, closing.signal]),
      });
      const counts = {
        index_contacts: await deps.forgetCopies(organizationId, named, true),
        made_contacts: (await madeOf(database.read, deps, person)).length,
        refused_events: await refusedEvents(deps, person, { named, dryRun: true }),
        ...rows,
      };
      return { counts, waiting };
    },
    begin: async (scope, named, actor) => {
      const { organizationId } = scope;
      const known = await digestsOf(organizationId, named);
      const person = await personOf(organizationId, known);
      const text = JSON.stringify(known);
      const before = await findSameErasure(database.read, scope, {
        ...{ digests: text, now: database.now() },
      });
      const copies = await deps.forgetCopies(organizationId, named, false);
      const refused = await refusedEvents(deps, person, { named, dryRun: false });
      const row = await database.write(async (transaction) => {
        const now = database.now();
        if (before !== undefined) {
          const counts = JSON.stringify(
            added(readCounts(before), { index_contacts: copies, refused_events: refused }),
          );
          // Whoever asks again wants it looked for again.
          const change = { counts, looked_at: '', applied_at: null };
          await updateErasure(transaction, scope, before.id, change);
          return { ...before, ...change };
        }
        const fresh: ErasureRow = {
          ...{ id: deps.ids.next(), organization_id: organizationId, actor, asked_at: now },
          ...{ ends_at: now + APPLIED_FOR_MS, digests: text, looked_at: '', applied_at: null },
          waiting: 0,
          counts: JSON.stringify(added(NONE, { index_contacts: copies, refused_events: refused })),
        };
        await insertErasure(transaction, fresh);
        await recordDeed(transaction, scope, {
          ...{ ids: deps.ids, actor, action: 'person.erased', at: now },
          ...{ objectKind: 'erasure', objectId: fresh.id },
        });
        return fresh;
      });
      return row;
    },
    wake: () => {
      if (closing.signal.aborted) return;
      again = true;
      running ??= run().finally(() => {
        running = undefined;
      });
    },
    close: async () => {
      closing.abort();
      await running;
    },
  };
}

/** Counts of a row, as they were written. */
export function readCounts({ counts }: Pick<ErasureRow, 'counts'>): ErasedCounts {
  return { ...NONE, ...(JSON.parse(counts) as Partial<ErasedCounts>) };
}

const NONE: ErasedCounts = {
  ...{ index_contacts: 0, made_contacts: 0, refused_events: 0 },
  ...{ calls: 0, events: 0, exchanges: 0, recordings: 0 },
};

function added(to: ErasedCounts, more: Partial<ErasedCounts>): ErasedCounts {
  const sum = (name: keyof ErasedCounts): number => to[name] + (more[name] ?? 0);
  return {
    index_contacts: sum('index_contacts'),
    made_contacts: sum('made_contacts'),
    refused_events: sum('refused_events'),
    calls: sum('calls'),
    events: sum('events'),
    exchanges: sum('exchanges'),
    recordings: sum('recordings'),
  };
}

async function applyRound(
  deps: EraserDeps,
  row: ErasureRow,
  { person, signal }: { readonly person: Person; readonly signal: AbortSignal },
): Promise<void> {
  const { database } = deps;
  const scope = { organizationId: row.organization_id };
  const startedAt = database.now();
  const isFirst = row.applied_at === null;
  // Within one round after the last one nothing new can be late by much.
  if (row.applied_at !== null && startedAt - row.applied_at < ROUND_MS && row.waiting === 0) return;
  const made = await eraseMade(deps, person);
  const before = added(readCounts(row), { made_contacts: made });
  const write = async (change: Parameters<typeof updateErasure>[3]): Promise<void> => {
    await database.write((transaction) => updateErasure(transaction, scope, row.id, change));
  };
  const toChange = ({ rows, waiting }: Applied) => ({
    waiting,
    counts: JSON.stringify(added(before, rows)),
  });
  const applied = await eraseFromCalls(deps, person, {
    askedAt: row.asked_at,
    after: isFirst ? row.looked_at : firstIdAt(row.asked_at - LATE_CALLS_MS),
    since: (row.applied_at ?? row.asked_at) - ROUND_MS,
    ...{ dryRun: false, signal },
    // Cut off, the next run goes on behind it.
    told: async (lookedAt, so) => {
      if (isFirst) await write({ looked_at: lookedAt, ...toChange(so) });
    },
  });
  await write({ applied_at: startedAt, ...toChange(applied) });
}

/** Ids of calls begin with the time at which they were made: 48 bits of milliseconds. */
function firstIdAt(ms: number): string {
  const hex = Math.max(0, ms).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

interface MadeRow {
  readonly table: 'made_contact' | 'saved_contact';
  readonly connectionId: string;
  readonly number: string;
}

/** Kept for some days only, so they are few. */
async function madeOf(
  handle: Handle,
  { digests }: Pick<EraserDeps, 'digests'>,
  person: Person,
): Promise<readonly MadeRow[]> {
  const { organizationId } = person;
  const made = await handle
    .selectFrom('made_contact')
    .select(['connection_id', 'number'])
    .where('organization_id', '=', organizationId)
    .execute();
  const saved = await handle
    .selectFrom('saved_contact')
    .select(['connection_id', 'number', 'contact'])
    .where('organization_id', '=', organizationId)
    .execute();
  return [
    ...made
      .filter(({ number }) => digests.hasNumber(person, number))
      .map(({ connection_id: connectionId, number }) => ({
        ...{ table: 'made_contact' as const, connectionId, number },
      })),
    ...saved
      .filter(({ connection_id: id, number, contact }) => {
        const known = readMemory({ memory: `{"contact":${contact}}` }).contact;
        return digests.hasNumber(person, number) || digests.hasContact(person, id, known);
      })
      .map(({ connection_id: connectionId, number }) => ({
        ...{ table: 'saved_contact' as const, connectionId, number },
      })),
  ];
}

async function eraseMade(deps: EraserDeps, person: Person): Promise<number> {
  const rows = await madeOf(deps.database.read, deps, person);
  if (rows.length === 0) return 0;
  await deps.database.write(async (transaction) => {
    for (const { table, connectionId, number } of rows) {
      await transaction
        .deleteFrom(table)
        .where('connection_id', '=', connectionId)
        .where('number', '=', number)
        .execute();
    }
  });
  return rows.length;
}

/** Events that could not be read stand as they came, for a week: those in which the number stands. */
async function refusedEvents(
  { database, digitsOf }: EraserDeps,
  { organizationId, countries }: Person,
  { named, dryRun }: { readonly named: NamedPerson; readonly dryRun: boolean },
): Promise<number> {
  const digits = named.number === undefined ? undefined : digitsOf(named.number, countries);
  if (digits === undefined) return 0;
  const rows = await database.read
    .selectFrom('refused_event')
    .innerJoin('phone_system', 'phone_system.id', 'refused_event.phone_system_id')
    .select('refused_event.id')
    .where('phone_system.organization_id', '=', organizationId)
    .where('refused_event.body', 'like', `%${digits}%`)
    .execute();
  if (rows.length === 0 || dryRun) return rows.length;
  await database.write((transaction) =>
    transaction
      .deleteFrom('refused_event')
      .where(
        'id',
        'in',
        rows.map(({ id }) => id),
      )
      .execute(),
  );
  return rows.length;
}

function readList(text: string): readonly string[] {
  const list: unknown = JSON.parse(text);
  return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [];
}
