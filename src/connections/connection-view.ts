import type { CompiledDocument } from '../document/compiled-document.ts';
import { AppError } from '../errors/app-error.ts';
import type { OrganizationScope } from '../organizations/scope.ts';
import type { Database } from '../store/database.ts';
import type { Handle } from '../store/handle.ts';
import type { ExternalPage, PageOf } from '../store/page.ts';
import { effectiveOptions } from './effective-options.ts';
import type { EffectiveOptions } from './effective-options.ts';
import { findConnection, listConnections } from './connections-repository.ts';
import type { ConnectionInUse } from './connections-repository.ts';
import { withDefaults } from './property-values.ts';
import { listSecretFields } from './secrets-repository.ts';
import { readMembers, readTexts } from './stored-json.ts';

/** A connection as people see it: no secret, all options. */
export interface ConnectionView {
  readonly row: ConnectionInUse;
  readonly properties: ReadonlyMap<string, string>;
  /** Labels of the secret properties that have a value. */
  readonly secretsSet: readonly string[];
  readonly rules: EffectiveOptions;
  readonly origins: readonly string[];
}

export interface ViewDeps {
  readonly database: Database;
  /** Compiled once per text; see `createDocumentCache`. */
  readonly documents: (version: { digest: string; document: string }) => CompiledDocument;
}

/** One connection as people see it. Rejects with `not_found`. */
export async function readConnection(
  deps: ViewDeps,
  scope: OrganizationScope,
  id: string,
): Promise<ConnectionView> {
  return await viewConnection(deps, deps.database.read, { scope, id });
}

/** The organization's connections as people see them, oldest first. */
export async function readConnections(
  deps: ViewDeps,
  scope: OrganizationScope,
  page: ExternalPage,
): Promise<PageOf<ConnectionView>> {
  const { items, next_cursor } = await listConnections(deps.database.read, scope, page);
  const ids = items.map((row) => row.id);
  const secrets = await listSecretFields(deps.database.read, scope, ids);
  const views = items.map((row) => {
    const own = secrets.filter((secret) => secret.connection_id === row.id);
    return view(
      deps,
      row,
      own.map((secret) => secret.field),
    );
  });
  return { items: views, next_cursor };
}

/** The same inside a transaction that changes the connection. */
export async function viewConnection(
  deps: Pick<ViewDeps, 'documents'>,
  handle: Handle,
  { scope, id }: { scope: OrganizationScope; id: string },
): Promise<ConnectionView> {
  const row = await findConnection(handle, scope, id);
  if (row === undefined) throw noConnection(id);
  const secrets = await listSecretFields(handle, scope, [id]);
  return view(
    deps,
    row,
    secrets.map((secret) => secret.field),
  );
}

/** What asking for a foreign or missing connection rejects with. */
export function noConnection(id: string): AppError {
  return new AppError('not_found', `There is no connection '${id}'.`);
}

function view(
  deps: Pick<ViewDeps, 'documents'>,
  row: ConnectionInUse,
  secretsSet: readonly string[],
): ConnectionView {
  const document = deps.documents(row);
  const properties = readTexts(row.properties);
  return {
    row,
    properties,
    secretsSet,
    rules: effectiveOptions(document.source, readMembers(row.options)),
    origins: document.originsOf(withDefaults(document.properties, properties)),
  };
}
