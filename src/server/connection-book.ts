import type { CallConnection, ConnectionBook } from '../calls/call-connection.ts';
import type {
  OpenConnection,
  OpenConnections,
  ToBeOpened,
} from '../connections/open-connection.ts';
import type { MethodName } from '../document/methods.ts';
import { AppError } from '../errors/app-error.ts';

/** A connection as the pipeline sees it, with what running its methods needs. */
export interface PipelineConnection extends CallConnection {
  readonly opened: OpenConnection;
}

export interface ConnectionBookDeps {
  readonly openConnections: OpenConnections;
  readonly log: { error(fields: Readonly<Record<string, unknown>>, message: string): void };
}

/** The pipeline's view of the connections; what is costly to open is kept by `openConnections`. */
export function createConnectionBook(deps: ConnectionBookDeps): ConnectionBook<PipelineConnection> {
  const { openConnections } = deps;
  const shut = new Set<string>();
  const tryToOpen = async (
    organizationId: string,
    { id, open }: ToBeOpened,
  ): Promise<PipelineConnection | 'shut' | undefined> => {
    try {
      const connection = toPipeline(await open());
      shut.delete(id);
      return connection;
    } catch (err) {
      if (err instanceof AppError && err.code === 'not_found') return undefined;
      if (isOfDatabase(err)) throw err;
      // It is asked for again and again: once is enough for the log.
      if (!shut.has(id)) {
        const of = { connection_id: id, organization_id: organizationId };
        deps.log.error({ err, ...of }, 'a connection cannot be opened: its calls wait');
      }
      shut.add(id);
      return 'shut';
    }
  };
  return {
    open: async (organizationId, id) => {
      const open = () => openConnections.open({ organizationId }, id);
      const connection = await tryToOpen(organizationId, { id, open });
      return connection === 'shut' ? undefined : connection;
    },
    ofOrganization: async (organizationId) => {
      const all = await openConnections.list({ organizationId });
      const opened = await Promise.all(all.map((one) => tryToOpen(organizationId, one)));
      return {
        open: opened.filter((one) => one !== undefined && one !== 'shut'),
        shut: all.filter((_one, at) => opened[at] === 'shut').map(({ id }) => id),
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
    paced: opened.paced === true,
    options: opened.options,
    limits: opened.limits,
    origins: opened.origins,
    methods: new Set<MethodName>(opened.document.methods.keys()),
    opened,
  };
}
