import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

import type { AppError } from '../errors/app-error.ts';
import type { Clock } from '../time/clock.ts';
import { databaseFailed, SQLITE } from './dialect.ts';

// The compiled program stands beside the compiled form of this file.
const PROGRAM = new URL(`./file-check-worker${extname(import.meta.url)}`, import.meta.url);
/** A server that starts has better things to do than to read its whole file. */
const WAIT_MS = 10_000;

/**
 * Reads a whole SQLite file that is open in this process and finds damage in it, beside the event
 * loop: about a second for each gigabyte in memory. Rejects with `database_failed` for a damaged
 * file, and with `database_unavailable` when it could not be read now.
 */
export async function checkFile(path: string, signal?: AbortSignal): Promise<void> {
  const worker = new Worker(PROGRAM, { workerData: path });
  const stop = (): void => void worker.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const found = await new Promise<unknown>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      // Stopped before it said anything: it found nothing.
      worker.once('exit', () => resolve('ok'));
    });
    if (found !== 'ok') throw databaseFailed(String(found));
  } catch (err) {
    throw SQLITE.translate(err);
  } finally {
    signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
}

/**
 * Checks a file once, some seconds after the start of a server; `damaged` is told when something is
 * wrong. Files that could not be read are checked at the next start.
 */
export function checkFileLater(
  path: string,
  deps: { readonly clock: Pick<Clock, 'sleep'>; damaged(err: AppError): void },
): { close(): Promise<void> } {
  const closing = new AbortController();
  const { signal } = closing;
  const checking = deps.clock
    .sleep(WAIT_MS, signal)
    .then(() => checkFile(path, signal))
    .catch((err: unknown) => {
      if (isDamage(err)) deps.damaged(err);
    });
  return {
    close: async () => {
      closing.abort();
      await checking;
    },
  };
}

function isDamage(err: unknown): err is AppError {
  return err instanceof Error && Reflect.get(err, 'code') === 'database_failed';
}
