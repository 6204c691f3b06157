import { Readable } from 'node:stream';

import type * as z from 'zod';

import {
  deleteOrganization,
  exportOrganization,
  getOrganizationState,
  resumeOrganization,
  suspendOrganization,
} from '../../contract/organization-life.ts';
import type { OrganizationState as StateAnswer } from '../../contract/organization-life.ts';
import { exportOrganization as exportLines } from '../../organizations/export-organization.ts';
import {
  beginDeletion,
  readState,
  resumeOrganization as resume,
  suspendOrganization as suspend,
} from '../../organizations/life.ts';
import type { OrganizationState } from '../../organizations/life.ts';
import type { LiveHub } from '../live/live-hub.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { actorOf, iso } from './present.ts';
import type { StoreDeps } from './route-deps.ts';

export interface OrganizationLifeDeps extends StoreDeps {
  /** There may be lanes to work on. */
  readonly wake: () => void;
  /** An organization is marked for deletion. */
  readonly wakeDeleter: () => void;
  readonly live: Pick<LiveHub, 'check'>;
}

/** Suspend, resume, export and delete an organization: the operator's routes. */
export function organizationLifeRoutes(deps: OrganizationLifeDeps): readonly Route[] {
  const { database } = deps;
  const scopeOf = (params: { organization_id: string }) => ({
    organizationId: params.organization_id,
  });
  return [
    route(getOrganizationState, async ({ params }) => ({
      body: present(await readState(database.read, scopeOf(params))),
    })),
    route(suspendOrganization, async ({ params, body }, context) => {
      const why = { reason: body.reason, actor: actorOf(context) };
      const state = await suspend(deps, scopeOf(params), why);
      await deps.live.check();
      return { body: present(state) };
    }),
    route(resumeOrganization, async ({ params }, context) => {
      const state = await resume(deps, scopeOf(params), { actor: actorOf(context) });
      deps.wake();
      return { body: present(state) };
    }),
    route(exportOrganization, async ({ params }, context) => {
      const lines = await exportLines(deps, scopeOf(params), actorOf(context));
      return {
        body: Readable.from(lines),
        headers: { 'content-disposition': 'attachment; filename="organization.ndjson"' },
      };
    }),
    route(deleteOrganization, async ({ params, body }, context) => {
      const request = { name: body.name, actor: actorOf(context) };
      const state = await beginDeletion(deps, scopeOf(params), request);
      deps.wakeDeleter();
      await deps.live.check();
      return { body: present(state) };
    }),
  ];
}

function present({ organization, hold }: OrganizationState): z.input<typeof StateAnswer> {
  return {
    organization_id: organization.id,
    state: hold?.state ?? 'active',
    reason: hold?.reason ?? null,
    since: iso(hold?.since ?? organization.created_at),
    removed_rows: hold?.state === 'deleting' ? hold.removed_rows : null,
  };
}
