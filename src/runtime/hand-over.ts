/** Gives an item away; resolves once somebody has taken it, or nobody takes anything any more. */
export type Give<Item> = (item: Item) => Promise<void>;

/**
 * Turns one who gives into items that can be taken one by one. Whoever gives waits until the item is
 * taken, so that one waits at most while another is worked on. The signal that `produce` gets aborts
 * too when the taker stops early; the iteration ends only when `produce` has ended.
 */
export async function* handOver<Item>(
  produce: (give: Give<Item>, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<Item, void> {
  const left = new AbortController();
  const waiting: { readonly item: Item; readonly taken: () => void }[] = [];
  let news = Promise.withResolvers<void>();
  let over = false;
  const give: Give<Item> = (item) => {
    if (left.signal.aborted) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push({ item, taken: resolve });
    news.resolve();
    return promise;
  };
  const done = produce(give, AbortSignal.any([signal, left.signal])).finally(() => {
    over = true;
    news.resolve();
  });
  // Whoever takes hears of a failure at the end; until then nobody listens.
  done.catch(() => undefined);
  try {
    for (;;) {
      const next = waiting.shift();
      if (next !== undefined) {
        next.taken();
        yield next.item;
        continue;
      }
      if (over) break;
      await news.promise;
      news = Promise.withResolvers<void>();
    }
    await done;
  } finally {
    left.abort();
    for (const { taken } of waiting) taken();
    await done.catch(() => undefined);
  }
}
