import { recordDeed } from '../../access/audit.ts';
import type { Actor } from '../../access/audit.ts';
import { signingPlace } from '../../connections/signing-place.ts';
import type { Vault } from '../../connections/vault.ts';
import { AppError } from '../../errors/app-error.ts';
import { lockPhoneSystem } from '../../organizations/phone-systems-repository.ts';
import type { AdminScope, OrganizationScope } from '../../organizations/scope.ts';
import {
  deleteSigningSecret,
  insertSigningSecret,
  selectSigningSecrets,
} from '../../organizations/signing-secrets-repository.ts';
import type { SigningSecretRow } from '../../organizations/signing-secrets-repository.ts';
import type { Database } from '../../store/database.ts';
import type { Ids } from '../../text/uuid.ts';
import { makeSigningSecret, readSigningSecret } from './signing-secret.ts';

export interface SigningSecretDeps {
  readonly database: Database;
  readonly ids: Ids;
  readonly vault: Vault;
  readonly randomBytes: (size: number) => Uint8Array;
}

/** One that works, and one that takes its place. */
const MOST_SECRETS = 2;

/**
 * Gives a phone system of the scope a signing secret, its own one where the request names it; both it
 * and one before it are good. Rejects with `invalid_request` for a text that is no signing secret,
 * `not_found`, and `conflict` when the phone system has two.
 */
export async function createSigningSecret(
  deps: SigningSecretDeps,
  scope: OrganizationScope | AdminScope,
  request: {
    readonly phoneSystemId: string;
    readonly secret?: string | undefined;
    readonly actor: Actor;
  },
): Promise<{ readonly row: SigningSecretRow; readonly secret: string }> {
  const { database, ids, vault } = deps;
  const { phoneSystemId } = request;
  const secret = request.secret ?? makeSigningSecret(deps.randomBytes);
  if (readSigningSecret(secret) === undefined) throw noSecret();
  const now = database.now();
  const id = ids.next();
  const organizationId = 'organizationId' in scope ? scope.organizationId : null;
  const place = signingPlace({ organizationId: organizationId ?? '', phoneSystemId, id });
  const { keyId, nonce, sealed } = vault.seal(place, secret);
  const row = {
    ...{ id, phone_system_id: phoneSystemId, key_id: keyId, nonce, sealed },
    created_at: now,
    last_used_at: null,
  };
  await database.write(async (transaction) => {
    await lock(transaction, scope, phoneSystemId);
    const known = await selectSigningSecrets(transaction, scope, phoneSystemId);
    if (known.length >= MOST_SECRETS) {
      throw new AppError(
        'conflict',
        'The phone system has two signing secrets: delete the one that is not used any more first.',
      );
    }
    await insertSigningSecret(transaction, scope, row);
    await recordDeed(transaction, scope, {
      ids,
      actor: request.actor,
      action: 'signing_secret.created',
      objectKind: 'phone_system',
      objectId: phoneSystemId,
      details: { signing_secret_id: id },
      at: now,
    });
  });
  return { row: { ...row, organization_id: organizationId }, secret };
}

/**
 * Takes a signing secret from a phone system of the scope: it is good for nothing at once. Rejects
 * with `not_found`, and with `conflict` for the only one of a phone system that must sign.
 */
export async function removeSigningSecret(
  { database, ids }: Pick<SigningSecretDeps, 'database' | 'ids'>,
  scope: OrganizationScope | AdminScope,
  request: { readonly phoneSystemId: string; readonly id: string; readonly actor: Actor },
): Promise<void> {
  const { phoneSystemId, id } = request;
  await database.write(async (transaction) => {
    const phoneSystem = await lock(transaction, scope, phoneSystemId);
    const known = await selectSigningSecrets(transaction, scope, phoneSystemId);
    if (!known.some((row) => row.id === id)) {
      throw new AppError('not_found', 'No such signing secret.');
    }
    if (known.length === 1 && phoneSystem.signatures_required_at !== null) {
      throw new AppError(
        'conflict',
        'It is the only signing secret of a phone system that must sign: create another one first, or set `signatures_required` to false.',
      );
    }
    await deleteSigningSecret(transaction, scope, id);
    await recordDeed(transaction, scope, {
      ids,
      actor: request.actor,
      action: 'signing_secret.deleted',
      objectKind: 'phone_system',
      objectId: phoneSystemId,
      details: { signing_secret_id: id },
      at: database.now(),
    });
  });
}

/** The bytes of a sealed signing secret. Throws `internal` when it cannot be opened. */
export function openSigningSecret(vault: Vault, row: SigningSecretRow): Uint8Array {
  const { organization_id: organizationId, phone_system_id: phoneSystemId, id } = row;
  const place = signingPlace({ organizationId: organizationId ?? '', phoneSystemId, id });
  const text = vault.open(place, { keyId: row.key_id, nonce: row.nonce, sealed: row.sealed });
  const bytes = readSigningSecret(text);
  if (bytes === undefined) throw new AppError('internal', `The signing secret ${id} is none.`);
  return bytes;
}

async function lock(
  transaction: Parameters<typeof lockPhoneSystem>[0],
  scope: OrganizationScope | AdminScope,
  id: string,
) {
  const found = await lockPhoneSystem(transaction, scope, id);
  if (found === undefined) throw new AppError('not_found', 'No such phone system.');
  return found;
}

function noSecret(): AppError {
  const message =
    'must be `whsec_` and Base64 of 24 to 64 bytes (Standard Webhooks); leave it out to have one made';
  return new AppError('invalid_request', `The body at /secret ${message}.`, {
    details: { errors: [{ in: 'body', path: '/secret', message }] },
  });
}
