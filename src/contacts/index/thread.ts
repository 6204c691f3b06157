import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';

import { AppError } from '../../errors/app-error.ts';
import { CATALOGUE } from '../../errors/catalogue.ts';
import type { ErrorCode } from '../../errors/catalogue.ts';

/** A question to a thread. */
export interface ThreadRequest {
  readonly id: number;
  readonly name: string;
  readonly given: unknown;
}

/** Its answer; an error as plain data. */
export type ThreadAnswer =
  | { readonly id: number; readonly status: 'done'; readonly value: unknown }
  | {
      readonly id: number;
      readonly status: 'failed';
      readonly code: string | undefined;
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>>;
    };

/** A thread that answers questions one after another. */
export interface Thread {
  /** Starts the thread if it does not run. Rejects as the task did, or with `internal` when the thread died. */
  ask(name: string, given: unknown): Promise<unknown>;
  close(): Promise<void>;
}

export interface ThreadOptions {
  readonly program: URL;
  readonly data: unknown;
  /** Megabytes of V8's heap: the thread works with less garbage, and ends when they are not enough. */
  readonly heapMb: { readonly old: number; readonly young: number };
  /** Without questions for so long the thread ends and gives its memory back. */
  readonly idleMs: number;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (err: unknown) => void;
}

/** A thread that is started by its first question and ends when nobody asks. */
export function createThread(options: ThreadOptions): Thread {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let nextId = 1;
  let closed = false;

  const end = async (): Promise<void> => {
    clearTimeout(idle);
    const ending = worker;
    worker = undefined;
    await ending?.terminate();
  };
  const rest = (): void => {
    clearTimeout(idle);
    idle = setTimeout(() => void end(), options.idleMs);
    idle.unref();
    // Nobody waits: it keeps no process alive.
    worker?.unref();
  };
  const start = (): Worker => {
    // A size on the command line, as `serve` gives itself one, would count for threads too, and more than
    // their limits. It is read when a heap is made: that of this thread stays as it is.
    setFlagsFromString('--max-semi-space-size=0');
    const started = new Worker(options.program, {
      workerData: options.data,
      resourceLimits: {
        maxOldGenerationSizeMb: options.heapMb.old,
        maxYoungGenerationSizeMb: options.heapMb.young,
      },
    });
    const lost = (err: unknown): void => {
      if (worker === started) worker = undefined;
      for (const { reject } of waiting.values()) {
        reject(new AppError('internal', 'The thread of the contacts ended.', { cause: err }));
      }
      waiting.clear();
    };
    started.on('message', (answer: ThreadAnswer) => {
      const asked = waiting.get(answer.id);
      waiting.delete(answer.id);
      if (waiting.size === 0) rest();
      if (answer.status === 'done') asked?.resolve(answer.value);
      else asked?.reject(toError(answer));
    });
    started.on('error', lost);
    started.on('exit', () => {
      if (worker === started) lost(undefined);
    });
    return started;
  };
  return {
    ask: (name, given) =>
      new Promise((resolve, reject) => {
        if (closed) {
          reject(new AppError('database_unavailable', 'The contacts are being closed.'));
          return;
        }
        clearTimeout(idle);
        worker ??= start();
        worker.ref();
        const id = nextId;
        nextId += 1;
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, name, given } satisfies ThreadRequest);
      }),
    close: async () => {
      closed = true;
      const left = [...waiting.values()];
      waiting.clear();
      for (const { reject } of left) {
        reject(new AppError('database_unavailable', 'The contacts are being closed.'));
      }
      await end();
    },
  };
}

function toError(answer: Extract<ThreadAnswer, { status: 'failed' }>): Error {
  const { code, message, details } = answer;
  return code !== undefined && isErrorCode(code)
    ? new AppError(code, message, { details })
    : new AppError('internal', message);
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(CATALOGUE, code);
}
