import type { OrganizationScope } from '../organizations/scope.ts';
import type { Database } from '../store/database.ts';
import type { LedgerStep } from './ledger-steps.ts';

/** Who changed a call or its steps by hand, a sentence for each deed, in order. */
export async function readDeeds(
  database: Database,
  scope: OrganizationScope,
  of: { readonly callId: string; readonly steps: readonly LedgerStep[] },
): Promise<readonly string[]> {
  const ids = [of.callId, ...of.steps.map((step) => step.id)];
  const rows = await database.read
    .selectFrom('audit_entry')
    .select(['actor', 'action', 'at', 'object_id'])
    .where('organization_id', '=', scope.organizationId)
    .where('object_kind', 'in', ['call', 'step'])
    .where('object_id', 'in', ids)
    .orderBy('id')
    .execute();
  const names = await nameKeys(
    database,
    rows.map((row) => row.actor),
  );
  return rows.map((row) => {
    const method = of.steps.find((step) => step.id === row.object_id)?.method ?? 'the call';
    const who = names.get(row.actor) ?? row.actor;
    return `${new Date(row.at).toISOString()}: ${who} did ${row.action} on ${method}.`;
  });
}

const KEY = 'key:';

/** What people call the keys among these actors, by actor; one that is gone has no name. */
async function nameKeys(
  database: Database,
  actors: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const ids = new Set(
    actors.flatMap((actor) => (actor.startsWith(KEY) ? [actor.slice(KEY.length)] : [])),
  );
  // PostgreSQL does not take an empty list.
  if (ids.size === 0) return new Map();
  const rows = await database.read
    .selectFrom('api_key')
    .select(['id', 'name', 'organization_id'])
    .where('id', 'in', [...ids])
    .execute();
  return new Map(
    rows.map(({ id, name, organization_id: organization }) => [
      `${KEY}${id}`,
      organization === null ? `the operator's key '${name}'` : `the key '${name}'`,
    ]),
  );
}
