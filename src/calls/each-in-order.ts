/**
 * Works on all items at the same time, but on those of one key one after the other, in their order. Items
 * without a key wait for none. Resolves with the results in the order of the items; rejects as soon as
 * `work` does.
 */
export async function eachInOrder<T, R>(
  items: readonly T[],
  keyOf: (item: T) => string | undefined,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const last = new Map<string, Promise<R>>();
  const running = items.map((item) => {
    const key = keyOf(item);
    const before = key === undefined ? undefined : last.get(key);
    const result = before === undefined ? work(item) : before.then(() => work(item));
    if (key !== undefined) last.set(key, result);
    return result;
  });
  return await Promise.all(running);
}
