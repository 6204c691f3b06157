import type { PropertyField } from '../document/names/properties.ts';
import { createExchangeScrubber } from './scrub-exchange.ts';
import type { ExchangeScrubber } from './scrub-exchange.ts';

/** What a scrubber is made from. */
export interface Scrubbed {
  readonly fields: readonly PropertyField[];
  /** Of the connection: the same object as long as its values are the same. */
  readonly properties: Readonly<Record<string, string>>;
  /** What a sign-in filled in beside them. */
  readonly filled: Readonly<Record<string, string>>;
  /** Tokens, and texts of the call that the ledger must not show. */
  readonly more: readonly string[];
}

interface Kept {
  readonly fields: readonly PropertyField[];
  readonly key: string;
  readonly scrubber: ExchangeScrubber;
}

/**
 * Makes the scrubber of a request, and gives the connection's last one again as long as the secrets
 * are the same: all forms in which they may travel take more time and memory than the request itself.
 */
export function createScrubberKeeper(): (of: Scrubbed) => ExchangeScrubber {
  // Goes with the opened connection, so that no secret stays longer than there.
  const kept = new WeakMap<object, Kept>();
  return ({ fields, properties, filled, more }) => {
    const key = JSON.stringify([Object.entries(filled), more]);
    const known = kept.get(properties);
    if (known?.fields === fields && known.key === key) return known.scrubber;
    const scrubber = createExchangeScrubber(fields, { ...properties, ...filled }, more);
    kept.set(properties, { fields, key, scrubber });
    return scrubber;
  };
}
