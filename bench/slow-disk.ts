import { spawnSync } from 'node:child_process';

import { rateOfServer } from './calls-through.ts';
import { ingest } from './ingest.ts';
import { measureLatency, toRows } from './latency.ts';
import type { BenchRow } from './row.ts';

/** What a sync takes on the network disks of clouds. */
const DELAY_MS = 10;
const SPEED_GOAL = 0.75;
const WRAPPER: readonly [string, ...string[]] = [
  'strace',
  ...['--follow-forks', '--seccomp-bpf', '--quiet=all', '--output=/dev/null'],
  ...['--trace=fdatasync,fsync', `--inject=fdatasync,fsync:delay_exit=${DELAY_MS * 1_000}`],
];
/** The same without the delay: what strace itself costs. */
const TRACED_ONLY = WRAPPER.filter((word) => !word.startsWith('--inject'));
const ON_SLOW_DISK = `SQLite, each sync ${DELAY_MS} ms longer`;

/** The same figures on a disk whose every sync takes 10 ms longer; strace holds the system calls back. */
export async function slowDiskFigures(): Promise<readonly BenchRow[]> {
  const why = whyNot();
  if (why !== undefined) return [{ figure: ON_SLOW_DISK, value: Number.NaN, unit: '', note: why }];
  const plain = await rateOfServer({ wrapper: TRACED_ONLY });
  const slow = await rateOfServer({ wrapper: WRAPPER });
  const ratio = slow.perSecond / plain.perSecond;
  const what = 'the same disk without the delay';
  return [
    {
      figure: `calls through find, create and stop, ${ON_SLOW_DISK}`,
      value: slow.perSecond,
      unit: 'calls/s',
      comparison: { what, value: plain.perSecond, ratio },
      goal: `at least ${SPEED_GOAL * 100} % of the speed without it`,
      holds: ratio >= SPEED_GOAL,
      spread: slow.spread,
    },
    ...(await ingest({ name: ON_SLOW_DISK, wrapper: WRAPPER })),
    ...toRows(ON_SLOW_DISK, await measureLatency({ wrapper: WRAPPER })),
  ];
}

/** Says how to get what lacks, or that the delay does not work here. */
function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux and strace';
  const script = [
    "const { fsyncSync, openSync, unlinkSync } = require('node:fs');",
    "const file = openSync('sync-probe', 'w');",
    'const begun = performance.now();',
    'for (let sync = 0; sync < 5; sync += 1) fsyncSync(file);',
    'process.stdout.write(String((performance.now() - begun) / 5));',
    "unlinkSync('sync-probe');",
  ].join('\n');
  const [program, ...args] = [...WRAPPER, process.execPath, '-e', script];
  const { status, stdout, error } = spawnSync(program, args, { encoding: 'utf8', cwd: '/tmp' });
  if (error !== undefined) return 'needs strace (Debian, Ubuntu: apt-get install strace)';
  if (status !== 0) return 'strace may not trace here: ptrace must be allowed';
  const took = Number(stdout);
  return took >= DELAY_MS ? undefined : `strace delayed a sync by ${took} ms only`;
}
