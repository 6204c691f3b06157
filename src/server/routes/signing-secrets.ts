import type * as z from 'zod';

import {
  createSigningSecret as create,
  removeSigningSecret as remove,
} from '../../calls/signatures/signing-secrets.ts';
import type { SigningSecretDeps } from '../../calls/signatures/signing-secrets.ts';
import {
  createSharedSigningSecret,
  createSigningSecret,
  deleteSharedSigningSecret,
  deleteSigningSecret,
  listSharedSigningSecrets,
  listSigningSecrets,
} from '../../contract/signing-secrets.ts';
import type { CreatedSigningSecret, SigningSecret } from '../../contract/signing-secrets.ts';
import { findPhoneSystem } from '../../organizations/phone-systems-repository.ts';
import { ADMIN } from '../../organizations/scope.ts';
import type { AdminScope, OrganizationScope } from '../../organizations/scope.ts';
import { listSigningSecrets as listRows } from '../../organizations/signing-secrets-repository.ts';
import type { SigningSecretRow } from '../../organizations/signing-secrets-repository.ts';
import type { Page } from '../../store/page.ts';
import { route } from '../route.ts';
import type { Answer, RequestContext, Route } from '../route.ts';
import { mustHave } from './must-have.ts';
import { actorOf, iso, isoOrNull, presentPage } from './present.ts';

type Whose = OrganizationScope | AdminScope;
type Named = { readonly phone_system_id: string };

/** With what phone systems sign: those of an organization, and the operator's shared ones. */
export function signingSecretRoutes(deps: SigningSecretDeps): readonly Route[] {
  const list = async (whose: Whose, { phone_system_id: phoneSystemId }: Named, page: Page) => {
    const { read } = deps.database;
    await mustHave(findPhoneSystem(read, whose, phoneSystemId), 'phone system');
    return { body: presentPage(await listRows(read, whose, { phoneSystemId, page }), present) };
  };
  const make = async (
    whose: Whose,
    of: Named & { readonly secret: string | undefined },
    context: RequestContext,
  ): Promise<Answer<z.input<typeof CreatedSigningSecret>>> => {
    const { row, secret } = await create(deps, whose, {
      phoneSystemId: of.phone_system_id,
      secret: of.secret,
      actor: actorOf(context),
    });
    return { body: { ...present(row), secret } };
  };
  const end = async (
    whose: Whose,
    of: Named & { readonly signing_secret_id: string },
    context: RequestContext,
  ) => {
    const named = { phoneSystemId: of.phone_system_id, id: of.signing_secret_id };
    await remove(deps, whose, { ...named, actor: actorOf(context) });
    return { body: undefined };
  };
  return [
    route(listSigningSecrets, ({ params, query }, { scope }) => list(scope(), params, query)),
    route(createSigningSecret, ({ params, body }, context) =>
      make(context.scope(), { ...params, secret: body.secret }, context),
    ),
    route(deleteSigningSecret, ({ params }, context) => end(context.scope(), params, context)),
    route(listSharedSigningSecrets, ({ params, query }) => list(ADMIN, params, query)),
    route(createSharedSigningSecret, ({ params, body }, context) =>
      make(ADMIN, { ...params, secret: body.secret }, context),
    ),
    route(deleteSharedSigningSecret, ({ params }, context) => end(ADMIN, params, context)),
  ];
}

function present(row: SigningSecretRow): z.input<typeof SigningSecret> {
  return {
    id: row.id,
    created_at: iso(row.created_at),
    last_used_at: isoOrNull(row.last_used_at),
  };
}
