import { AppError } from '../errors/app-error.ts';
import { openBytes, sealBytes } from './key-seal.ts';
import type { NamedKey } from './key-seal.ts';

/** Where a secret belongs: sealed for one place, it opens nowhere else. */
export interface SecretPlace {
  readonly organizationId: string;
  readonly connectionId: string;
  readonly field: string;
}

export interface SealedSecret {
  /** Id of the key that it is sealed with. */
  readonly keyId: string;
  /** 12 random bytes. */
  readonly nonce: Uint8Array;
  /** Ciphertext, then the 16 bytes of the tag. */
  readonly sealed: Uint8Array;
}

export interface Vault {
  /** Id of the key that seals now; it changes when keys are rotated. */
  readonly keyId: string;
  seal(place: SecretPlace, secret: string): SealedSecret;
  /** Throws `internal` when it was sealed by an unknown key or for another place, or was changed. */
  open(place: SecretPlace, secret: SealedSecret): string;
}

/** The keys of a vault: one seals, and those before it open what they sealed. */
export interface VaultKeys {
  current(): NamedKey;
  find(id: string): NamedKey | undefined;
}

/**
 * Seals secrets with AES-256-GCM, each bound to its place, under one key or under the current one
 * of several.
 */
export function createVault(
  keys: NamedKey | VaultKeys,
  randomBytes: (size: number) => Uint8Array,
): Vault {
  const known = 'bytes' in keys ? onlyKey(keys) : keys;
  return {
    get keyId() {
      return known.current().id;
    },
    seal: (place, secret) => {
      const key = known.current();
      const clear = Buffer.from(secret, 'utf8');
      const sealed = sealBytes(key, { clear, place: placeOf(place, key.id) }, randomBytes);
      return { keyId: key.id, ...sealed };
    },
    open: (place, secret) => {
      const key = known.find(secret.keyId);
      if (key === undefined) {
        throw cannotOpen(place, `it was sealed with the key '${secret.keyId}'`);
      }
      try {
        return Buffer.from(openBytes(key, secret, placeOf(place, key.id))).toString('utf8');
      } catch (cause) {
        throw cannotOpen(place, 'it was changed, or belongs to another place', cause);
      }
    },
  };
}

function onlyKey(key: NamedKey): VaultKeys {
  return { current: () => key, find: (id) => (id === key.id ? key : undefined) };
}

function placeOf(place: SecretPlace, keyId: string): readonly string[] {
  return ['patchcord 1', keyId, place.organizationId, place.connectionId, place.field];
}

function cannotOpen(place: SecretPlace, why: string, cause?: unknown): AppError {
  return new AppError(
    'internal',
    `The secret '${place.field}' of ${ownerOf(place)} cannot be opened: ${why}.`,
    { cause },
  );
}

/** Most are of a connection; the places of others say in words whose they are. */
function ownerOf({ connectionId }: SecretPlace): string {
  return connectionId.startsWith('phone system ') ? connectionId : `connection ${connectionId}`;
}
