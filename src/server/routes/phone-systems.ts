import type * as z from 'zod';

import { recordDeed } from '../../access/audit.ts';
import {
  createPhoneSystem,
  getPhoneSystem,
  listPhoneSystems,
  putPhoneSystem,
} from '../../contract/phone-systems.ts';
import type { PhoneSystem } from '../../contract/phone-systems.ts';
import { AppError } from '../../errors/app-error.ts';
import {
  findPhoneSystem,
  insertPhoneSystem,
  listPhoneSystems as listRows,
} from '../../organizations/phone-systems-repository.ts';
import type { PhoneSystem as PhoneSystemRow } from '../../organizations/phone-systems-repository.ts';
import { putPhoneSystem as put } from '../../organizations/put-phone-system.ts';
import { allowIf } from '../conditions.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { actorOf, iso, presentPage } from './present.ts';
import type { StoreDeps } from './route-deps.ts';

/** The phone systems of an organization. */
export function phoneSystemRoutes(deps: StoreDeps): readonly Route[] {
  const { database, ids } = deps;
  return [
    route(listPhoneSystems, async ({ query }, { scope }) => ({
      body: presentPage(await listRows(database.read, scope(), query), present),
    })),
    route(createPhoneSystem, async ({ body }, context) => {
      const scope = context.scope();
      const at = database.now();
      const external_id = body.external_id ?? null;
      const row = { id: ids.next(), external_id, name: body.name, created_at: at };
      await database.write(async (transaction) => {
        await insertPhoneSystem(transaction, scope, row);
        await recordDeed(transaction, scope, {
          ids,
          actor: actorOf(context),
          action: 'phone_system.created',
          objectKind: 'phone_system',
          objectId: row.id,
          details: { name: row.name },
          at,
        });
      });
      return { body: present(row) };
    }),
    route(putPhoneSystem, async ({ params, body }, context) => {
      const { row, created } = await put(deps, context.scope(), {
        externalId: params.external_id,
        wanted: body,
        actor: actorOf(context),
        allow: allowIf(context, present),
      });
      return { body: present(row), created };
    }),
    route(getPhoneSystem, async ({ params }, { scope }) => {
      const row = await findPhoneSystem(database.read, scope(), params.phone_system_id);
      if (row === undefined) throw new AppError('not_found', 'No such phone system.');
      return { body: present(row) };
    }),
  ];
}

function present(row: Omit<PhoneSystemRow, 'organization_id'>): z.input<typeof PhoneSystem> {
  return {
    id: row.id,
    external_id: row.external_id,
    name: row.name,
    webhook_path: `/hooks/ringotel/${row.id}`,
    created_at: iso(row.created_at),
  };
}
