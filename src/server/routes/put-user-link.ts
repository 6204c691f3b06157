import type * as z from 'zod';

import {
  findConnection,
  findConnectionByExternalId,
} from '../../connections/connections-repository.ts';
import { isLinked, putLink } from '../../connections/put-user-link.ts';
import { findUserLinkByExternalId } from '../../connections/user-links-repository.ts';
import { putExternalUserLink } from '../../contract/put-user-link.ts';
import {
  findExtension,
  findExtensionByExternalId,
  findExtensionByNumber,
} from '../../organizations/extensions-repository.ts';
import type { OrganizationScope } from '../../organizations/scope.ts';
import type { Handle } from '../../store/handle.ts';
import { allowIf } from '../conditions.ts';
import { readUserLocals } from '../crm-users.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { mustBeNamed } from './must-have.ts';
import { presentUserLink } from './present-user-link.ts';
import { actorOf } from './present.ts';
import type { UserLinkDeps } from './user-links.ts';

type Named = z.output<typeof putExternalUserLink.body>;

/** A user link by its external id. */
export function putUserLinkRoutes(deps: UserLinkDeps): readonly Route[] {
  const { database, runner, openConnections } = deps;
  return [
    route(putExternalUserLink, async ({ params, body }, context) => {
      const scope = context.scope();
      const externalId = params.external_id;
      const connection = await connectionOf(database.read, scope, body);
      const extension = await extensionOf(database.read, scope, body);
      const wanted = {
        externalId,
        connectionId: connection.id,
        extensionId: extension.id,
        crmUserId: body.crm_user_id,
        crmUserName: body.crm_user_name ?? null,
      };
      const known = await findUserLinkByExternalId(database.read, scope, externalId);
      const same = known !== undefined && isLinked(known, wanted);
      // The CRM is asked only when something is to be written.
      const user = { id: body.crm_user_id, signal: context.signal };
      const locals = same
        ? known.locals
        : JSON.stringify(
            await readUserLocals(runner, await openConnections.open(scope, connection.id), user),
          );
      const { row, created } = await putLink(deps, scope, {
        ...wanted,
        locals,
        actor: actorOf(context),
        allow: allowIf(context, presentUserLink),
      });
      return { body: presentUserLink(row), created };
    }),
  ];
}

async function connectionOf(
  handle: Handle,
  scope: OrganizationScope,
  named: Named,
): Promise<{ readonly id: string }> {
  const { connection_id: id, connection_external_id: externalId = '' } = named;
  const thing = 'connection';
  return id === undefined
    ? await mustBeNamed(findConnectionByExternalId(handle, scope, externalId), {
        thing,
        member: 'connection_external_id',
        value: externalId,
      })
    : await mustBeNamed(findConnection(handle, scope, id), {
        thing,
        member: 'connection_id',
        value: id,
      });
}

async function extensionOf(
  handle: Handle,
  scope: OrganizationScope,
  named: Named,
): Promise<{ readonly id: string }> {
  const { extension_id: id, extension_number: number } = named;
  const { extension_external_id: externalId = '' } = named;
  const thing = 'extension';
  if (id !== undefined) {
    const wanted = { thing, member: 'extension_id', value: id };
    return await mustBeNamed(findExtension(handle, scope, id), wanted);
  }
  if (number !== undefined) {
    const wanted = { thing, member: 'extension_number', value: number };
    return await mustBeNamed(findExtensionByNumber(handle, scope, number), wanted);
  }
  const wanted = { thing, member: 'extension_external_id', value: externalId };
  return await mustBeNamed(findExtensionByExternalId(handle, scope, externalId), wanted);
}
