import { parentPort, workerData } from 'node:worker_threads';

import { openContactWriter } from '../../store/contact-store.ts';
import type { ContactPlace } from '../../store/contact-store.ts';
import { createNumberKeys } from '../number-keys/number-key.ts';
import { createContactTasks } from './contact-tasks.ts';
import { serveThread } from './serve-thread.ts';

// A thread of its own: a batch is written in seconds, and its names and numbers are read in as many.
// `createContactWriter` wrote this value.
const place = workerData as ContactPlace;
const writer = await openContactWriter(place);
const tasks = createContactTasks(
  { write: (job) => writer.write(job), emptyLog: () => writer.emptyLog() },
  createNumberKeys(),
);
if (parentPort !== null) {
  serveThread(parentPort, async (name, given) => {
    const task: unknown = Reflect.get(tasks, name);
    if (typeof task !== 'function') throw new Error(`There is no task '${name}'.`);
    return (await Reflect.apply(task, tasks, [given])) as unknown;
  });
}
