import * as z from 'zod';

import type { Vault } from '../../connections/vault.ts';
import type { ErasureRow } from './erasure-repository.ts';
import type { NamedPerson } from './person.ts';

type SealedPart = Pick<ErasureRow, 'key_id' | 'nonce' | 'sealed'>;

const Who = z.object({
  numbers: z.array(z.string()),
  contacts: z.array(
    z.object({
      connectionId: z.string(),
      contactId: z.string(),
      contactType: z.string().optional(),
    }),
  ),
});

/** In place of a person who is known by digests alone. */
export const FORGOTTEN = { key_id: null, nonce: null, sealed: null } as const;

/** Keeps who it is as long as the erasure is applied, so that it goes on after a restart. */
export function sealPerson(vault: Vault, id: string, person: NamedPerson): SealedPart {
  const { keyId, nonce, sealed } = vault.seal(placeOf(id), JSON.stringify(person));
  return { key_id: keyId, nonce, sealed };
}

/** Undefined where nothing is kept any more, or its key is gone: the digests do the rest. */
export function openPerson(
  vault: Vault,
  { id, key_id: keyId, nonce, sealed }: SealedPart & Pick<ErasureRow, 'id'>,
): NamedPerson | undefined {
  if (keyId === null || nonce === null || sealed === null) return undefined;
  try {
    return Who.parse(JSON.parse(vault.open(placeOf(id), { keyId, nonce, sealed })));
  } catch {
    return undefined;
  }
}

function placeOf(id: string) {
  return { organizationId: '', connectionId: 'erasure', field: id };
}
