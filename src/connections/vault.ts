import { createCipheriv, createDecipheriv } from 'node:crypto';

import { AppError } from '../errors/app-error.ts';
import type { MasterKey } from './master-key.ts';

/** Where a secret belongs: sealed for one place, it opens nowhere else. */
export interface SecretPlace {
  readonly organizationId: string;
  readonly connectionId: string;
  readonly field: string;
}

export interface SealedSecret {
  /** Id of the master key. */
  readonly keyId: string;
  /** 12 random bytes. */
  readonly nonce: Uint8Array;
  /** Ciphertext, then the 16 bytes of the tag. */
  readonly sealed: Uint8Array;
}

export interface Vault {
  readonly keyId: string;
  seal(place: SecretPlace, secret: string): SealedSecret;
  /** Throws `internal` when it was sealed by another key or for another place, or was changed. */
  open(place: SecretPlace, secret: SealedSecret): string;
}

const CIPHER = 'aes-256-gcm';
/** NIST SP 800-38D, section 8.2: 96 bits; random ones are safe for 2^32 secrets of one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals secrets with AES-256-GCM under the master key, each bound to its place. */
export function createVault(key: MasterKey, randomBytes: (size: number) => Uint8Array): Vault {
  return {
    keyId: key.id,
    seal: (place, secret) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key.bytes, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(describePlace(place, key.id));
      const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return { keyId: key.id, nonce, sealed: Buffer.concat([text, cipher.getAuthTag()]) };
    },
    open: (place, secret) => {
      if (secret.keyId !== key.id) {
        throw cannotOpen(place, `it was sealed with the master key '${secret.keyId}'`);
      }
      const end = secret.sealed.length - TAG_BYTES;
      try {
        const decipher = createDecipheriv(CIPHER, key.bytes, secret.nonce, {
          authTagLength: TAG_BYTES,
        });
        decipher.setAAD(describePlace(place, secret.keyId));
        decipher.setAuthTag(secret.sealed.subarray(end));
        const text = decipher.update(secret.sealed.subarray(0, end));
        return Buffer.concat([text, decipher.final()]).toString('utf8');
      } catch (cause) {
        throw cannotOpen(place, 'it was changed, or belongs to another place', cause);
      }
    },
  };
}

// JSON of an array: no two places have the same bytes, whatever their names hold.
function describePlace(place: SecretPlace, keyId: string): Buffer {
  const parts = ['patchcord 1', keyId, place.organizationId, place.connectionId, place.field];
  return Buffer.from(JSON.stringify(parts), 'utf8');
}

function cannotOpen(place: SecretPlace, why: string, cause?: unknown): AppError {
  return new AppError(
    'internal',
    `The secret '${place.field}' of connection ${place.connectionId} cannot be opened: ${why}.`,
    { cause },
  );
}
