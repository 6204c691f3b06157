import { recordDeed } from '../access/audit.ts';
import type { Actor } from '../access/audit.ts';
import { AppError } from '../errors/app-error.ts';
import type { OrganizationDeps } from './organizations.ts';
import { changePhoneSystemRow, lockPhoneSystem } from './phone-systems-repository.ts';
import type { PhoneSystem } from './phone-systems-repository.ts';
import { hasAll } from './put.ts';
import type { AdminScope, OrganizationScope } from './scope.ts';
import { selectSigningSecrets } from './signing-secrets-repository.ts';

/**
 * Renames a phone system of the scope, or says whether its events need a signature; what is absent
 * stays. Rejects with `not_found`, `conflict` for a name in use or where signatures would be required
 * and none could be made, and with what `allow` throws.
 */
export async function changePhoneSystem(
  { database, ids }: OrganizationDeps,
  scope: OrganizationScope | AdminScope,
  request: {
    readonly id: string;
    readonly name?: string | undefined;
    readonly signaturesRequired?: boolean | undefined;
    readonly actor: Actor;
    /** Called inside the transaction with what is there, before anything changes. */
    readonly allow: (present: PhoneSystem) => void;
  },
): Promise<PhoneSystem> {
  const { id, name, signaturesRequired: required } = request;
  const now = database.now();
  return await database.write(async (transaction) => {
    const known = await lockPhoneSystem(transaction, scope, id);
    if (known === undefined) throw new AppError('not_found', 'No such phone system.');
    request.allow(known);
    const change = {
      name: name ?? known.name,
      signatures_required_at: since(known.signatures_required_at, required, now),
    };
    if (hasAll(known, change)) return known;
    if (known.signatures_required_at === null && change.signatures_required_at !== null) {
      const secrets = await selectSigningSecrets(transaction, scope, id);
      if (secrets.length === 0) {
        throw new AppError(
          'conflict',
          'The phone system has no signing secret, so each of its events would be refused: create one first.',
        );
      }
    }
    await changePhoneSystemRow(transaction, scope, { id, ...change });
    await recordDeed(transaction, scope, {
      ids,
      actor: request.actor,
      action: 'phone_system.updated',
      objectKind: 'phone_system',
      objectId: id,
      details: { name: change.name, signatures_required: change.signatures_required_at !== null },
      at: now,
    });
    return { ...known, ...change };
  });
}

function since(known: number | null, required: boolean | undefined, now: number): number | null {
  if (required === undefined) return known;
  return required ? (known ?? now) : null;
}
