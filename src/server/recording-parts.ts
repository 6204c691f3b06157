import { DELIVERY_POLICY } from '../calls/delivery-policy.ts';
import { createRecordingAddresses } from '../calls/recording-addresses.ts';
import type { RecordingAddresses } from '../calls/recording-addresses.ts';
import { createRecordingFetcher } from '../calls/recording-fetcher.ts';
import type { RecordingFetcher } from '../calls/recording-fetcher.ts';
import { createRecordingSource } from '../calls/recording-source.ts';
import type { RecordingSource } from '../calls/step-recording.ts';
import type { Worker } from '../calls/worker.ts';
import type { Settings } from '../config/settings.ts';
import type { Keyring } from '../connections/keyring.ts';
import type { Vault } from '../connections/vault.ts';
import type { Egress } from '../http/egress.ts';
import type { Logger } from '../logging/logger.ts';
import { openSpool } from '../recordings/open-spool.ts';
import { createRecordingLinks } from '../recordings/recording-link.ts';
import type { RecordingLinks } from '../recordings/recording-link.ts';
import type { Spool } from '../recordings/spool.ts';
import type { Database } from '../store/database.ts';
import type { Clock } from '../time/clock.ts';

/** The RECORDING_* settings. */
export interface RecordingLimits {
  readonly maxBytes: number;
  /** How long a signed link opens a recording, in milliseconds. */
  readonly linkMs: number;
}

export interface RecordingPartsDeps {
  readonly database: Database;
  readonly egress: Egress;
  readonly keyring: Pick<Keyring, 'pinned' | 'derived'>;
  readonly vault: Vault;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  readonly randomBytes: (size: number) => Uint8Array;
  readonly spoolDirectory: string;
  readonly recordings: RecordingLimits;
  readonly http: { readonly publicUrl: string | undefined };
  readonly tuning?: { readonly policy?: { readonly recordingPatienceMs?: number } } | undefined;
}

export interface RecordingParts {
  readonly spool: Spool;
  /** Absent without PUBLIC_URL: a link must open from the CRM, too. */
  readonly links: RecordingLinks | undefined;
  readonly addresses: RecordingAddresses;
  readonly source: RecordingSource;
  readonly fetcher: RecordingFetcher;
}

const MIB = 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1_000;

/** The settings as the parts need them. */
export function recordingLimitsOf(
  settings: Pick<Settings, 'recordingMaxMib' | 'recordingLinkDays'>,
): RecordingLimits {
  return {
    maxBytes: settings.recordingMaxMib * MIB,
    linkMs: settings.recordingLinkDays * DAY_MS,
  };
}

/** Everything about recordings; `wake` is called when steps became due. */
export function createRecordingParts(deps: RecordingPartsDeps, wake: () => void): RecordingParts {
  const { database, keyring, egress, clock, random, randomBytes } = deps;
  const { maxBytes, linkMs } = deps.recordings;
  const spool = openSpool({
    database,
    directory: deps.spoolDirectory,
    key: keyring.pinned('patchcord recordings'),
    randomBytes,
    maxBytes,
  });
  const origin = deps.http.publicUrl;
  const links =
    origin === undefined
      ? undefined
      : createRecordingLinks({
          keys: () => keyring.derived('patchcord recording links'),
          origin,
          validMs: linkMs,
        });
  const addresses = createRecordingAddresses({
    vault: deps.vault,
    nameKey: keyring.pinned('patchcord recording addresses'),
  });
  const fetcher = createRecordingFetcher({
    database,
    addresses,
    spool,
    egress,
    maxBytes,
    clock,
    random,
    wake,
    log: deps.logger,
    patienceMs: deps.tuning?.policy?.recordingPatienceMs ?? DELIVERY_POLICY.recordingPatienceMs,
  });
  const source = createRecordingSource({ database, spool, addresses, links });
  return { spool, links, addresses, fetcher, source };
}

/** A worker that fetches recordings beside its lanes. */
export function withFetcher(worker: Worker, fetcher: RecordingFetcher): Worker {
  return {
    start: async () => {
      await worker.start();
      fetcher.start();
    },
    wake: () => {
      worker.wake();
      fetcher.wake();
    },
    close: async () => {
      await Promise.all([fetcher.close(), worker.close()]);
    },
  };
}
