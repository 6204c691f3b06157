import type * as z from 'zod';

import {
  createOrganization,
  getOrganization,
  listOrganizations,
  putOrganization,
} from '../../contract/organizations.ts';
import type { Organization } from '../../contract/organizations.ts';
import { AppError } from '../../errors/app-error.ts';
import { createOrganization as create } from '../../organizations/organizations.ts';
import { findHolds } from '../../organizations/holds-repository.ts';
import { putOrganization as put } from '../../organizations/put-organization.ts';
import {
  findOrganization,
  listOrganizations as listRows,
} from '../../organizations/organizations-repository.ts';
import type { OrganizationRow } from '../../organizations/organizations-repository.ts';
import { ADMIN } from '../../organizations/scope.ts';
import { allowIf } from '../conditions.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { actorOf, iso, presentPage } from './present.ts';
import type { StoreDeps } from './route-deps.ts';

/** The operator's routes for organizations; an organization reads its own. */
export function organizationRoutes(deps: StoreDeps): readonly Route[] {
  const { database } = deps;
  return [
    route(listOrganizations, async ({ query }) => {
      const page = await listRows(database.read, ADMIN, query);
      const ids = page.items.map(({ id }) => id);
      const holds = await findHolds(database.read, ADMIN, ids);
      const listed = (row: OrganizationRow) => ({
        ...present(row),
        state: holds.get(row.id)?.state ?? ('active' as const),
      });
      return { body: presentPage(page, listed) };
    }),
    route(createOrganization, async ({ body }, context) => ({
      body: present(
        await create(deps, { ...body, externalId: body.external_id, actor: actorOf(context) }),
      ),
    })),
    route(putOrganization, async ({ params, body }, context) => {
      const { name, country, timezone } = body;
      const { row, created } = await put(deps, {
        externalId: params.external_id,
        wanted: { name, country, timezone, domain: body.domain ?? null },
        actor: actorOf(context),
        allow: allowIf(context, present),
      });
      return { body: present(row), created };
    }),
    route(getOrganization, async ({ params }, { principal }) => {
      const own = principal?.organizationId;
      const id = params.organization_id;
      // By domain only a list or the command line finds it: here an id is an id.
      const row =
        own === undefined || own === id
          ? await findOrganization(database.read, ADMIN, id)
          : undefined;
      if (row?.id !== id) throw new AppError('not_found', 'No such organization.');
      return { body: present(row) };
    }),
  ];
}

function present(row: OrganizationRow): z.input<typeof Organization> {
  const { id, external_id, name, domain, country, timezone, created_at } = row;
  return { id, external_id, name, domain, country, timezone, created_at: iso(created_at) };
}
