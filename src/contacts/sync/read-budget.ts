import { readRetryAfter } from '../../runtime/retry-after.ts';

/** What an answer says of the requests that are left. */
export interface RequestBudget {
  readonly remaining: number;
  /** Requests in the whole of its span; absent: not said. */
  readonly limit?: number;
  /** Milliseconds until it is whole again; absent: not said. */
  readonly resetMs?: number;
}

type Headers = Readonly<Record<string, string>>;

/** How vendors name what is left and what there was; the first that is there counts. */
const NAMES: readonly { readonly remaining: string; readonly limit: string }[] = [
  { remaining: 'ratelimit-remaining', limit: 'ratelimit-limit' },
  { remaining: 'x-ratelimit-remaining', limit: 'x-ratelimit-limit' },
  { remaining: 'x-rate-limit-remaining', limit: 'x-rate-limit-limit' },
  { remaining: 'x-hubspot-ratelimit-remaining', limit: 'x-hubspot-ratelimit-max' },
];

/**
 * Reads `RateLimit-Remaining` and its relatives, and the field `RateLimit` with `limit`, `remaining`
 * or `r` (IETF drafts); `undefined` where an answer has none. Names in lower case; `now`: epoch ms.
 */
export function readBudget(headers: Headers, now: number): RequestBudget | undefined {
  const found = NAMES.map((names) => ({
    remaining: wholeNumber(headers[names.remaining]),
    limit: wholeNumber(headers[names.limit]),
  })).find(({ remaining }) => remaining !== undefined);
  const { remaining, limit } = found ?? fromField(headers['ratelimit']);
  if (remaining === undefined) return undefined;
  // The time of the reset is read as for a refusal, which says nothing while something is left.
  const resetMs = readRetryAfter(withNothingLeft(headers), now);
  return {
    remaining,
    ...(limit === undefined || limit < remaining ? {} : { limit }),
    ...(resetMs === undefined ? {} : { resetMs }),
  };
}

function fromField(field = ''): { readonly remaining?: number; readonly limit?: number } {
  const remaining = wholeNumber(/(?:^|[;,\s])(?:r|remaining)=(\d{1,15})/.exec(field)?.[1]);
  const limit = wholeNumber(/(?:^|[;,\s])(?:q|limit)=(\d{1,15})/.exec(field)?.[1]);
  return {
    ...(remaining === undefined ? {} : { remaining }),
    ...(limit === undefined ? {} : { limit }),
  };
}

function withNothingLeft(headers: Headers): Headers {
  const spent = NAMES.map(({ remaining }) => [remaining, '0'] as const);
  const known = spent.filter(([name]) => headers[name] !== undefined);
  return { ...headers, ...Object.fromEntries(known) };
}

/** Of `100, 100;w=60` the first. */
function wholeNumber(text: string | undefined): number | undefined {
  const found = /^\s*(\d{1,15})(?=\s*(?:$|[,;]))/.exec(text ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
}
