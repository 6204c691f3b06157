import { createHmac } from 'node:crypto';

/** Crockford's base 32: no I, L, O, U, so that a key can be read out on the phone. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 20;

/**
 * The key by which a CRM knows a call: the same for every try, different for each connection, and
 * (HMAC-SHA-256 under `secret`, cut to 100 bits) not to be guessed. 20 characters.
 */
export function callKey(secret: Uint8Array, callId: string, connectionId: string): string {
  const digest = createHmac('sha256', secret).update(`${callId}\n${connectionId}`).digest();
  let bits = 0n;
  for (const byte of digest.subarray(0, 13)) bits = (bits << 8n) | BigInt(byte);
  return Array.from({ length: LENGTH }, (_, at) => {
    const shift = BigInt(104 - 5 * (at + 1));
    return ALPHABET[Number((bits >> shift) & 31n)] ?? '';
  }).join('');
}
