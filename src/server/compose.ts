import type { FastifyInstance } from 'fastify';

import { createAccess } from '../access/access.ts';
import type { ConnectionBook } from '../calls/call-connection.ts';
import { closeSilentCalls } from '../calls/close-silent-calls.ts';
import type { DeliveryPoint } from '../calls/deliver.ts';
import { DELIVERY_POLICY } from '../calls/delivery-policy.ts';
import type { DeliveryPolicy } from '../calls/delivery-policy.ts';
import { createIntake } from '../calls/intake.ts';
import { createRecordingSource } from '../calls/recording-source.ts';
import { createWorker, WORKER_TIMES } from '../calls/worker.ts';
import type { Worker, WorkerTimes } from '../calls/worker.ts';
import { createDocumentCache } from '../connections/document-cache.ts';
import { shipIntegration } from '../connections/integrations.ts';
import type { Keyring } from '../connections/keyring.ts';
import { createOpenConnections } from '../connections/open-connection.ts';
import { createSignedInRunner } from '../connections/sign-in/signed-in-runner.ts';
import type { SignedInRunner } from '../connections/sign-in/signed-in-runner.ts';
import { createVault } from '../connections/vault.ts';
import { createPhoneNumbers } from '../contacts/phone-number.ts';
import { ENDPOINTS } from '../contract/endpoints.ts';
import { buildOpenApi } from '../contract/openapi.ts';
import { compileDocument } from '../document/compile.ts';
import { lintDocument } from '../document/lint/lint-document.ts';
import type { Egress } from '../http/egress.ts';
import type { Logger } from '../logging/logger.ts';
import { ADMIN } from '../organizations/scope.ts';
import { openSpool } from '../recordings/open-spool.ts';
import type { Spool } from '../recordings/spool.ts';
import { createMethodRunner } from '../runtime/run-method.ts';
import type { Database } from '../store/database.ts';
import type { SecretRegistry } from '../text/scrub.ts';
import type { Ids } from '../text/uuid.ts';
import type { Clock } from '../time/clock.ts';
import { allRoutes } from './all-routes.ts';
import { buildApp } from './app.ts';
import type { AppDeps } from './app.ts';
import { createConnectionBook } from './connection-book.ts';
import type { PipelineConnection } from './connection-book.ts';
import { createIdempotency } from './idempotency/idempotency.ts';
import type { Idempotency } from './idempotency/idempotency.ts';
import { createMetrics } from './metrics.ts';
import { openApiOptions } from './openapi-options.ts';
import { checkReady } from './readiness.ts';
import { removeOld } from './retention.ts';
import type { KeptTimes } from './retention.ts';
import { readStatistics } from './statistics-repository.ts';
import { createStepRunner } from './step-runner.ts';

/** Times and policies of the pipeline; tests pass shorter ones, and end the process at a point. */
export interface ServerTuning {
  readonly reached?: (point: DeliveryPoint) => void;
  readonly times?: Partial<WorkerTimes>;
  readonly policy?: Partial<DeliveryPolicy>;
}

export interface ServerParts {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly egress: Egress;
  readonly logger: Logger;
  /** Told each credential when it is opened; the logger scrubs by it. */
  readonly secrets: SecretRegistry;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly randomBytes: (size: number) => Uint8Array;
  /** In [0, 1). */
  readonly random: () => number;
  /** Where recordings wait, encrypted, for the CRM. */
  readonly spoolDirectory: string;
  /**
   * Name of this process among those that work on the database at one time; after a restart it is
   * the same, so that the process takes its lanes back at once.
   */
  readonly node: string;
  readonly version: string;
  readonly retention: KeptTimes;
  readonly http: Pick<AppDeps, 'trustedProxies' | 'https' | 'tls'> & {
    readonly publicUrl: string | undefined;
  };
  readonly tuning?: ServerTuning | undefined;
}

export interface ComposedServer {
  readonly app: FastifyInstance;
  readonly worker: Worker;
  /** Makes a document known to all organizations; rejects with `document_invalid`. */
  readonly ship: (document: string) => Promise<void>;
}

/** Until sign-ins are stored. */
const NOBODY = {
  credentialFor: () =>
    Promise.resolve({
      status: 'needs_auth',
      message: 'Nobody has signed in at the CRM yet.',
    } as const),
  renew: () =>
    Promise.resolve({
      status: 'needs_auth',
      message: 'Nobody has signed in at the CRM yet.',
    } as const),
};

/** Puts the parts of a server together; nothing runs and nothing listens yet. */
export function composeServer(parts: ServerParts): ComposedServer {
  const { database, ids, logger, egress, clock, randomBytes } = parts;
  const documents = createDocumentCache(compileDocument);
  const vault = createVault(parts.keyring, randomBytes);
  const openConnections = createOpenConnections({
    database,
    vault,
    documents,
    registerSecret: parts.secrets.register,
  });
  const connections = createConnectionBook(database, openConnections);
  const phones = createPhoneNumbers();
  const methods = createMethodRunner({
    egress,
    phones,
    clock,
    randomId: () => Buffer.from(randomBytes(16)).toString('hex'),
  });
  const runner = createSignedInRunner({ runner: methods, signIns: NOBODY, clock, log: logger });
  const callKeySecret = parts.keyring.pinned('patchcord call key');
  const spool = openSpool({
    database,
    directory: parts.spoolDirectory,
    key: parts.keyring.pinned('patchcord recordings'),
    randomBytes,
  });
  const idempotency = createIdempotency({ database, vault, ids });
  const worker = createPipelineWorker(parts, {
    idempotency,
    connections,
    runner,
    callKeySecret,
    spool,
  });
  const wake = (): void => {
    worker.wake();
  };
  const intake = createIntake({ database, ids, connections, wake, callKeySecret });
  const metrics = createMetrics(() => readStatistics(database.read, ADMIN, database.now()));
  const access = createAccess(database);
  const routes = allRoutes({
    database: idempotency.database,
    ids,
    randomBytes,
    access,
    metrics,
    intake,
    vault,
    documents,
    openConnections,
    runner,
    connections,
    spool,
    callKeySecret,
    phones,
    now: () => database.now(),
    wake,
    checkUrl: egress.checkUrl,
    compile: compileDocument,
    lint: lintDocument,
    version: parts.version,
    openApi: buildOpenApi(ENDPOINTS, openApiOptions(parts.version, parts.http.publicUrl)),
    checkReady: () => checkReady(database),
  });
  const app = buildApp({ ...parts.http, access, routes, logger, ids, idempotency });
  const ship = (document: string): Promise<void> =>
    shipIntegration({ database, ids, compile: compileDocument }, ADMIN, document);
  return { app, worker, ship };
}

function createPipelineWorker(
  parts: ServerParts,
  made: {
    readonly idempotency: Idempotency;
    readonly connections: ConnectionBook<PipelineConnection>;
    readonly runner: SignedInRunner;
    readonly callKeySecret: Uint8Array;
    readonly spool: Spool;
  },
): Worker {
  const { database, ids, tuning } = parts;
  const { connections, callKeySecret, spool } = made;
  return createWorker({
    database,
    ids,
    connections,
    clock: parts.clock,
    node: parts.node,
    random: parts.random,
    log: parts.logger,
    runner: createStepRunner(made.runner),
    recordings: createRecordingSource({ database, spool, egress: parts.egress }),
    policy: { ...DELIVERY_POLICY, ...tuning?.policy },
    times: { ...WORKER_TIMES, ...tuning?.times },
    ...(tuning?.reached === undefined ? {} : { reached: tuning.reached }),
    housekeep: async () => {
      await closeSilentCalls({ database, ids, connections, callKeySecret });
      await removeOld({ database, spool }, parts.retention);
      await made.idempotency.sweep();
    },
  });
}
