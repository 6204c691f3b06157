import type { NumberKeys } from '../number-keys/number-key.ts';
import { createAgeTasks } from './age-tasks.ts';
import type { AgeTasks } from './age-tasks.ts';
import { createBookTasks } from './book-tasks.ts';
import type { BookTasks } from './book-tasks.ts';
import { createJobTasks } from './job-tasks.ts';
import type { JobTasks } from './job-tasks.ts';
import { createNameTasks } from './name-tasks.ts';
import type { NameTasks } from './name-tasks.ts';
import { createPassTasks } from './pass-tasks.ts';
import type { PassTasks } from './pass-tasks.ts';
import type { ContactWrite } from './write-book.ts';

/** Everything that writes contacts. What goes in and out is plain data, so that a thread can do it. */
export interface ContactTasks extends AgeTasks, BookTasks, JobTasks, NameTasks, PassTasks {
  /** As `Database.emptyLog` does, for the contacts. */
  emptyLog(): Promise<void>;
}

/** The tasks on a handle that writes. */
export function createContactTasks(
  { write, emptyLog }: { readonly write: ContactWrite; readonly emptyLog: () => Promise<void> },
  keys: NumberKeys,
): ContactTasks {
  return {
    emptyLog,
    ...createAgeTasks(write),
    ...createBookTasks(write, keys),
    ...createJobTasks(write),
    ...createNameTasks(write, keys),
    ...createPassTasks(write, keys),
  };
}
