import type { CallConnection, ConnectionBook } from '../calls/call-connection.ts';
import { listConnectionIds } from '../connections/connections-repository.ts';
import type { OpenConnection, OpenConnections } from '../connections/open-connection.ts';
import type { MethodName } from '../document/methods.ts';
import { AppError } from '../errors/app-error.ts';
import type { Database } from '../store/database.ts';

/** A connection as the pipeline sees it, with what running its methods needs. */
export interface PipelineConnection extends CallConnection {
  readonly opened: OpenConnection;
}

export interface ConnectionBookDeps {
  readonly database: Pick<Database, 'read'>;
  readonly openConnections: OpenConnections;
  readonly log: { error(fields: Readonly<Record<string, unknown>>, message: string): void };
}

/** The pipeline's view of the connections; what is costly to open is kept by `openConnections`. */
export function createConnectionBook(deps: ConnectionBookDeps): ConnectionBook<PipelineConnection> {
  const { database, openConnections } = deps;
  const shut = new Set<string>();
  const find = async (
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
  const tryToOpen = async (
    organizationId: string,
    connectionId: string,
  ): Promise<PipelineConnection | 'shut' | undefined> => {
    try {
      const connection = await find(organizationId, connectionId);
      shut.delete(connectionId);
      return connection;
    } catch (err) {
      if (isOfDatabase(err)) throw err;
      // It is asked for again and again: once is enough for the log.
      if (!shut.has(connectionId)) {
        const of = { connection_id: connectionId, organization_id: organizationId };
        deps.log.error({ err, ...of }, 'a connection cannot be opened: its calls wait');
      }
      shut.add(connectionId);
      return 'shut';
    }
  };
  return {
    open: async (organizationId, connectionId) => {
      const connection = await tryToOpen(organizationId, connectionId);
      return connection === 'shut' ? undefined : connection;
    },
    ofOrganization: async (organizationId) => {
      const ids = await listConnectionIds(database.read, { organizationId });
      const opened = await Promise.all(ids.map((id) => tryToOpen(organizationId, id)));
      return {
        open: opened.filter((one) => one !== undefined && one !== 'shut'),
        shut: ids.filter((_id, at) => opened[at] === 'shut'),
      };
    },
  };
}

/** A database that is away says nothing about a connection. */
function isOfDatabase(err: unknown): boolean {
  return err instanceof AppError && DATABASE_CODES.has(err.code);
}

const DATABASE_CODES: ReadonlySet<string> = new Set(['database_unavailable', 'database_failed']);

function toPipeline(opened: OpenConnection): PipelineConnection {
  return {
    id: opened.id,
    organizationId: opened.organizationId,
    country: opened.country,
    timezone: opened.timezone,
    options: opened.options,
    limits: opened.limits,
    origins: opened.origins,
    methods: new Set<MethodName>(opened.document.methods.keys()),
    opened,
  };
}
