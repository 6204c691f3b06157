import type { ContactIndex, BookScope } from '../index/contact-index.ts';

/** Rows of one look. */
const SLICE = 500;

/** Lists what there is after an id, in the order of ids. */
type ListAfter = (after: string, limit: number) => Promise<readonly BookScope[]>;

export interface AdoptDeps {
  readonly index: Pick<ContactIndex, 'sync' | 'dropBook'>;
  /** Of all organizations. */
  readonly listConnections: ListAfter;
  readonly now: () => number;
}

/**
 * Gives each connection a job for its contacts, and forgets the contacts of connections that are gone.
 * Whoever makes or deletes a connection need not think of that.
 */
export async function adoptConnections({ index, listConnections, now }: AdoptDeps): Promise<void> {
  // In this order: a connection that is made meanwhile has no job yet, and none is taken from it.
  const jobs = await readAll((after, limit) => index.sync.jobs(after, limit));
  const connections = await readAll(listConnections);
  for (const [connectionId, of] of connections) {
    if (!jobs.has(connectionId)) await index.sync.schedule(of, now());
  }
  for (const [connectionId, of] of jobs) {
    if (!connections.has(connectionId)) await index.dropBook(of);
  }
}

async function readAll(list: ListAfter): Promise<ReadonlyMap<string, BookScope>> {
  const all = new Map<string, BookScope>();
  let after = '';
  for (;;) {
    const rows = await list(after, SLICE);
    for (const row of rows) all.set(row.connectionId, row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < SLICE) return all;
    after = last.connectionId;
  }
}
