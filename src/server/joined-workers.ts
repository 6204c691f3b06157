import type { Worker } from '../calls/worker.ts';
import type { ContactParts } from './contact-parts.ts';

/** One worker of two: contacts are read as long as calls are written. */
export function withContacts(worker: Worker, contacts: ContactParts | undefined): Worker {
  if (contacts === undefined) return worker;
  return {
    start: async () => {
      await worker.start();
      contacts.start();
    },
    wake: () => {
      worker.wake();
    },
    close: async () => {
      await Promise.all([contacts.close(), worker.close()]);
    },
  };
}

/**
 * The worker, which ends before these parts do: lanes wait for tokens, and the sign-ins that get them store
 * what is still under way.
 */
export function closingAfter(
  worker: Worker,
  parts: readonly ({ close(): Promise<void> } | undefined)[],
): Worker {
  return {
    start: () => worker.start(),
    wake: () => {
      worker.wake();
    },
    close: async () => {
      await worker.close();
      for (const part of parts) await part?.close();
    },
  };
}
