import { createHash } from 'node:crypto';

/** RFC 7636, section 4.1: 32 random bytes give 43 characters, the least that is allowed. */
const VERIFIER_BYTES = 32;

/** A PKCE pair with S256 (RFC 7636): the verifier stays here, its challenge goes along openly. */
export function createPkce(randomBytes: (size: number) => Uint8Array): {
  readonly verifier: string;
  readonly challenge: string;
} {
  const verifier = Buffer.from(randomBytes(VERIFIER_BYTES)).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}
