import { putConnection as put } from '../../connections/put-connection.ts';
import type { IntegrationName } from '../../connections/put-connection.ts';
import { putConnection } from '../../contract/put-connection.ts';
import { checkSignIn } from '../check-sign-in.ts';
import { checkConditions } from '../conditions.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { tellChanged } from './connections.ts';
import type { ConnectionRouteDeps } from './connections.ts';
import { answerConnection } from './present-connection.ts';
import { actorOf } from './present.ts';

/** A connection by its external id. */
export function putConnectionRoutes(deps: ConnectionRouteDeps): readonly Route[] {
  return [
    route(putConnection, async ({ params, body }, context) => {
      const { view, created } = await put(deps, context.scope(), {
        externalId: params.external_id,
        integration: integrationOf(body),
        integrationVersion: body.integration_version,
        name: body.name,
        properties: body.properties,
        options: body.options,
        actor: actorOf(context),
        allow: (row) => {
          checkConditions(context.header, row === undefined ? undefined : `"${row.revision}"`);
        },
      });
      const scope = context.scope();
      const checked = await checkSignIn(deps, scope, view);
      deps.wake();
      tellChanged(deps, checked);
      return { ...(await answerConnection(deps, scope, checked)), created };
    }),
  ];
}

function integrationOf(body: {
  readonly integration_id?: string | undefined;
  readonly document_id?: string | undefined;
}): IntegrationName {
  const { integration_id: id, document_id: documentId = '' } = body;
  return id === undefined ? { documentId } : { id };
}
