import {
  createPhoneSystem,
  getPhoneSystem,
  listPhoneSystems,
  putPhoneSystem,
  updatePhoneSystem,
} from '../../contract/phone-systems.ts';
import { AppError } from '../../errors/app-error.ts';
import { changePhoneSystem as change } from '../../organizations/change-phone-system.ts';
import { createPhoneSystem as create } from '../../organizations/create-phone-system.ts';
import {
  findPhoneSystem,
  listPhoneSystems as listRows,
} from '../../organizations/phone-systems-repository.ts';
import { putPhoneSystem as put } from '../../organizations/put-phone-system.ts';
import { allowIf } from '../conditions.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { presentPhoneSystem } from './present-phone-system.ts';
import { actorOf, presentPage } from './present.ts';
import type { StoreDeps } from './route-deps.ts';

/** The phone systems of an organization. */
export function phoneSystemRoutes(deps: StoreDeps): readonly Route[] {
  const { database } = deps;
  return [
    route(listPhoneSystems, async ({ query }, { scope }) => ({
      body: presentPage(await listRows(database.read, scope(), query), presentPhoneSystem),
    })),
    route(createPhoneSystem, async ({ body }, context) => {
      const request = { name: body.name, externalId: body.external_id, actor: actorOf(context) };
      return { body: presentPhoneSystem(await create(deps, context.scope(), request)) };
    }),
    route(putPhoneSystem, async ({ params, body }, context) => {
      const { row, created } = await put(deps, context.scope(), {
        externalId: params.external_id,
        wanted: body,
        actor: actorOf(context),
        allow: allowIf(context, presentPhoneSystem),
      });
      return { body: presentPhoneSystem(row), created };
    }),
    route(getPhoneSystem, async ({ params }, { scope }) => {
      const row = await findPhoneSystem(database.read, scope(), params.phone_system_id);
      if (row === undefined) throw new AppError('not_found', 'No such phone system.');
      return { body: presentPhoneSystem(row) };
    }),
    route(updatePhoneSystem, async ({ params, body }, context) => {
      const row = await change(deps, context.scope(), {
        id: params.phone_system_id,
        name: body.name,
        signaturesRequired: body.signatures_required,
        actor: actorOf(context),
        allow: allowIf(context, presentPhoneSystem),
      });
      return { body: presentPhoneSystem(row) };
    }),
  ];
}
