const PREFIX = 'whsec_';
const FORM = /^whsec_([A-Za-z0-9+/]+={0,2})$/u;
/** Bounds of Standard Webhooks 1.0.0, in bytes. */
const LEAST_BYTES = 24;
const MOST_BYTES = 64;
/** As much as the digest of the signatures. */
const MADE_BYTES = 32;

/** A new signing secret as Standard Webhooks writes them: `whsec_` and Base64 of 32 random bytes. */
export function makeSigningSecret(randomBytes: (size: number) => Uint8Array): string {
  return `${PREFIX}${Buffer.from(randomBytes(MADE_BYTES)).toString('base64')}`;
}

/** The bytes of a signing secret; undefined for a text that is none, or none of 24 to 64 bytes. */
export function readSigningSecret(text: string): Uint8Array | undefined {
  const base64 = FORM.exec(text)?.[1];
  if (base64 === undefined) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  // Node skips what is no Base64, so that two texts would be one secret.
  if (unpadded(bytes.toString('base64')) !== unpadded(base64)) return undefined;
  return bytes.length >= LEAST_BYTES && bytes.length <= MOST_BYTES ? bytes : undefined;
}

function unpadded(base64: string): string {
  return base64.replace(/=+$/u, '');
}
