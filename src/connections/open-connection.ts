import type { CompiledDocument } from '../document/compiled-document.ts';
import type { Limit } from '../document/options/limits.ts';
import type { ConnectionOptions } from '../document/options/options-schema.ts';
import { AppError } from '../errors/app-error.ts';
import type { OrganizationScope } from '../organizations/scope.ts';
import type { Database } from '../store/database.ts';
import type { ConnectionState } from '../store/tables/connections.ts';
import { effectiveOptions } from './effective-options.ts';
import {
  findConnection,
  findConnectionState,
  listConnectionStates,
} from './connections-repository.ts';
import type { ConnectionNow } from './connections-repository.ts';
import { withDefaults } from './property-values.ts';
import { readMembers, readTexts } from './stored-json.ts';
import { openSecrets } from './stored-secrets.ts';
import type { Vault } from './vault.ts';

/** A connection ready to run methods: compiled, with opened secrets. Never logged, never sent on. */
export interface OpenConnection {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly revision: number;
  readonly state: ConnectionState;
  /** Epoch milliseconds; see the row of the table. */
  readonly stateUntil: number | null;
  /** True once calls have been planned on it. */
  readonly paced?: boolean;
  readonly document: CompiledDocument;
  readonly properties: Readonly<Record<string, string>>;
  readonly options: ConnectionOptions;
  /** How many requests its CRM takes: those of the document, or the option `rate`. */
  readonly limits: readonly Limit[];
  readonly country: string;
  readonly timezone: string;
  /** The only addresses its credentials go to. */
  readonly origins: readonly string[];
  /** Values that must appear in no log, ledger or answer. */
  readonly secrets: readonly string[];
}

export interface OpenConnectionDeps {
  readonly database: Database;
  readonly vault: Vault;
  readonly documents: (version: { digest: string; document: string }) => CompiledDocument;
  /** Told each secret when it is opened, before anything can print it. */
  readonly registerSecret?: (secret: string) => void;
}

export interface OpenConnections {
  /** Rejects with `not_found` for a foreign or missing connection, `internal` for a broken secret. */
  open(scope: OrganizationScope, id: string): Promise<OpenConnection>;
  /** All of an organization, oldest first, each to be opened; `open` rejects as above. */
  list(scope: OrganizationScope): Promise<readonly ToBeOpened[]>;
}

/** A connection that was read and is not opened yet. */
export interface ToBeOpened {
  readonly id: string;
  open(): Promise<OpenConnection>;
}

/** Connections whose secrets are kept open: those used last. */
const MAX_OPEN = 1_000;

type Prepared = Pick<
  OpenConnection,
  'revision' | 'document' | 'properties' | 'options' | 'limits' | 'origins' | 'secrets'
>;

/**
 * Opens connections. State, name, country and zone are read each time; what is costly (secrets,
 * options, the compiled document) is kept until the revision changes.
 */
export function createOpenConnections(deps: OpenConnectionDeps): OpenConnections {
  const kept = new Map<string, Prepared>();
  const openRow = async (scope: OrganizationScope, row: ConnectionNow): Promise<OpenConnection> => {
    const { id } = row;
    const known = kept.get(id);
    const prepared = known?.revision === row.revision ? known : await prepare(deps, scope, id);
    kept.delete(id);
    kept.set(id, prepared);
    if (kept.size > MAX_OPEN) {
      const [oldest] = kept.keys();
      if (oldest !== undefined) kept.delete(oldest);
    }
    return {
      ...prepared,
      id,
      organizationId: row.organization_id,
      name: row.name,
      state: row.state,
      stateUntil: row.state_until,
      paced: row.paced !== null,
      country: prepared.options.country ?? row.organization_country,
      timezone: prepared.options.timezone ?? row.organization_timezone,
    };
  };
  return {
    open: async (scope, id) => {
      const row = await findConnectionState(deps.database.read, scope, id);
      if (row === undefined) throw missing(id);
      return await openRow(scope, row);
    },
    list: async (scope) => {
      const rows = await listConnectionStates(deps.database.read, scope);
      return rows.map((row) => ({ id: row.id, open: () => openRow(scope, row) }));
    },
  };
}

async function prepare(
  deps: OpenConnectionDeps,
  scope: OrganizationScope,
  id: string,
): Promise<Prepared> {
  const row = await findConnection(deps.database.read, scope, id);
  if (row === undefined) throw missing(id);
  const secret = await openSecrets(deps.database.read, scope, {
    connectionId: row.id,
    vault: deps.vault,
  });
  for (const value of secret.values()) deps.registerSecret?.(value);
  const document = deps.documents(row);
  const values = new Map([...readTexts(row.properties), ...secret]);
  const properties = withDefaults(document.properties, values);
  const { options, limits } = effectiveOptions(document.source, readMembers(row.options));
  return {
    revision: row.revision,
    document,
    properties,
    options,
    limits,
    origins: document.originsOf(properties),
    secrets: [...secret.values()],
  };
}

function missing(id: string): AppError {
  return new AppError('not_found', `There is no connection '${id}'.`);
}
