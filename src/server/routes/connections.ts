import {
  reopenTested,
  setPaused,
  updateConnectionSettings,
} from '../../connections/change-connection.ts';
import { readConnection, readConnections } from '../../connections/connection-view.ts';
import type { ConnectionView } from '../../connections/connection-view.ts';
import { createConnection as create } from '../../connections/connections.ts';
import type { ConnectionDeps } from '../../connections/connections.ts';
import type { OpenConnections } from '../../connections/open-connection.ts';
import {
  createConnection,
  getConnection,
  listConnections,
  pauseConnection,
  resumeConnection,
  testConnection,
  updateConnection,
} from '../../contract/connections.ts';
import type { SignIns } from '../../connections/sign-in/sign-ins.ts';
import type { SignedInRunner } from '../../connections/sign-in/signed-in-runner.ts';
import type { ConnectionState } from '../../store/tables/connections.ts';
import { checkSignIn } from '../check-sign-in.ts';
import { requireIfMatch } from '../conditions.ts';
import { route } from '../route.ts';
import type { RequestContext, Route } from '../route.ts';
import type { BookScope } from '../../contacts/index/contact-index.ts';
import { testConnection as test } from '../test-connection.ts';
import { answerConnection, presentConnection } from './present-connection.ts';
import { actorOf } from './present.ts';

export interface ConnectionRouteDeps extends ConnectionDeps {
  readonly openConnections: OpenConnections;
  readonly runner: SignedInRunner;
  readonly signIns: Pick<SignIns, 'credentialFor' | 'describe'>;
  /** Told when work may go on: after a change, a resume. */
  readonly wake: () => void;
  /** Told of a connection that is new or was changed: what is done for it now and then is planned anew. */
  readonly connectionChanged?: ((of: BookScope) => void) | undefined;
}

/** The connections of an organization; secrets go in and never come out. */
export function connectionRoutes(deps: ConnectionRouteDeps): readonly Route[] {
  return [
    route(listConnections, async ({ query }, { scope }) => {
      const page = await readConnections(deps, scope(), query);
      const items = page.items.map((view) => presentConnection(deps, scope(), view));
      return { body: { ...page, items: await Promise.all(items) } };
    }),
    route(createConnection, async ({ body }, context) => {
      const { integration_id: integrationId, name, properties, options } = body;
      const externalId = body.external_id;
      const actor = actorOf(context);
      const request = { integrationId, externalId, name, properties, options, actor };
      const scope = context.scope();
      const created = await checkSignIn(deps, scope, await create(deps, scope, request));
      tellChanged(deps, created);
      return await answerConnection(deps, scope, created);
    }),
    route(getConnection, async ({ params }, { scope }) => {
      const view = await readConnection(deps, scope(), params.connection_id);
      return await answerConnection(deps, scope(), view);
    }),
    route(updateConnection, async ({ params, body }, context) => {
      const { name, properties, options, integration_version: integrationVersion } = body;
      const scope = context.scope();
      const changed = await updateConnectionSettings(deps, scope, {
        id: params.connection_id,
        revision: await revisionOf(context, () =>
          readConnection(deps, scope, params.connection_id),
        ),
        name,
        properties,
        options,
        integrationVersion,
        actor: actorOf(context),
      });
      const checked = await checkSignIn(deps, scope, changed);
      deps.wake();
      tellChanged(deps, checked);
      return await answerConnection(deps, scope, checked);
    }),
    route(testConnection, async ({ params }, context) => {
      const scope = context.scope();
      const connection = await deps.openConnections.open(scope, params.connection_id);
      const result = await test(deps, connection, context.signal);
      if (!result.ok || !isStopped(connection.state)) return { body: result };
      const request = { id: connection.id, actor: actorOf(context) };
      if (!(await reopenTested(deps, scope, request))) return { body: result };
      deps.wake();
      return {
        body: { ...result, message: `${result.message} Calls are written again.` },
      };
    }),
    route(pauseConnection, async ({ params }, context) => {
      const request = { id: params.connection_id, paused: true, actor: actorOf(context) };
      const scope = context.scope();
      return await answerConnection(deps, scope, await setPaused(deps, scope, request));
    }),
    route(resumeConnection, async ({ params }, context) => {
      const request = { id: params.connection_id, paused: false, actor: actorOf(context) };
      const scope = context.scope();
      const resumed = await setPaused(deps, scope, request);
      deps.wake();
      tellChanged(deps, resumed);
      return await answerConnection(deps, scope, resumed);
    }),
  ];
}

/** Says that a connection is other than before. */
export function tellChanged(
  { connectionChanged }: Pick<ConnectionRouteDeps, 'connectionChanged'>,
  { row }: ConnectionView,
): void {
  connectionChanged?.({ organizationId: row.organization_id, connectionId: row.id });
}

/** The revision that If-Match names. What is missing or foreign is not found, whatever the headers say. */
async function revisionOf(
  context: RequestContext,
  mustExist: () => Promise<ConnectionView>,
): Promise<number> {
  const { row } = await mustExist();
  requireIfMatch(context.header, `"${row.revision}"`);
  return row.revision;
}

/** States that a successful test ends. */
function isStopped(state: ConnectionState): boolean {
  return state === 'needs_auth' || state === 'forbidden' || state === 'broken';
}
