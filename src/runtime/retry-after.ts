import { parseHttpDate } from './http-date.ts';

type Headers = Readonly<Record<string, string>>;

const RETRY_AFTER_MIN_MS = 1_000;
const RETRY_AFTER_MAX_MS = 24 * 60 * 60_000;
/** HubSpot's day ends at midnight of the account's zone, which nobody tells us: ask every hour. */
const DAILY_LIMIT_PROBE_MS = 60 * 60_000;

/**
 * Milliseconds to wait, as the headers of a refusal say, between 1 s and 24 h; `undefined` when
 * they say nothing. Reads `Retry-After` (RFC 9110, section 10.2.3: seconds or a date), its
 * millisecond forms, `RateLimit` and `RateLimit-Reset` (IETF drafts), `X-RateLimit-*`, and
 * HubSpot's interval and daily headers. `headers` has names in lower case; `now` is epoch ms.
 */
export function readRetryAfter(headers: Headers, now: number): number | undefined {
  const wait =
    retryAfter(headers, now) ??
    milliseconds(headers) ??
    hubSpot(headers) ??
    rateLimitField(headers) ??
    reset(headers, now);
  return wait === undefined || !Number.isFinite(wait)
    ? undefined
    : Math.min(Math.max(Math.ceil(wait), RETRY_AFTER_MIN_MS), RETRY_AFTER_MAX_MS);
}

/**
 * Milliseconds until a CRM takes requests again that has answered, and says with the answer that it
 * was the last one of its limit; `undefined` where it says nothing of the kind.
 */
export function readSpentLimit(headers: Headers, now: number): number | undefined {
  const isSpent =
    REMAINING_NAMES.some((name) => numberOf(headers[name]) === 0) ||
    /(?:^|[;,\s])(?:r|remaining)=0(?:$|[;,\s])/.test(headers['ratelimit'] ?? '');
  return isSpent ? readRetryAfter(headers, now) : undefined;
}

const REMAINING_NAMES: readonly string[] = [
  'ratelimit-remaining',
  'x-ratelimit-remaining',
  'x-rate-limit-remaining',
  'x-hubspot-ratelimit-remaining',
  'x-hubspot-ratelimit-daily-remaining',
];

function retryAfter(headers: Headers, now: number): number | undefined {
  const value = headers['retry-after']?.trim();
  if (value === undefined || value === '') return undefined;
  // Repeated headers arrive joined; a date has a comma of its own.
  const seconds = numberOf(value.split(',', 1)[0]);
  if (seconds !== undefined) return seconds * 1_000;
  const date = parseHttpDate(value);
  return date === undefined ? undefined : date - now;
}

function milliseconds(headers: Headers): number | undefined {
  return numberOf(headers['retry-after-ms'] ?? headers['x-ms-retry-after-ms']);
}

/** developers.hubspot.com, "API usage guidelines": a burst per interval, and a limit per day. */
function hubSpot(headers: Headers): number | undefined {
  if (numberOf(headers['x-hubspot-ratelimit-daily-remaining']) === 0) return DAILY_LIMIT_PROBE_MS;
  return numberOf(headers['x-hubspot-ratelimit-interval-milliseconds']);
}

/** `RateLimit: "burst";r=0;t=30` and the older `limit=100, remaining=0, reset=30`. */
function rateLimitField(headers: Headers): number | undefined {
  const seconds = /(?:^|[;,\s])(?:t|reset)=(\d{1,9})/.exec(headers['ratelimit'] ?? '')?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
}

const RESET_NAMES: readonly (readonly [remaining: string, reset: string])[] = [
  ['ratelimit-remaining', 'ratelimit-reset'],
  ['x-ratelimit-remaining', 'x-ratelimit-reset-after'],
  ['x-ratelimit-remaining', 'x-ratelimit-reset'],
  ['x-rate-limit-remaining', 'x-rate-limit-reset'],
];

/** Vendors write seconds from now, epoch seconds or epoch milliseconds; sizes tell them apart. */
function reset(headers: Headers, now: number): number | undefined {
  for (const [remaining, name] of RESET_NAMES) {
    const value = numberOf(headers[name]);
    if (value === undefined || (numberOf(headers[remaining]) ?? 0) > 0) continue;
    if (value > 1e12) return value - now;
    return value > 1e9 ? value * 1_000 - now : value * 1_000;
  }
  return undefined;
}

function numberOf(text: string | undefined): number | undefined {
  const trimmed = text?.trim();
  return trimmed !== undefined && /^\d{1,15}(?:\.\d{1,9})?$/.test(trimmed)
    ? Number(trimmed)
    : undefined;
}
