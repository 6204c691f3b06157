import { createHmac } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** Crockford's base 32: no I, L, O, U, so that a key can be read out on the phone. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 20;
/** Of each of its characters. */
const BITS = 5;

/**
 * The key by which a CRM knows a call: the same for every try, different for each connection, and
 * (HMAC-SHA-256 under `secret`, cut to 100 bits) not to be guessed. 20 characters.
 */
export function callKey(
  secret: Uint8Array | KeyObject,
  callId: string,
  connectionId: string,
): string {
  const digest = createHmac('sha256', secret).update(`${callId}\n${connectionId}`).digest();
  let key = '';
  for (let at = 0; at < LENGTH; at += 1) {
    // The five bits that begin at this one, which may go on in the next byte.
    const bit = at * BITS;
    const two = digest.readUInt16BE(bit >> 3);
    key += ALPHABET[(two >> (16 - BITS - (bit & 7))) & 31] ?? '';
  }
  return key;
}
