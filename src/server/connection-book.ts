import type { CallConnection, ConnectionBook } from '../calls/call-connection.ts';
import { listConnections } from '../connections/connections-repository.ts';
import type { OpenConnection, OpenConnections } from '../connections/open-connection.ts';
import type { MethodName } from '../document/methods.ts';
import { AppError } from '../errors/app-error.ts';
import type { Database } from '../store/database.ts';
import { MAX_PAGE_ROWS } from '../store/page.ts';

/** A connection as the pipeline sees it, with what running its methods needs. */
export interface PipelineConnection extends CallConnection {
  readonly opened: OpenConnection;
}

/** The pipeline's view of the connections; what is costly to open is kept by `openConnections`. */
export function createConnectionBook(
  database: Database,
  openConnections: OpenConnections,
): ConnectionBook<PipelineConnection> {
  const open = async (
    organizationId: string,
    connectionId: string,
  ): Promise<PipelineConnection | undefined> => {
    try {
      return toPipeline(await openConnections.open({ organizationId }, connectionId));
    } catch (err) {
      if (err instanceof AppError && err.code === 'not_found') return undefined;
      throw err;
    }
  };
  return {
    open,
    ofOrganization: async (organizationId) => {
      const ids = await connectionIds(database, organizationId);
      const opened = await Promise.all(ids.map((id) => open(organizationId, id)));
      return opened.filter((connection) => connection !== undefined);
    },
  };
}

async function connectionIds(
  database: Database,
  organizationId: string,
): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    // One page after another: each names the next.
    const page = await listConnections(
      database.read,
      { organizationId },
      { limit: MAX_PAGE_ROWS, cursor },
    );
    ids.push(...page.items.map((row) => row.id));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return ids;
}

function toPipeline(opened: OpenConnection): PipelineConnection {
  return {
    id: opened.id,
    organizationId: opened.organizationId,
    country: opened.country,
    timezone: opened.timezone,
    options: opened.options,
    methods: new Set<MethodName>(opened.document.methods.keys()),
    opened,
  };
}
