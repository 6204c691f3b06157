import { describe, expect, it } from 'vitest';

import { KILL_POINTS } from '../faults/protocol.ts';
import { seededRandom } from '../faults/seeded-random.ts';
import { planKills } from './kill-plan.ts';

describe('the kills of a soak', () => {
  it('pass each named point twenty times, and are random otherwise', () => {
    const plan = planKills(1_000, seededRandom(1));

    const ofPoint = KILL_POINTS.map(
      (point) => plan.filter((kill) => kill.kind === 'point' && kill.point === point).length,
    );
    expect(plan).toHaveLength(1_000);
    expect(ofPoint.every((count) => count === 20)).toBe(true);
    expect(plan.some(({ kind }) => kind === 'start')).toBe(true);
  });

  it('leave half of a short soak to chance', () => {
    const plan = planKills(48, seededRandom(1));

    expect(plan.filter(({ kind }) => kind === 'point')).toHaveLength(24);
  });

  it('are the same ones for the same seed', () => {
    expect(planKills(50, seededRandom(7))).toEqual(planKills(50, seededRandom(7)));
    expect(planKills(50, seededRandom(7))).not.toEqual(planKills(50, seededRandom(8)));
  });
});
