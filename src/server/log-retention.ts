import type { ConnectionBook } from '../calls/call-connection.ts';
import { removeExchangesOf } from '../calls/exchange-retention.ts';
import { listConnectionIds } from '../connections/connections-repository.ts';
import { ADMIN } from '../organizations/scope.ts';
import type { Database } from '../store/database.ts';
import type { PipelineConnection } from './connection-book.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
/** Connections of one look. */
const SLICE = 500;

/**
 * A chore that, once an hour, removes requests and answers of connections that keep them for a shorter
 * time than the server does.
 */
export function createLogRetention(deps: {
  readonly database: Database;
  readonly connections: Pick<ConnectionBook<PipelineConnection>, 'open'>;
}): () => Promise<void> {
  const { database, connections } = deps;
  /** The last call that was looked at, by connection; once a day all are, since old calls may be tried again. */
  const looked = new Map<string, string>();
  let lastAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = database.now();
    if (now - lastAt < HOUR_MS) return;
    if (Math.floor(now / DAY_MS) !== Math.floor(lastAt / DAY_MS)) looked.clear();
    lastAt = now;
    for (let after = ''; ;) {
      const slice = await listConnectionIds(database.read, ADMIN, { after, limit: SLICE });
      for (const of of slice) {
        const connection = await connections.open(of.organizationId, of.connectionId);
        const days = connection?.opened.options.log_retention_days;
        if (days === undefined) continue;
        const from = looked.get(of.connectionId) ?? '';
        const place = { after: from, before: now - days * DAY_MS };
        looked.set(of.connectionId, await removeExchangesOf(database, of, place));
      }
      const last = slice.at(-1);
      if (last === undefined || slice.length < SLICE) return;
      after = last.connectionId;
    }
  };
}
