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

test('metrics say how many contacts are kept, and how their syncs end', async () => {
  const metrics = createMetrics(
    async () => QUIET,
    async () => ({ person: 7 }),
  );
  metrics.countSync({ result: 'complete', records: 7, seconds: 3 });
  metrics.countSync({ result: 'failed', records: 2, seconds: 70 });

  const text = await metrics.read();

  expect(text).toContain('patchcord_contacts{kind="person"} 7');
  expect(text).toContain('patchcord_contact_syncs_total{result="complete"} 1');
  expect(text).toContain('patchcord_contact_syncs_total{result="failed"} 1');
  expect(text).toContain('patchcord_contact_sync_records_total 9');
  expect(text).toContain('patchcord_contact_sync_seconds_bucket{le="10"} 1');
});
