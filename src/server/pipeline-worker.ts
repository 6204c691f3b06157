import type { KeyObject } from 'node:crypto';

import type { ConnectionBook } from '../calls/call-connection.ts';
import { closeSilentCalls } from '../calls/close-silent-calls.ts';
import type { DeliveryPoint } from '../calls/deliver.ts';
import { DELIVERY_POLICY } from '../calls/delivery-policy.ts';
import type { DeliveryPolicy } from '../calls/delivery-policy.ts';
import { deleteOldContactClaims } from '../calls/made-contact-repository.ts';
import type { Eraser } from '../calls/erasure/eraser.ts';
import type { Onlooker } from '../calls/onlooker.ts';
import { planWaiting } from '../calls/plan-waiting.ts';
import { createWorker, WORKER_TIMES } from '../calls/worker.ts';
import type { Worker, WorkerTimes } from '../calls/worker.ts';
import type { Admission } from '../connections/admission.ts';
import type { Keyring } from '../connections/keyring.ts';
import type { Places } from '../connections/places.ts';
import { keepVault } from '../connections/reseal.ts';
import { removeOldSignIns } from '../connections/sign-in/remove-old.ts';
import type { SignIns } from '../connections/sign-in/sign-ins.ts';
import type { SignedInRunner } from '../connections/sign-in/signed-in-runner.ts';
import type { OpenContactIndex } from '../contacts/index/create-contact-index.ts';
import type { Logger } from '../logging/logger.ts';
import { sumUpUsage } from '../organizations/usage.ts';
import type { Database } from '../store/database.ts';
import type { Ids } from '../text/uuid.ts';
import type { Clock } from '../time/clock.ts';
import { createCallContacts } from './call-contacts.ts';
import { createContactRetention } from './contact-retention.ts';
import type { PipelineConnection } from './connection-book.ts';
import type { Deleter } from './deleter.ts';
import type { CallerIdentifier } from './identify-callers.ts';
import type { Idempotency } from './idempotency/idempotency.ts';
import { createLogRetention } from './log-retention.ts';
import type { RecordingLimits, RecordingParts } from './recording-parts.ts';
import { removeOld } from './retention.ts';
import type { KeptTimes } from './retention.ts';
import { runChores } from './run-chores.ts';
import { createStepRunner } from './step-runner.ts';

/** The parts of a server that its worker needs; see `ServerParts`. */
export interface PipelineParts {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly randomBytes: (size: number) => Uint8Array;
  readonly random: () => number;
  readonly recordings: RecordingLimits;
  readonly node: string;
  readonly retention: KeptTimes;
  readonly tuning?:
    | {
        readonly reached?: (point: DeliveryPoint | 'event-committed') => void;
        readonly times?: Partial<WorkerTimes>;
        readonly policy?: Partial<DeliveryPolicy>;
      }
    | undefined;
}

/** So long a round of chores deletes contacts of connections that are gone; the next one goes on. */
const SWEEP_MS = 10_000;

/** The worker of calls, with its chores. */
export function createPipelineWorker(
  parts: PipelineParts,
  made: {
    readonly idempotency: Idempotency;
    readonly connections: ConnectionBook<PipelineConnection>;
    readonly signIns: SignIns;
    readonly runner: SignedInRunner;
    readonly admission: Admission;
    readonly places: Places;
    readonly callKeySecret: KeyObject;
    readonly recordings: RecordingParts;
    readonly deleter: Deleter;
    readonly eraser: Pick<Eraser, 'wake'>;
    readonly callers: CallerIdentifier;
    readonly onlooker: Onlooker<PipelineConnection>;
    readonly index: OpenContactIndex | undefined;
  },
): Worker {
  const { database, ids, tuning, logger: log } = parts;
  const { connections, callKeySecret, onlooker } = made;
  const { spool, source, links } = made.recordings;
  const ownLinks = links !== undefined;
  const now = (): number => database.now();
  const removeOldContacts = createContactRetention({ index: made.index, connections, now });
  const removeOldLog = createLogRetention({ database, connections });
  return createWorker({
    database,
    ids,
    connections,
    places: made.places,
    clock: parts.clock,
    node: parts.node,
    random: parts.random,
    log,
    runner: createStepRunner(made.runner, made.admission),
    contacts: createCallContacts({ callers: made.callers, index: made.index, log }),
    onlooker,
    recordings: source,
    policy: { ...DELIVERY_POLICY, ...tuning?.policy },
    times: { ...WORKER_TIMES, ...tuning?.times },
    ...(tuning?.reached === undefined ? {} : { reached: tuning.reached }),
    housekeep: () =>
      runChores(
        {
          'end silent calls': () =>
            closeSilentCalls({
              database,
              ids,
              connections,
              callKeySecret,
              ownLinks,
              onlooker,
              log,
            }),
          'plan what waited': () =>
            planWaiting({ database, ids, connections, callKeySecret, ownLinks, log }),
          'forget made contacts': () =>
            database.write((transaction) => deleteOldContactClaims(transaction, database.now())),
          'remove what is old': () => removeOld({ database, spool }, parts.retention),
          'remove old contacts': removeOldContacts,
          'remove old requests and answers': removeOldLog,
          'remove old sign-ins': () => removeOldSignIns(database),
          'keep sign-ins alive': () => made.signIns.keepAlive(),
          'forget old requests': () => made.idempotency.sweep(),
          'sum up usage': () => sumUpUsage(database),
          'keep the vault': () => keepVault({ ...parts, validMs: parts.recordings.linkMs }),
          'forget contacts': async () => made.index?.sweep(AbortSignal.timeout(SWEEP_MS)),
          'go on deleting': async () => made.deleter.wake(),
          'go on erasing': async () => made.eraser.wake(),
        },
        log,
      ),
  });
}
