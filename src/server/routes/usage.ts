import { getOrganizationUsage, listUsage } from '../../contract/usage.ts';
import { AppError } from '../../errors/app-error.ts';
import { findOwnOrganization } from '../../organizations/organizations-repository.ts';
import { ADMIN } from '../../organizations/scope.ts';
import { readUsage } from '../../organizations/usage.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import type { StoreDeps } from './route-deps.ts';

/** What organizations used, by month: all of them for the operator, its own for each. */
export function usageRoutes({ database }: Pick<StoreDeps, 'database'>): readonly Route[] {
  return [
    route(listUsage, async ({ query }) => ({
      body: { items: [...(await readUsage(database.read, ADMIN, query))] },
    })),
    route(getOrganizationUsage, async ({ params, query }, { principal }) => {
      const scope = { organizationId: params.organization_id };
      const own = principal?.organizationId;
      const foreign = own !== undefined && own !== scope.organizationId;
      if (foreign || (await findOwnOrganization(database.read, scope)) === undefined) {
        throw new AppError('not_found', 'No such organization.');
      }
      return { body: { items: [...(await readUsage(database.read, scope, query))] } };
    }),
  ];
}
