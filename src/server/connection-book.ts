import type { CallConnection, ConnectionBook } from '../calls/call-connection.ts';
import type {
  OpenConnection,
  OpenConnections,
  ToBeOpened,
} from '../connections/open-connection.ts';
import { namesNotKept } from '../contacts/allowed-fields.ts';
import { METHOD_NAMES, methodRow } from '../document/methods.ts';
import type { MethodName } from '../document/methods.ts';
import { AppError } from '../errors/app-error.ts';
import { namesTaken } from './contacts/names-taken.ts';

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
  const forgets = createForgets();
  const tryToOpen = async (
    organizationId: string,
    { id, open }: ToBeOpened,
  ): Promise<PipelineConnection | 'shut' | undefined> => {
    try {
      const connection = toPipeline(await open(), forgets);
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

function toPipeline(opened: OpenConnection, forgets: Forgets): PipelineConnection {
  const forgotten = forgets(opened);
  return {
    ...(forgotten === undefined ? {} : { forgets: forgotten }),
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

/** What the calls of a connection do not remember of contacts; see `CallConnection.forgets`. */
type Forgets = (opened: OpenConnection) => ReadonlySet<string> | undefined;

/** Requests of calls that may need what is known of the contact. */
const OF_CALLS = METHOD_NAMES.filter((name) => methodRow(name).idField === 'activity_id');

/** What later requests of a call send is remembered with the call, whatever may be stored else. */
function createForgets(): Forgets {
  // A document is looked through once.
  const needed = new WeakMap<OpenConnection['document'], ReadonlySet<string>>();
  return ({ document, options }) => {
    const notKept = namesNotKept(options.contact_fields);
    if (notKept.size === 0) return undefined;
    let names = needed.get(document);
    if (names === undefined) {
      names = new Set(OF_CALLS.flatMap((method) => [...namesTaken(document, method)]));
      needed.set(document, names);
    }
    return new Set([...notKept].filter((name) => names?.has(name) !== true));
  };
}
