import { AppError } from '../errors/app-error.ts';
import { findPhoneSystem } from '../organizations/phone-systems-repository.ts';
import type { AdminScope, OrganizationScope } from '../organizations/scope.ts';
import type { Database } from '../store/database.ts';
import type { Tables } from '../store/schema.ts';
import type { Ids } from '../text/uuid.ts';
import { makeApiKey } from './api-key.ts';
import type { KeyScope } from './api-key.ts';
import { findApiKey, insertApiKey, revokeApiKey } from './api-keys-repository.ts';
import { recordDeed } from './audit.ts';
import type { Actor } from './audit.ts';

export interface KeyDeps {
  readonly database: Database;
  readonly ids: Ids;
  readonly randomBytes: (size: number) => Uint8Array;
}

export interface KeyRequest {
  readonly name: string;
  readonly scope: KeyScope;
  /** Required with the scope `events`, refused with the others. */
  readonly phoneSystemId?: string | undefined;
  /** Epoch milliseconds; without it the key lasts until it is revoked. */
  readonly expiresAt?: number | undefined;
}

export interface CreatedKey {
  readonly row: Tables['api_key'];
  /** The key itself: this is the only time it is known. */
  readonly key: string;
}

/**
 * Makes an API key. Keys of the scope `admin` need the operator's scope, those of the scope
 * `organization` an organization's; those of the scope `events` the scope of their phone system, which
 * for a shared one is the operator's. Rejects with `invalid_request` where they do not fit, the end is past or
 * the phone system is missing from the request, `not_found` for a phone system that the scope does
 * not have.
 */
export async function createKey(
  deps: KeyDeps,
  scope: OrganizationScope | AdminScope,
  request: KeyRequest & { readonly actor: Actor },
): Promise<CreatedKey> {
  const { database, ids } = deps;
  const now = database.now();
  checkRequest(scope, request, now);
  const made = makeApiKey(request.scope, deps.randomBytes);
  const row = {
    id: ids.next(),
    prefix: made.prefix,
    hash: made.hash,
    name: request.name,
    scope: request.scope,
    phone_system_id: request.phoneSystemId ?? null,
    created_at: now,
    expires_at: request.expiresAt ?? null,
    revoked_at: null,
    last_used_at: null,
  };
  await database.write(async (transaction) => {
    if (request.phoneSystemId !== undefined) {
      const found = await findPhoneSystem(transaction, scope, request.phoneSystemId);
      if (found === undefined) throw noPhoneSystem(scope, request.phoneSystemId);
    }
    await insertApiKey(transaction, scope, row);
    await recordDeed(transaction, scope, {
      ids,
      actor: request.actor,
      action: 'key.created',
      objectKind: 'key',
      objectId: row.id,
      details: { name: row.name, scope: row.scope, prefix: row.prefix },
      at: now,
    });
  });
  const organization_id = 'organizationId' in scope ? scope.organizationId : null;
  return { row: { ...row, organization_id }, key: made.key };
}

/** Ends a key at once; repeating it changes nothing. Rejects with `not_found`. */
export async function revokeKey(
  deps: Pick<KeyDeps, 'database' | 'ids'>,
  scope: OrganizationScope | AdminScope,
  request: { readonly named: string; readonly actor: Actor },
): Promise<Tables['api_key']> {
  const { database, ids } = deps;
  const now = database.now();
  return await database.write(async (transaction) => {
    const row = await findApiKey(transaction, scope, request.named);
    if (row === undefined) throw new AppError('not_found', `There is no key '${request.named}'.`);
    const ended = await revokeApiKey(transaction, scope, { id: row.id, now });
    if (!ended) return row;
    await recordDeed(transaction, scope, {
      ids,
      actor: request.actor,
      action: 'key.revoked',
      objectKind: 'key',
      objectId: row.id,
      details: { name: row.name, prefix: row.prefix },
      at: now,
    });
    return { ...row, revoked_at: now };
  });
}

function checkRequest(
  scope: OrganizationScope | AdminScope,
  request: KeyRequest,
  now: number,
): void {
  if (request.expiresAt !== undefined && request.expiresAt <= now) {
    const moment = new Date(request.expiresAt).toISOString();
    throw new AppError(
      'invalid_request',
      `The key would never work: ${moment} is past. Give a moment to come, or none.`,
    );
  }
  const owned = 'organizationId' in scope;
  if (owned ? request.scope === 'admin' : request.scope === 'organization') {
    throw new AppError(
      'invalid_request',
      `A key of the scope '${request.scope}' ${owned ? 'belongs to no organization' : 'needs an organization'}.`,
    );
  }
  if ((request.scope === 'events') !== (request.phoneSystemId !== undefined)) {
    throw new AppError(
      'invalid_request',
      request.scope === 'events'
        ? "A key of the scope 'events' needs the phone system whose events it may send."
        : `A key of the scope '${request.scope}' belongs to no phone system.`,
    );
  }
}

function noPhoneSystem(scope: OrganizationScope | AdminScope, id: string): AppError {
  const sentence =
    'organizationId' in scope
      ? `There is no phone system '${id}'.`
      : `There is no shared phone system '${id}'; for one of an organization, name the organization, too.`;
  return new AppError('not_found', sentence);
}
