import type * as z from 'zod';

import { recordDeed } from '../../access/audit.ts';
import {
  createExtension,
  deleteExtension,
  getExtension,
  listExtensions,
  putExtension,
} from '../../contract/extensions.ts';
import type { Extension } from '../../contract/extensions.ts';
import { deleteUserLinksOfExtension } from '../../connections/user-links-repository.ts';
import { AppError } from '../../errors/app-error.ts';
import {
  deleteExtension as deleteRow,
  findExtension,
  insertExtension,
  listExtensions as listRows,
} from '../../organizations/extensions-repository.ts';
import { putExtension as put } from '../../organizations/put-extension.ts';
import type { Tables } from '../../store/schema.ts';
import { allowIf } from '../conditions.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { actorOf, iso, presentPage } from './present.ts';
import type { StoreDeps } from './route-deps.ts';

/** The extensions of an organization. */
export function extensionRoutes(deps: StoreDeps): readonly Route[] {
  const { database, ids } = deps;
  return [
    route(listExtensions, async ({ query }, { scope }) => ({
      body: presentPage(await listRows(database.read, scope(), query), present),
    })),
    route(createExtension, async ({ body }, context) => {
      const scope = context.scope();
      const at = database.now();
      const row = {
        id: ids.next(),
        external_id: body.external_id ?? null,
        number: body.number,
        name: body.name ?? null,
        email: body.email ?? null,
        created_at: at,
      };
      await database.write(async (transaction) => {
        await insertExtension(transaction, scope, row);
        await recordDeed(transaction, scope, {
          ids,
          actor: actorOf(context),
          action: 'extension.created',
          objectKind: 'extension',
          objectId: row.id,
          details: { number: row.number },
          at,
        });
      });
      return { body: present(row) };
    }),
    route(putExtension, async ({ params, body }, context) => {
      const { number, name, email } = body;
      const { row, created } = await put(deps, context.scope(), {
        externalId: params.external_id,
        wanted: { number, name: name ?? null, email: email ?? null },
        actor: actorOf(context),
        allow: allowIf(context, present),
      });
      return { body: present(row), created };
    }),
    route(getExtension, async ({ params }, { scope }) => {
      const row = await findExtension(database.read, scope(), params.extension_id);
      if (row === undefined) throw new AppError('not_found', 'No such extension.');
      return { body: present(row) };
    }),
    route(deleteExtension, async ({ params }, context) => {
      const scope = context.scope();
      const id = params.extension_id;
      await database.write(async (transaction) => {
        await deleteUserLinksOfExtension(transaction, scope, id);
        const gone = await deleteRow(transaction, scope, id);
        if (!gone) throw new AppError('not_found', 'No such extension.');
        await recordDeed(transaction, scope, {
          ids,
          actor: actorOf(context),
          action: 'extension.deleted',
          objectKind: 'extension',
          objectId: id,
          at: database.now(),
        });
      });
      return { body: undefined };
    }),
  ];
}

function present(row: Omit<Tables['extension'], 'organization_id'>): z.input<typeof Extension> {
  const { id, external_id, number, name, email, created_at } = row;
  return { id, external_id, number, name, email, created_at: iso(created_at) };
}
