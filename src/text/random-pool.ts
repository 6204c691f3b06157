/** Bytes that are drawn at once: a call of the system for each id costs more than the id. */
const POOL_BYTES = 4_096;

/**
 * Hands out random bytes of a pool that is filled from `randomBytes` when it runs dry; none is handed
 * out twice. For ids: what is secret is drawn by itself and does not lie in memory before.
 */
export function poolRandomBytes(
  randomBytes: (size: number) => Uint8Array,
): (size: number) => Uint8Array {
  let pool = new Uint8Array(0);
  let taken = 0;
  return (size) => {
    if (size > POOL_BYTES) return randomBytes(size);
    if (pool.length - taken < size) {
      pool = Uint8Array.from(randomBytes(POOL_BYTES));
      taken = 0;
    }
    taken += size;
    return pool.subarray(taken - size, taken);
  };
}
