import { recordDeed } from '../access/audit.ts';
import type { Actor } from '../access/audit.ts';
import { AppError } from '../errors/app-error.ts';
import type { OrganizationScope } from '../organizations/scope.ts';
import { againOnConflict } from '../store/again-on-conflict.ts';
import type { Database } from '../store/database.ts';
import type { Handle } from '../store/handle.ts';
import type { Ids } from '../text/uuid.ts';
import {
  deleteUserLink,
  findUserLink,
  findUserLinkByExternalId,
  insertUserLink,
  putUserLink,
} from './user-links-repository.ts';
import type { UserLink } from './user-links-repository.ts';

/** A user link as it is to be, by its external id. */
export interface UserLinkPut {
  readonly externalId: string;
  readonly connectionId: string;
  readonly extensionId: string;
  readonly crmUserId: string;
  readonly crmUserName: string | null;
  /** JSON object: what `Users` says of this user. */
  readonly locals: string;
  readonly actor: Actor;
  /** Called with the link that is there before anything changes; what it throws ends the change. */
  readonly allow: (present: UserLink | undefined) => void;
}

/** True when the link is what is wanted already. */
export function isLinked(
  link: UserLink,
  put: Pick<UserLinkPut, 'connectionId' | 'extensionId' | 'crmUserId' | 'crmUserName'>,
): boolean {
  return (
    link.connection_id === put.connectionId &&
    link.extension_id === put.extensionId &&
    link.crm_user_id === put.crmUserId &&
    link.crm_user_name === put.crmUserName
  );
}

/**
 * Makes the user link of an external id, or changes it to what is wanted, also to another extension
 * or connection. A link of this extension and connection without an external id is taken over.
 * Rejects with `conflict` when that link has another one.
 */
export async function putLink(
  { database, ids }: { readonly database: Database; readonly ids: Ids },
  scope: OrganizationScope,
  put: UserLinkPut,
): Promise<{ readonly row: UserLink; readonly created: boolean }> {
  const key = { connectionId: put.connectionId, extensionId: put.extensionId };
  return await againOnConflict(() =>
    database.write(async (transaction) => {
      const known = await findUserLinkByExternalId(transaction, scope, put.externalId);
      put.allow(known);
      if (known !== undefined && isLinked(known, put)) return { row: known, created: false };
      const there = await findUserLink(transaction, scope, key);
      if (there !== undefined) refuseForeign(there, put.externalId);
      if (known !== undefined) await leave(transaction, scope, { known, key });
      const at = database.now();
      // Where nothing was, an insert that fails on what came in between, instead of writing over it.
      const write = there === undefined ? insertUserLink : putUserLink;
      await write(transaction, scope, {
        connection_id: put.connectionId,
        extension_id: put.extensionId,
        external_id: put.externalId,
        crm_user_id: put.crmUserId,
        crm_user_name: put.crmUserName,
        locals: put.locals,
        linked_at: at,
      });
      await recordDeed(transaction, scope, {
        ids,
        actor: put.actor,
        action: 'user_link.put',
        objectKind: 'extension',
        objectId: put.extensionId,
        details: {
          connection_id: put.connectionId,
          crm_user_id: put.crmUserId,
          external_id: put.externalId,
        },
        at,
      });
      const row = await findUserLink(transaction, scope, key);
      if (row === undefined) throw new Error('a link that was just written cannot be read');
      return { row, created: known === undefined && there === undefined };
    }),
  );
}

/** Takes a link away from the extension and connection that it had, when these are others. */
async function leave(
  transaction: Handle,
  scope: OrganizationScope,
  of: { known: UserLink; key: { connectionId: string; extensionId: string } },
): Promise<void> {
  const { known, key } = of;
  const before = { connectionId: known.connection_id, extensionId: known.extension_id };
  const stays = before.connectionId === key.connectionId && before.extensionId === key.extensionId;
  if (!stays) await deleteUserLink(transaction, scope, before);
}

function refuseForeign(there: UserLink, externalId: string): void {
  if (there.external_id === null || there.external_id === externalId) return;
  throw new AppError(
    'conflict',
    `Extension ${there.extension_number} is linked on this connection as '${there.external_id}': change that link, or delete it.`,
  );
}
