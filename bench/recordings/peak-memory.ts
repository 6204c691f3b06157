import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Memory of a process around some work, in MiB of its resident set. */
export interface MemoryRise {
  readonly before: number;
  readonly peak: number;
}

/** True where the system tells the peak of another process: Linux. */
export function canMeasure(): boolean {
  return existsSync('/proc/self/clear_refs');
}

/**
 * Does the work and tells what it cost the process at most. The kernel keeps the peak, so that no
 * sample can miss it; writing 5 to `clear_refs` sets it back (proc(5)).
 */
export async function measurePeak(pid: number, work: () => Promise<void>): Promise<MemoryRise> {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  const before = readMib(pid, 'VmRSS');
  await work();
  return { before, peak: readMib(pid, 'VmHWM') };
}

function readMib(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  if (found === undefined) throw new Error(`/proc/${pid}/status has no ${field}`);
  return Number(found) / 1024;
}
