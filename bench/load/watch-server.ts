import { monitorEventLoopDelay } from 'node:perf_hooks';

import type { ServerReport } from './server-report.ts';

// Loaded into the server under test beside its program: tells how late its event loop ran.

const RESOLUTION_MS = 10;
const NANOSECONDS = 1_000_000;

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
process.on('message', () => {
  // The histogram counts the timer's own interval.
  const late = (value: number): number => Math.max(0, value / NANOSECONDS - RESOLUTION_MS);
  const report: ServerReport = {
    loopP99Ms: late(delay.percentile(99)),
    loopMaxMs: late(delay.max),
    heapMib: process.memoryUsage().heapUsed / 1_048_576,
  };
  delay.reset();
  process.send?.(report);
});
// A benchmark that was cut off leaves no server behind.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// Whoever measures must not keep the server from ending.
process.channel?.unref();
