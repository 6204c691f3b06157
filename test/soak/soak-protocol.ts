import type { KillPoint } from '../faults/protocol.ts';

/** What the driver of a soak tells a server process. */
export type ServerOrder =
  /** The first one: a process waits for it with everything loaded, so that a restart is quick. */
  | {
      readonly kind: 'begin';
      readonly environment: Readonly<Record<string, string>>;
      readonly plant: Plant | undefined;
    }
  /** SIGKILL when this point is passed for the so-and-so-many-th time from now on. */
  | { readonly kind: 'arm'; readonly point: KillPoint; readonly count: number };

export type ServerWord =
  | { readonly kind: 'loaded' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly message: string };

/** Bugs that the auditor must find. */
export type Plant = 'no-sending' | 'no-fence';

export const PLANTS: readonly Plant[] = ['no-sending', 'no-fence'];
