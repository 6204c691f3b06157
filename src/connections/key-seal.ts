import { createCipheriv, createDecipheriv } from 'node:crypto';

/** A key by which other things are sealed: 32 bytes, named without telling them. */
export interface NamedKey {
  readonly id: string;
  /** 32 bytes. */
  readonly bytes: Uint8Array;
}

export interface Sealed {
  /** 12 random bytes. */
  readonly nonce: Uint8Array;
  /** Ciphertext, then the 16 bytes of the tag. */
  readonly sealed: Uint8Array;
}

const CIPHER = 'aes-256-gcm';
/** NIST SP 800-38D, section 8.2: 96 bits; random ones are safe for 2^32 secrets of one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals bytes for one place with AES-256-GCM: they open nowhere else. */
export function sealBytes(
  key: NamedKey,
  what: { readonly clear: Uint8Array; readonly place: readonly string[] },
  randomBytes: (size: number) => Uint8Array,
): Sealed {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key.bytes, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(describe(what.place));
  const text = Buffer.concat([cipher.update(what.clear), cipher.final()]);
  return { nonce, sealed: Buffer.concat([text, cipher.getAuthTag()]) };
}

/** What `sealBytes` sealed; throws when the key or the place is another, or a byte was changed. */
export function openBytes(key: NamedKey, from: Sealed, place: readonly string[]): Uint8Array {
  const end = from.sealed.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key.bytes, from.nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(describe(place));
  decipher.setAuthTag(from.sealed.subarray(end));
  const clear = decipher.update(from.sealed.subarray(0, end));
  return Buffer.concat([clear, decipher.final()]);
}

// JSON of an array: no two places have the same bytes, whatever their names hold.
function describe(place: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(place), 'utf8');
}
