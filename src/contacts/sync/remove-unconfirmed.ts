import type { BookScope } from '../index/contact-index.ts';
import type { OpenContactIndex } from '../index/create-contact-index.ts';

export interface UnconfirmedDeps {
  readonly index: Pick<OpenContactIndex, 'sync' | 'dropBook' | 'removeOlder'>;
  /** For how long copies of a connection are kept unconfirmed; milliseconds. */
  readonly keptMs: (of: BookScope) => Promise<number>;
  readonly now: () => number;
}

/** The shortest time that a connection may choose. */
const LEAST_MS = 24 * 60 * 60_000;
/** Connections of one look. */
const SLICE = 500;

/**
 * Removes the copies of contacts that their CRMs have not confirmed for longer than the connection allows.
 * A list that was read to its end confirms all of them; where none ever was, a contact is as old as what
 * was last told of it. Resolves with how many connections lost contacts.
 */
export async function removeUnconfirmed(deps: UnconfirmedDeps): Promise<number> {
  let removed = 0;
  for (let after = ''; ;) {
    const slice = await deps.index.sync.jobs(after, SLICE);
    for (const of of slice) if (await removeOf(deps, of)) removed += 1;
    const last = slice.at(-1);
    if (last === undefined || slice.length < SLICE) return removed;
    after = last.connectionId;
  }
}

async function removeOf({ index, keptMs, now }: UnconfirmedDeps, of: BookScope): Promise<boolean> {
  const { job, states, known } = await index.sync.read(of);
  const at = now();
  if (known.people + known.companies === 0) return false;
  // A sync is under way: it confirms them.
  if (job !== undefined && job.lease.until > at) return false;
  const complete = states.flatMap(({ lastCompleteAt }) => lastCompleteAt ?? []);
  const confirmedAt = Math.max(0, ...complete);
  if (confirmedAt > at - LEAST_MS) return false;
  const before = at - (await keptMs(of));
  if (confirmedAt >= before) return false;
  if (confirmedAt === 0) return (await index.removeOlder(of, before)) > 0;
  // With how far the sync was: the next one lists everybody.
  await index.dropBook(of);
  await index.sync.schedule(of, at);
  return true;
}
