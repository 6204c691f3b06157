import { listApiKeys } from '../../access/api-keys-repository.ts';
import { createKey as make, revokeKey as revoke } from '../../access/keys.ts';
import { createKey, listKeys, revokeKey } from '../../contract/keys.ts';
import type { LiveHub } from '../live/live-hub.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { presentKey } from './present-key.ts';
import { actorOf, presentPage } from './present.ts';
import type { StoreDeps } from './route-deps.ts';

/** The API keys of an organization. */
export function keyRoutes(
  deps: StoreDeps & { readonly live: Pick<LiveHub, 'check'> },
): readonly Route[] {
  return [
    route(listKeys, async ({ query }, { scope }) => ({
      body: presentPage(await listApiKeys(deps.database.read, scope(), query), presentKey),
    })),
    route(createKey, async ({ body }, context) => {
      const { row, key } = await make(deps, context.scope(), {
        name: body.name,
        scope: body.scope,
        phoneSystemId: body.phone_system_id,
        expiresAt: body.expires_at === undefined ? undefined : Date.parse(body.expires_at),
        actor: actorOf(context),
      });
      return { body: { ...presentKey(row), key } };
    }),
    route(revokeKey, async ({ params }, context) => {
      const request = { named: params.key_id, actor: actorOf(context) };
      await revoke(deps, context.scope(), request);
      await deps.live.check();
      return { body: undefined };
    }),
  ];
}
