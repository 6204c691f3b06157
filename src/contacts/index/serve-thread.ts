import type { MessagePort } from 'node:worker_threads';

import { AppError } from '../../errors/app-error.ts';
import type { ThreadAnswer, ThreadRequest } from './thread.ts';

/** Answers the questions that come through a port, one after another in their order. */
export function serveThread(
  port: MessagePort,
  answer: (name: string, given: unknown) => Promise<unknown>,
): void {
  let before: Promise<void> = Promise.resolve();
  port.on('message', ({ id, name, given }: ThreadRequest) => {
    before = before.then(async () => {
      port.postMessage(await settle(id, () => answer(name, given)));
    });
  });
}

async function settle(id: number, run: () => Promise<unknown>): Promise<ThreadAnswer> {
  try {
    return { id, status: 'done', value: await run() };
  } catch (err) {
    const code = err instanceof AppError ? err.code : undefined;
    const details = err instanceof AppError ? err.details : {};
    const message = err instanceof Error ? (err.stack ?? err.message) : String(err);
    return {
      ...{ id, status: 'failed', code, details },
      message: err instanceof AppError ? err.message : message,
    };
  }
}
