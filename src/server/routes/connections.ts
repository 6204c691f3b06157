import type * as z from 'zod';

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
import type { Connection } from '../../contract/connections.ts';
import { AppError } from '../../errors/app-error.ts';
import type { SignedInRunner } from '../../connections/sign-in/signed-in-runner.ts';
import type { ConnectionState } from '../../store/tables/connections.ts';
import { route } from '../route.ts';
import type { Answer, RequestContext, Route } from '../route.ts';
import { reasonOf } from '../state-reason.ts';
import { testConnection as test } from '../test-connection.ts';
import { actorOf, iso, presentPage } from './present.ts';

export interface ConnectionRouteDeps extends ConnectionDeps {
  readonly openConnections: OpenConnections;
  readonly runner: SignedInRunner;
  /** Told when work may go on: after a change, a resume. */
  readonly wake: () => void;
}

type ConnectionBody = z.input<typeof Connection>;

/** The connections of an organization; secrets go in and never come out. */
export function connectionRoutes(deps: ConnectionRouteDeps): readonly Route[] {
  return [
    route(listConnections, async ({ query }, { scope }) => ({
      body: presentPage(await readConnections(deps, scope(), query), present),
    })),
    route(createConnection, async ({ body }, context) => {
      const { integration_id: integrationId, name, properties, options } = body;
      const request = { integrationId, name, properties, options, actor: actorOf(context) };
      return answer(await create(deps, context.scope(), request));
    }),
    route(getConnection, async ({ params }, { scope }) =>
      answer(await readConnection(deps, scope(), params.connection_id)),
    ),
    route(updateConnection, async ({ params, body }, context) => {
      const { name, properties, options, integration_version: integrationVersion } = body;
      const changed = await updateConnectionSettings(deps, context.scope(), {
        id: params.connection_id,
        revision: await revisionOf(context, () =>
          readConnection(deps, context.scope(), params.connection_id),
        ),
        name,
        properties,
        options,
        integrationVersion,
        actor: actorOf(context),
      });
      deps.wake();
      return answer(changed);
    }),
    route(testConnection, async ({ params }, context) => {
      const scope = context.scope();
      const connection = await deps.openConnections.open(scope, params.connection_id);
      const result = await test(deps.runner, connection, context.signal);
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
      return answer(await setPaused(deps, context.scope(), request));
    }),
    route(resumeConnection, async ({ params }, context) => {
      const request = { id: params.connection_id, paused: false, actor: actorOf(context) };
      const resumed = await setPaused(deps, context.scope(), request);
      deps.wake();
      return answer(resumed);
    }),
  ];
}

function answer(view: ConnectionView): Answer<ConnectionBody> {
  return { body: present(view), headers: { etag: `"${view.row.revision}"` } };
}

/** The revision that If-Match names. RFC 9110, section 13.1.1: a weak tag never matches. */
async function revisionOf(
  context: RequestContext,
  mustExist: () => Promise<ConnectionView>,
): Promise<number> {
  // What is missing or foreign is not found, whatever the request's other headers say.
  const { row } = await mustExist();
  const ifMatch = context.header('if-match');
  if (ifMatch === undefined) {
    throw new AppError(
      'precondition_required',
      'Send the ETag of the state that you change as `If-Match`.',
    );
  }
  if (ifMatch.trim() === '*') return row.revision;
  const tags = [...ifMatch.matchAll(/(?:^|,)\s*"(\d{1,15})"\s*(?=,|$)/gu)];
  if (tags.some(([, revision]) => Number(revision) === row.revision)) return row.revision;
  throw new AppError(
    'precondition_failed',
    `The connection is at revision ${row.revision}, not at ${ifMatch}.`,
  );
}

/** States that a successful test ends. */
function isStopped(state: ConnectionState): boolean {
  return state === 'needs_auth' || state === 'forbidden' || state === 'broken';
}

function present({
  row,
  properties,
  secretsSet,
  options,
  origins,
}: ConnectionView): ConnectionBody {
  return {
    id: row.id,
    name: row.name,
    integration_id: row.integration_id,
    integration_version: row.integration_number,
    state: row.state,
    state_reason: reasonOf(row),
    properties: Object.fromEntries(properties),
    secrets_set: [...secretsSet],
    options: { ...options },
    origins: [...origins],
    revision: row.revision,
    created_at: iso(row.created_at),
    updated_at: iso(row.updated_at),
  };
}
