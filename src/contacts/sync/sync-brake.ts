import * as z from 'zod';

import type { RequestBudget } from './read-budget.ts';

/** Of what a CRM says that it gives, this share is left to calls. */
const KEPT_SHARE = 0.2;
/** Where an answer does not say when there will be more. */
const USUAL_RESET_MS = 60_000;
const LONGEST_RESET_MS = 15 * 60_000;
/** After a refusal for too many requests the time between two is at least this. */
const FIRST_GAP_MS = 250;
const LONGEST_GAP_MS = 60_000;
/** Each page that goes well takes so much of the gap away. */
const EASING = 0.9;
const SHORTEST_GAP_MS = 10;

/** One answer as the brake sees it. */
export interface Braked {
  /** The CRM refused it as one too many. */
  readonly throttled: boolean;
  readonly budget: RequestBudget | undefined;
  readonly durationMs: number;
}

/** Slows the sync of one connection, and nothing else. */
export interface SyncBrake {
  /** Takes an answer in, at a monotonic time. */
  answered(answer: Braked, at: number): void;
  /** Monotonic time at which the next request may leave. */
  nextAt(): number;
  /** What a brake of a later life begins with. */
  write(): string;
}

const KEPT = z.object({ gapMs: z.number().min(0), most: z.number().min(0) });

/**
 * Makes the brake of a connection. It keeps a fifth of what the CRM says is left; where the CRM takes
 * only one request at a time it is busy half of the time at most; after a refusal for too many
 * requests it leaves more time between two, and less again with each page that goes well. `kept`: what
 * an earlier one wrote; anything else counts as nothing.
 */
export function createSyncBrake(of: {
  readonly concurrency: number;
  readonly kept?: string | undefined;
}): SyncBrake {
  let { gapMs, most } = readKept(of.kept);
  let next = Number.NEGATIVE_INFINITY;
  return {
    answered: ({ throttled, budget, durationMs }, at) => {
      gapMs = throttled
        ? Math.min(Math.max(gapMs * 2, durationMs, FIRST_GAP_MS), LONGEST_GAP_MS)
        : ease(gapMs);
      const half = of.concurrency <= 1 ? durationMs : 0;
      most = Math.max(most, budget?.remaining ?? 0);
      const spent = budget === undefined ? 0 : spentMs(budget, most);
      next = at + Math.max(gapMs, half, spent);
    },
    nextAt: () => next,
    write: () => JSON.stringify({ gapMs, most }),
  };
}

function readKept(kept: string | undefined): z.infer<typeof KEPT> {
  const none = { gapMs: 0, most: 0 };
  if (kept === undefined) return none;
  try {
    const { gapMs, most } = KEPT.parse(JSON.parse(kept));
    return { gapMs: Math.min(gapMs, LONGEST_GAP_MS), most };
  } catch {
    return none;
  }
}

/** How long nothing more is asked for, so that calls have what is left. */
function spentMs({ remaining, limit, resetMs }: RequestBudget, most: number): number {
  if (remaining > (limit ?? most) * KEPT_SHARE) return 0;
  return Math.min(resetMs ?? USUAL_RESET_MS, LONGEST_RESET_MS);
}

function ease(gapMs: number): number {
  const eased = gapMs * EASING;
  return eased < SHORTEST_GAP_MS ? 0 : eased;
}
