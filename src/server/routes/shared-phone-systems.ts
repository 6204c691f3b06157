import { findApiKey, listKeysOfPhoneSystem } from '../../access/api-keys-repository.ts';
import { createKey, revokeKey } from '../../access/keys.ts';
import { listRefusedEventsOf } from '../../calls/refused-events-repository.ts';
import {
  createSharedKey,
  createSharedPhoneSystem,
  getSharedPhoneSystem,
  listSharedKeys,
  listSharedPhoneSystems,
  listSharedRefusedEvents,
  putSharedPhoneSystem,
  revokeSharedKey,
  updateSharedPhoneSystem,
} from '../../contract/shared-phone-systems.ts';
import { changePhoneSystem } from '../../organizations/change-phone-system.ts';
import { createPhoneSystem } from '../../organizations/create-phone-system.ts';
import { findPhoneSystem, listPhoneSystems } from '../../organizations/phone-systems-repository.ts';
import { putPhoneSystem } from '../../organizations/put-phone-system.ts';
import { ADMIN } from '../../organizations/scope.ts';
import { allowIf } from '../conditions.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { mustHave } from './must-have.ts';
import { presentKey } from './present-key.ts';
import { presentPhoneSystem } from './present-phone-system.ts';
import { presentRefusedEvent } from './present-refused-event.ts';
import { actorOf, presentPage } from './present.ts';
import type { StoreDeps } from './route-deps.ts';

/** The operator's phone systems, whose events are routed by their domain, and their keys. */
export function sharedPhoneSystemRoutes(deps: StoreDeps): readonly Route[] {
  const { database } = deps;
  const shared = (id: string) =>
    mustHave(findPhoneSystem(database.read, ADMIN, id), 'shared phone system');
  return [
    route(listSharedPhoneSystems, async ({ query }) => ({
      body: presentPage(await listPhoneSystems(database.read, ADMIN, query), presentPhoneSystem),
    })),
    route(createSharedPhoneSystem, async ({ body }, context) => {
      const request = {
        name: body.name,
        externalId: body.external_id,
        actor: actorOf(context),
      };
      return { body: presentPhoneSystem(await createPhoneSystem(deps, ADMIN, request)) };
    }),
    route(putSharedPhoneSystem, async ({ params, body }, context) => {
      const { row, created } = await putPhoneSystem(deps, ADMIN, {
        externalId: params.external_id,
        wanted: body,
        actor: actorOf(context),
        allow: allowIf(context, presentPhoneSystem),
      });
      return { body: presentPhoneSystem(row), created };
    }),
    route(getSharedPhoneSystem, async ({ params }) => ({
      body: presentPhoneSystem(await shared(params.phone_system_id)),
    })),
    route(updateSharedPhoneSystem, async ({ params, body }, context) => {
      const row = await changePhoneSystem(deps, ADMIN, {
        id: params.phone_system_id,
        name: body.name,
        signaturesRequired: body.signatures_required,
        actor: actorOf(context),
        allow: allowIf(context, presentPhoneSystem),
      });
      return { body: presentPhoneSystem(row) };
    }),
    route(listSharedKeys, async ({ params, query }) => {
      const { id } = await shared(params.phone_system_id);
      const page = await listKeysOfPhoneSystem(database.read, ADMIN, { id, page: query });
      return { body: presentPage(page, presentKey) };
    }),
    route(createSharedKey, async ({ params, body }, context) => {
      const { row, key } = await createKey(deps, ADMIN, {
        name: body.name,
        scope: 'events',
        phoneSystemId: params.phone_system_id,
        expiresAt: body.expires_at === undefined ? undefined : Date.parse(body.expires_at),
        actor: actorOf(context),
      });
      return { body: { ...presentKey(row), key } };
    }),
    route(revokeSharedKey, async ({ params }, context) => {
      const { id } = await shared(params.phone_system_id);
      const key = await findApiKey(database.read, ADMIN, params.key_id);
      await mustHave(Promise.resolve(key?.phone_system_id === id ? key : undefined), 'key');
      await revokeKey(deps, ADMIN, { named: params.key_id, actor: actorOf(context) });
      return { body: undefined };
    }),
    route(listSharedRefusedEvents, async ({ params, query }) => {
      const { id } = await shared(params.phone_system_id);
      const page = await listRefusedEventsOf(database.read, ADMIN, { id, page: query });
      return { body: presentPage(page, presentRefusedEvent) };
    }),
  ];
}
