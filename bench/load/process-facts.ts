import { readFileSync, writeFileSync } from 'node:fs';

/** Ticks of the processor's clock in a second: USER_HZ, 100 on every Linux. */
const TICKS_PER_SECOND = 100;

/** The peak of a process's resident set since the last call, in MiB, as the kernel keeps it (proc(5)). */
export function takePeakMib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const peak = Number(/^VmHWM:\s+(\d+) kB$/mu.exec(status)?.[1]) / 1_024;
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  return peak;
}

/** Seconds of processor time that a process has used, in all its threads. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Behind the name, which may hold blanks: utime and stime are the 12th and 13th field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
