import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { CrmReport, CrmTimes } from './crm-messages.ts';

export interface MockCrm {
  /** `host:port`. */
  readonly host: string;
  /** Is told the numbers of calls whose stop arrived; one listener at a time. */
  onEnded(listener: (calls: readonly number[]) => void): void;
  /** When which request came since it was asked last. */
  report(): Promise<CrmTimes>;
  close(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('crm-program.ts', import.meta.url));

/** Starts the mock CRM as a process of its own, on a free port of loopback. */
export async function startMockCrm(): Promise<MockCrm> {
  const child = fork(PROGRAM, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let ended: (calls: readonly number[]) => void = () => {};
  let told: (times: CrmTimes) => void = () => {};
  const port = await new Promise<number>((resolve) => {
    child.on('message', (report: CrmReport) => {
      if (report.kind === 'listening') resolve(report.port);
      else if (report.kind === 'ended') ended(report.calls);
      else told(report.times);
    });
  });
  return {
    host: `127.0.0.1:${port}`,
    onEnded: (listener) => {
      ended = listener;
    },
    report: () =>
      new Promise((resolve) => {
        told = resolve;
        child.send('report');
      }),
    close: async () => {
      child.send('stop');
      await gone;
    },
  };
}
