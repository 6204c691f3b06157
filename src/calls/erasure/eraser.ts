import { recordDeed } from '../../access/audit.ts';
import type { OrganizationScope } from '../../organizations/scope.ts';
import type { Handle } from '../../store/handle.ts';
import type { Ids } from '../../text/uuid.ts';
import { countInCalls } from './apply-erasure.ts';
import { added, NONE } from './counts.ts';
import type { ErasedCounts } from './counts.ts';
import { madeOf } from './erase-made.ts';
import { applyErasures, mentions } from './erase-round.ts';
import type { RoundDeps } from './erase-round.ts';
import { findAuditEntries, findRefusedEvents } from './erase-traces.ts';
import { beginAgain, findSameErasure, insertErasure, readDigests } from './erasure-repository.ts';
import type { ErasureRow } from './erasure-repository.ts';
import type { NamedPerson, PersonDigests } from './person.ts';
import { sealPerson } from './sealed-person.ts';

export interface EraserDeps extends RoundDeps {
  readonly ids: Ids;
  readonly countCopies: (
    organizationId: string,
    person: NamedPerson,
    signal: AbortSignal,
  ) => Promise<number>;
  readonly log: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
}

/** Whom to erase. */
export interface ErasureWish {
  /** As somebody asked for it: the same wish is the same erasure. */
  readonly asked: NamedPerson;
  /** All that the person is known by here; has what was asked for. */
  readonly person: NamedPerson;
  /** What is read of the person later is not kept either. */
  readonly keepOut: boolean;
}

export interface Eraser {
  /** What would go, and how many calls would wait; nothing is written. */
  preview(
    scope: OrganizationScope,
    wish: ErasureWish,
    signal: AbortSignal,
  ): Promise<{ readonly counts: ErasedCounts; readonly waiting: number }>;
  /** Notes that somebody is to be erased, or has the erasure that is applied already begin again. */
  begin(scope: OrganizationScope, wish: ErasureWish, actor: string): Promise<ErasureRow>;
  /** False where the texts are no numbers and no contacts. */
  knows(scope: OrganizationScope, person: NamedPerson): Promise<boolean>;
  /** Goes on with what is not done, and applies again what may have come back. */
  wake(): void;
  close(): Promise<void>;
}

/** Rows that were late come within a day. */
const APPLIED_FOR_MS = 24 * 60 * 60 * 1_000;

export function createEraser(deps: EraserDeps): Eraser {
  const { database, digests, vault } = deps;
  const closing = new AbortController();
  let running: Promise<void> | undefined;
  let again = false;
  const run = async (): Promise<void> => {
    do {
      again = false;
      try {
        await applyErasures(deps, closing.signal);
      } catch (err) {
        if (!closing.signal.aborted)
          deps.log.warn({ err }, 'erasing a person failed; it is tried again');
        return;
      }
    } while (again && !closing.signal.aborted);
  };
  return {
    knows: async ({ organizationId }, { numbers, contacts }) => {
      const countries = await deps.countriesOf(organizationId);
      const named = numbers.map((number) =>
        digests.of(organizationId, countries, { numbers: [number], contacts: [] }),
      );
      // A number that is none has the digest of its last digits alone.
      return named.every(({ length }) => length > 1) && numbers.length + contacts.length > 0;
    },
    preview: async ({ organizationId }, { person: named }, signal) => {
      const countries = await deps.countriesOf(organizationId);
      const known = await digestsOf(digests, { organizationId, countries, named, signal });
      const person = { organizationId, countries, digests: new Set(known) };
      const askedAt = database.now();
      const { counts: ofCalls, waiting } = await countInCalls(deps, person, {
        ...{ askedAt, after: '', since: askedAt },
        signal: AbortSignal.any([signal, closing.signal]),
      });
      const refused = await findRefusedEvents(database.read, {
        organizationId,
        digits: deps.digitsOf(named, countries),
      });
      const answers = await deps.findAnswers(database.read, organizationId, (answer) =>
        mentions(answer, digests, person),
      );
      const { contacts } = named;
      const entries = await findAuditEntries(database.read, { organizationId, contacts });
      const counts = added(ofCalls, {
        index_contacts: await deps.countCopies(organizationId, named, signal),
        made_contacts: (await madeOf(database.read, digests, person)).length,
        refused_events: refused.length,
        kept_answers: answers.length,
        audit_entries: entries.length,
      });
      return { counts, waiting };
    },
    begin: async (scope, { asked, person, keepOut }, actor) => {
      const { organizationId } = scope;
      const countries = await deps.countriesOf(organizationId);
      const wish = digests.ofWish(organizationId, countries, asked);
      const known = await digestsOf(digests, { organizationId, countries, named: person });
      const deed = (transaction: Handle, id: string, now: number): Promise<void> =>
        recordDeed(transaction, scope, {
          ...{ ids: deps.ids, actor, action: 'person.erased', at: now },
          ...{ objectKind: 'erasure', objectId: id, details: { keep_out: keepOut } },
        });
      return await database.write(async (transaction) => {
        const now = database.now();
        const before = await findSameErasure(transaction, scope, { wish, now });
        if (before !== undefined) {
          // Whoever asks again wants it looked for again.
          const all = new Set([...readDigests(before), ...known]);
          const change = {
            ...{ asked_at: now, ends_at: now + APPLIED_FOR_MS },
            digests: JSON.stringify([...all]),
            ...sealPerson(vault, before.id, person),
            keep_out: keepOut ? 1 : before.keep_out,
          };
          await beginAgain(transaction, scope, before.id, change);
          await deed(transaction, before.id, now);
          return { ...before, ...change, looked_at: '', applied_at: null };
        }
        const id = deps.ids.next();
        const fresh: ErasureRow = {
          ...{ id, organization_id: organizationId, actor, asked_at: now, wish },
          ...{ ends_at: now + APPLIED_FOR_MS, digests: JSON.stringify(known) },
          ...{ looked_at: '', applied_at: null, waiting: 0, waiting_from: '' },
          ...sealPerson(vault, id, person),
          ...{ keep_out: keepOut ? 1 : 0, node: null, lease_until: 0, fence: 0 },
          counts: JSON.stringify(NONE),
        };
        await insertErasure(transaction, fresh);
        await deed(transaction, id, now);
        return fresh;
      });
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

/** Numbers between two looks at other work: some milliseconds. */
const SLICE = 20;

/** The digests of somebody who may have very many numbers, made so that others have their turn. */
async function digestsOf(
  digests: PersonDigests,
  of: {
    readonly organizationId: string;
    readonly countries: readonly string[];
    readonly named: NamedPerson;
    readonly signal?: AbortSignal;
  },
): Promise<readonly string[]> {
  const { organizationId, countries, named, signal } = of;
  const known = new Set(digests.of(organizationId, countries, { ...named, numbers: [] }));
  for (let from = 0; from < named.numbers.length; from += SLICE) {
    signal?.throwIfAborted();
    const numbers = named.numbers.slice(from, from + SLICE);
    for (const one of digests.of(organizationId, countries, { numbers, contacts: [] })) {
      known.add(one);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return [...known];
}
