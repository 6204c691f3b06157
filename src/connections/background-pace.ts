import type { Limit } from '../document/options/limits.ts';
import { arrivalOf, paceOf, windowMs } from './pace.ts';
import type { Buckets } from './pace.ts';

/** What the background may use of each limit; the rest stays for calls and look-ups. */
export const BACKGROUND_SHARE = 0.8;
/** A slot that comes free is left to calls for so much of the time between two, and no longer. */
const MANNERS_SHARE = 0.25;
const MANNERS_MAX_US = 100_000;

/** Names the bucket in which requests of the background are counted once more, by themselves. */
export function backgroundWindow(limit: Limit): number {
  return -windowMs(limit);
}

/**
 * When a request of the background may leave, at `now` (epoch milliseconds) or later, and how the
 * buckets stand then, those of all and its own. It has 80 % of each limit and of each burst, and the
 * slots that others have taken are theirs.
 */
export function backgroundSlot(
  limits: readonly Limit[],
  buckets: Buckets,
  now: number,
): { readonly at: number; readonly next: Buckets } {
  const nowUs = now * 1_000;
  const places = limits.flatMap((limit) => {
    const [all, own] = [paceOf(limit), paceOf(shareOf(limit))];
    const manners = Math.min(all.intervalUs * MANNERS_SHARE, MANNERS_MAX_US);
    const early = all.toleranceUs * BACKGROUND_SHARE - manners;
    return [
      { key: windowMs(limit), pace: all, early },
      { key: backgroundWindow(limit), pace: own, early: own.toleranceUs },
    ];
  });
  const asked = places.map(({ key, pace, early }) => {
    const kept = buckets.get(key);
    const arrival = arrivalOf(pace, kept, nowUs);
    // A bucket that nobody has touched since is free: there is nobody to let pass.
    const isFree = arrival === nowUs;
    return { key, pace, arrival, earliest: isFree ? nowUs : arrival - early };
  });
  const at = Math.ceil(Math.max(nowUs, ...asked.map(({ earliest }) => earliest)) / 1_000);
  const next = asked.map(
    ({ key, pace, arrival }) => [key, Math.max(arrival, at * 1_000) + pace.intervalUs] as const,
  );
  return { at, next: new Map(next) };
}

/** The same number in more time: 1 in 1 s becomes 1 in 1.25 s. */
function shareOf({ requests, per_seconds, burst }: Limit): Limit {
  return {
    requests,
    per_seconds: per_seconds / BACKGROUND_SHARE,
    ...(burst === undefined ? {} : { burst: Math.max(1, Math.floor(burst * BACKGROUND_SHARE)) }),
  };
}
