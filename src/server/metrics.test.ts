import { expect, test } from 'vitest';

import { createMetrics } from './metrics.ts';
import type { Statistics } from './metrics.ts';

const QUIET: Statistics = {
  connectionsByState: {},
  hostsByState: {},
  stepsByState: {},
  unknownOutcomes: 0,
  possibleDuplicates: 0,
  oldestReadyLaneSeconds: 0,
};

test('metrics count events by result and show what the database says now', async () => {
  let statistics: Statistics = { ...QUIET, stepsByState: { parked: 2 }, unknownOutcomes: 1 };
  const metrics = createMetrics(async () => statistics);
  metrics.countEvent('accepted');
  metrics.countEvent('accepted');
  metrics.countEvent('refused');

  const first = await metrics.read();
  statistics = { ...QUIET, stepsByState: { delivered: 3 } };
  const second = await metrics.read();

  expect(first).toContain('patchcord_call_events_total{result="accepted"} 2');
  expect(first).toContain('patchcord_call_events_total{result="refused"} 1');
  expect(first).toContain('patchcord_steps{state="parked"} 2');
  expect(first).toContain('patchcord_unknown_outcomes 1');
  expect(second).toContain('patchcord_steps{state="delivered"} 3');
  expect(second).not.toContain('parked');
});
