import { monitorEventLoopDelay } from 'node:perf_hooks';

// Loaded into the server under test beside its program: tells how late its event loop ran. JavaScript,
// since what strips the types of TypeScript takes 20 MiB of the process that loads such a file.

const RESOLUTION_MS = 10;
const NANOSECONDS = 1_000_000;

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
process.on('message', () => {
  // The histogram counts the timer's own interval.
  /** @param {number} value */
  const late = (value) => Math.max(0, value / NANOSECONDS - RESOLUTION_MS);
  /** @type {import('./server-report.ts').ServerReport} */
  const report = {
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
