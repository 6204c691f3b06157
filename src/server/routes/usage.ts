import { getOrganizationUsage, listUsage } from '../../contract/usage.ts';
import { AppError } from '../../errors/app-error.ts';
import { findOwnOrganization } from '../../organizations/organizations-repository.ts';
import { ADMIN } from '../../organizations/scope.ts';
import { readUsage } from '../../organizations/usage.ts';
import type { LookupCounter } from '../count-lookups.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import type { StoreDeps } from './route-deps.ts';

/**
 * What organizations used, by month: all of them for the operator, its own for each. What this process
 * has counted and not yet written is written first.
 */
export function usageRoutes({
  database,
  lookups,
}: Pick<StoreDeps, 'database'> & {
  readonly lookups: Pick<LookupCounter, 'flush'>;
}): readonly Route[] {
  return [
    route(listUsage, async ({ query }) => {
      await lookups.flush();
      return { body: { items: [...(await readUsage(database.read, ADMIN, query))] } };
    }),
    route(getOrganizationUsage, async ({ params, query }, { principal }) => {
      const scope = { organizationId: params.organization_id };
      const own = principal?.organizationId;
      const foreign = own !== undefined && own !== scope.organizationId;
      if (foreign || (await findOwnOrganization(database.read, scope)) === undefined) {
        throw new AppError('not_found', 'No such organization.');
      }
      await lookups.flush();
      return { body: { items: [...(await readUsage(database.read, scope, query))] } };
    }),
  ];
}
