import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

import type { Handle } from '../store/handle.ts';
import type { ChildTable, ExportedTable } from './export-tables.ts';
import type { OrganizationScope } from './scope.ts';

export type ExportedRow = Readonly<Record<string, unknown>>;

/** A page of a table's rows, in the order of its key, behind the row `after`. */
export async function selectExported(
  handle: Handle,
  scope: OrganizationScope,
  of: { readonly table: ExportedTable; readonly after?: ExportedRow; readonly limit: number },
): Promise<readonly ExportedRow[]> {
  const { table, after, limit } = of;
  const key = sql.join(table.key.map((column) => sql.ref(column)));
  const behind =
    after === undefined
      ? sql``
      : sql`and (${key}) > (${sql.join(table.key.map((column) => after[column]))})`;
  const { rows } = await sql<ExportedRow>`select ${columns(table)} from ${sql.table(table.table)}
    where organization_id = ${scope.organizationId} ${behind}
    order by ${key} limit ${limit}`.execute(handle);
  return rows;
}

/** The rows that belong to these parents. */
export async function selectChildren(
  handle: Handle,
  scope: OrganizationScope,
  of: { readonly table: ChildTable; readonly parents: readonly string[] },
): Promise<readonly ExportedRow[]> {
  const { table, parents } = of;
  if (parents.length === 0) return [];
  const key = sql.join(table.key.map((column) => sql.ref(column)));
  const { rows } = await sql<ExportedRow>`select ${columns(table)} from ${sql.table(table.table)}
    where ${sql.ref(table.parent)} in (${sql.join([...parents])})
      and organization_id = ${scope.organizationId}
    order by ${key}`.execute(handle);
  return rows;
}

/** Events that were refused to the organization's own phone systems. */
export async function selectRefusedEvents(
  handle: Handle,
  scope: OrganizationScope,
): Promise<readonly ExportedRow[]> {
  return await handle
    .selectFrom('refused_event')
    .selectAll()
    .where('phone_system_id', 'in', (eb) =>
      eb
        .selectFrom('phone_system')
        .select('id')
        .where('organization_id', '=', scope.organizationId),
    )
    .orderBy('id')
    .limit(10_000)
    .execute();
}

function columns(table: ExportedTable): RawBuilder<unknown> {
  return sql.join(table.columns.map((column) => sql.ref(column)));
}
