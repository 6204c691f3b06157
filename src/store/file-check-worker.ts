import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

// A thread of its own: on a large file the check takes seconds, which the event loop must not stand still.
const database = new DatabaseSync(String(workerData), { readOnly: true, timeout: 5_000 });
const row = database.prepare('pragma quick_check(1)').get();
database.close();
parentPort?.postMessage(String(row?.['quick_check']));
