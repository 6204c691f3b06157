import { recordDeed } from '../../access/audit.ts';
import { findConnection } from '../../connections/connections-repository.ts';
import type { OpenConnections } from '../../connections/open-connection.ts';
import {
  deleteUserLink as deleteRow,
  findUserLink,
  listUserLinks as listRows,
  putUserLink as putRow,
} from '../../connections/user-links-repository.ts';
import {
  deleteUserLink,
  listCrmUsers,
  listUserLinks,
  putUserLink,
  suggestUserLinks,
} from '../../contract/user-links.ts';
import { AppError } from '../../errors/app-error.ts';
import { findExtension, listExtensions } from '../../organizations/extensions-repository.ts';
import type { SignedInRunner } from '../../connections/sign-in/signed-in-runner.ts';
import { readAllPages } from '../../store/page.ts';
import { listCrmUsersOf, readUserLocals, suggestLinks } from '../crm-users.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { mustHave } from './must-have.ts';
import { presentUserLink } from './present-user-link.ts';
import { actorOf, presentPage } from './present.ts';
import type { StoreDeps } from './route-deps.ts';

export interface UserLinkDeps extends StoreDeps {
  readonly runner: SignedInRunner;
  readonly openConnections: OpenConnections;
}

/** Who in the CRM is which extension. */
export function userLinkRoutes(deps: UserLinkDeps): readonly Route[] {
  const { database, ids, runner, openConnections } = deps;
  return [
    route(listCrmUsers, async ({ params }, { scope, signal }) => {
      const connection = await openConnections.open(scope(), params.connection_id);
      return { body: { items: [...(await listCrmUsersOf(runner, connection, signal))] } };
    }),
    route(listUserLinks, async ({ params, query }, { scope }) => {
      const connectionId = params.connection_id;
      await mustHave(findConnection(database.read, scope(), connectionId), 'connection');
      const request = { connectionId, page: query };
      return {
        body: presentPage(await listRows(database.read, scope(), request), presentUserLink),
      };
    }),
    route(putUserLink, async ({ params, body }, context) => {
      const scope = context.scope();
      const key = { connectionId: params.connection_id, extensionId: params.extension_id };
      const connection = await openConnections.open(scope, key.connectionId);
      await mustHave(findExtension(database.read, scope, key.extensionId), 'extension');
      const user = { id: body.crm_user_id, signal: context.signal };
      const locals = await readUserLocals(runner, connection, user);
      const at = database.now();
      const row = await database.write(async (transaction) => {
        await putRow(transaction, scope, {
          connection_id: key.connectionId,
          extension_id: key.extensionId,
          external_id: null,
          crm_user_id: body.crm_user_id,
          crm_user_name: body.crm_user_name ?? null,
          locals: JSON.stringify(locals),
          linked_at: at,
        });
        await recordDeed(transaction, scope, {
          ids,
          actor: actorOf(context),
          action: 'user_link.put',
          objectKind: 'extension',
          objectId: key.extensionId,
          details: { connection_id: key.connectionId, crm_user_id: body.crm_user_id },
          at,
        });
        return await mustHave(findUserLink(transaction, scope, key), 'user link');
      });
      return { body: presentUserLink(row) };
    }),
    route(deleteUserLink, async ({ params }, context) => {
      const scope = context.scope();
      const key = { connectionId: params.connection_id, extensionId: params.extension_id };
      await database.write(async (transaction) => {
        const gone = await deleteRow(transaction, scope, key);
        if (!gone) throw new AppError('not_found', 'No such user link.');
        await recordDeed(transaction, scope, {
          ids,
          actor: actorOf(context),
          action: 'user_link.deleted',
          objectKind: 'extension',
          objectId: key.extensionId,
          details: { connection_id: key.connectionId },
          at: database.now(),
        });
      });
      return { body: undefined };
    }),
    route(suggestUserLinks, async ({ params }, { scope, signal }) => {
      const connectionId = params.connection_id;
      const connection = await openConnections.open(scope(), connectionId);
      const users = await listCrmUsersOf(runner, connection, signal);
      const extensions = await readAllPages((page) => listExtensions(database.read, scope(), page));
      const links = await readAllPages((page) =>
        listRows(database.read, scope(), { connectionId, page }),
      );
      const linked = new Set(links.map((link) => link.extension_id));
      const open = extensions.filter((extension) => !linked.has(extension.id));
      const items = suggestLinks(open, users).map(({ extension, user, reason }) => ({
        extension_id: extension.id,
        extension_number: extension.number,
        crm_user_id: user.id,
        crm_user_name: user.name,
        reason,
      }));
      return { body: { items } };
    }),
  ];
}
