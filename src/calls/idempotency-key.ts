import { createHash } from 'node:crypto';

/**
 * The key by which a CRM knows the tries of one step as one: 32 hex digits, the same for each of them
 * whatever process makes it, since all that it is made of is on disk before the first. It holds the
 * call key, so nobody outside can guess it.
 */
export function idempotencyKey(
  lane: { readonly call_key: string },
  step: { readonly id: string; readonly keyNumber: number },
): string {
  const text = `${lane.call_key}\n${step.id}\n${step.keyNumber}`;
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
