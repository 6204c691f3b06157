const MINUTE_MS = 60_000;
/** A refresh ahead falls into this part of a token's life; at random, so that not all fall together. */
const REFRESH_FROM = 0.75;
const REFRESH_SPREAD = 0.15;
/** A longer life is not believed: it would overflow a date. */
const LONGEST_LIFE_MS = 10 * 365 * 24 * 60 * MINUTE_MS;

/**
 * When a token ends and from when on it is renewed ahead, in epoch milliseconds; both null when the
 * server did not say how long it lives. `askedAt`: before the request left, so that the way of the
 * answer is not counted as life. Renewal begins between 75 and 90 % of the life, and at the latest
 * a minute or 10 % before its end; a very short life is halved.
 */
export function tokenTimes(
  expiresInSeconds: number | undefined,
  askedAt: number,
  random: number,
): { readonly expiresAt: number | null; readonly refreshAt: number | null } {
  if (expiresInSeconds === undefined || !(expiresInSeconds > 0)) {
    return { expiresAt: null, refreshAt: null };
  }
  const life = Math.min(Math.floor(expiresInSeconds * 1_000), LONGEST_LIFE_MS);
  const margin = Math.min(Math.max(MINUTE_MS, life * 0.1), life / 2);
  const ahead = life * (REFRESH_FROM + REFRESH_SPREAD * random);
  return {
    expiresAt: askedAt + life,
    refreshAt: askedAt + Math.floor(Math.min(ahead, life - margin)),
  };
}
