import { KILL_POINTS } from '../faults/protocol.ts';
import type { KillPoint } from '../faults/protocol.ts';

/** How a process of a soak ends. */
export type PlannedKill = {
  /** 0 to 2, on average 1: how much of the usual load goes by before it. */
  readonly load: number;
  /** In [0, 1): which of the processes. */
  readonly victim: number;
} & (
  | { readonly kind: 'moment'; readonly afterMs: number }
  /** While it starts: its recovery is interrupted. */
  | { readonly kind: 'start'; readonly afterMs: number }
  | { readonly kind: 'point'; readonly point: KillPoint; readonly count: number }
);

/** Fewer passes of a point prove little. */
const EACH_POINT = 20;
const START_SHARE = 0.06;
const LONGEST_MOMENT_MS = 60;
const LONGEST_START_MS = 250;
const MOST_PASSES = 8;

/**
 * The kills of a soak in a random order: each named point at least 20 times where there are 400 or
 * more, the rest at random moments, some of them while the server starts. `random` is in [0, 1).
 */
export function planKills(kills: number, random: () => number): readonly PlannedKill[] {
  const each = Math.max(1, Math.min(EACH_POINT, Math.floor(kills / 2 / KILL_POINTS.length)));
  const points = KILL_POINTS.flatMap((point) => Array.from({ length: each }, () => point));
  const plan = Array.from({ length: kills }, (_, at): PlannedKill => {
    const common = { load: 2 * random(), victim: random() };
    const point = points[at];
    if (point !== undefined) {
      return { ...common, kind: 'point', point, count: 1 + Math.floor(random() * MOST_PASSES) };
    }
    return random() < START_SHARE
      ? { ...common, kind: 'start', afterMs: random() * LONGEST_START_MS }
      : { ...common, kind: 'moment', afterMs: random() * LONGEST_MOMENT_MS };
  });
  return shuffle(plan, random);
}

/** Fisher and Yates. */
function shuffle<T>(items: readonly T[], random: () => number): readonly T[] {
  const rest = [...items];
  const shuffled: T[] = [];
  while (rest.length > 0) shuffled.push(...rest.splice(Math.floor(random() * rest.length), 1));
  return shuffled;
}
