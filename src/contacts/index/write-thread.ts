import { extname } from 'node:path';

import type { ContactPlace } from '../../store/contact-store.ts';
import type { ContactTasks } from './contact-tasks.ts';
import { createThread } from './thread.ts';

// The compiled program stands beside the compiled form of this file.
const PROGRAM = new URL(`./write-worker${extname(import.meta.url)}`, import.meta.url);
/** Pages of a list come within seconds of each other, also from a slow CRM. */
const IDLE_MS = 60_000;
/** Some times what a batch of 20,000 contacts holds; measured, since garbage takes the rest. */
const HEAP_MB = { old: 96, young: 6 };

/** The tasks in a thread of their own, with a handle of its own. */
export interface WriteThread {
  readonly tasks: ContactTasks;
  close(): Promise<void>;
}

export function createWriteThread(place: ContactPlace): WriteThread {
  const thread = createThread({ program: PROGRAM, data: place, idleMs: IDLE_MS, heapMb: HEAP_MB });
  // Each task is a question of its name; the thread's program answers with what the task gives, so
  // the types are those of the tasks themselves.
  const tasks = new Proxy({} as ContactTasks, {
    get: (_, name) => (given: unknown) => thread.ask(String(name), given),
  });
  return { tasks, close: thread.close };
}
