import { createSecretKey } from 'node:crypto';
import { dirname } from 'node:path';

import type { FastifyInstance } from 'fastify';

import { createAccess } from '../access/access.ts';
import type { DeliveryPoint } from '../calls/deliver.ts';
import type { DeliveryPolicy } from '../calls/delivery-policy.ts';
import { createKeptOut } from '../calls/erasure/kept-out.ts';
import { createPersonDigests } from '../calls/erasure/person.ts';
import { createIntake } from '../calls/intake.ts';
import { countBacklog } from '../calls/backlog-repository.ts';
import { createIntakeBudget } from '../calls/intake-budget.ts';
import type { IntakeLimits } from '../calls/intake-budget.ts';
import { freePercent } from './intake-limits.ts';
import { createSignedIntake } from '../calls/signatures/signed-intake.ts';
import type { Worker, WorkerTimes } from '../calls/worker.ts';
import { createAdmission } from '../connections/admission.ts';
import { createDocumentCache } from '../connections/document-cache.ts';
import { documentDigest, shipIntegration } from '../connections/integrations.ts';
import type { Keyring } from '../connections/keyring.ts';
import { createLogoKeeper } from '../connections/logos/logo-keeper.ts';
import { logoOf } from '../connections/logos/logo-of.ts';
import { createOpenConnections } from '../connections/open-connection.ts';
import { createPlaces } from '../connections/places.ts';
import { createSignIns } from '../connections/sign-in/sign-ins.ts';
import { createSignedInRunner } from '../connections/sign-in/signed-in-runner.ts';
import { createVault } from '../connections/vault.ts';
import { createContactIndex } from '../contacts/index/create-contact-index.ts';
import type { OpenContactIndex } from '../contacts/index/create-contact-index.ts';
import { createNumberKeys } from '../contacts/number-keys/number-key.ts';
import { createPhoneNumbers } from '../contacts/phone-number.ts';
import type { BatchLimits } from '../contacts/sync/batch-writer.ts';
import type { SyncTimes } from '../contacts/sync/contact-sync.ts';
import type { SyncPoint } from '../contacts/sync/run-pass.ts';
import { ENDPOINTS } from '../contract/endpoints.ts';
import { buildOpenApi } from '../contract/openapi.ts';
import { finishSignIn } from '../contract/sign-in.ts';
import { createCompiler } from '../document/compile.ts';
import { lintDocument } from '../document/lint/lint-document.ts';
import type { Egress } from '../http/egress.ts';
import type { Logger } from '../logging/logger.ts';
import { ADMIN } from '../organizations/scope.ts';
import type { OrganizationScope } from '../organizations/scope.ts';
import { createMethodRunner } from '../runtime/run-method.ts';
import type { ContactStore } from '../store/contact-store.ts';
import type { Database } from '../store/database.ts';
import type { SecretRegistry } from '../text/scrub.ts';
import type { Ids } from '../text/uuid.ts';
import type { Clock } from '../time/clock.ts';
import { allRoutes } from './all-routes.ts';
import { buildApp } from './app.ts';
import type { AppDeps } from './app.ts';
import { createConnectionBook } from './connection-book.ts';
import { createContactParts } from './contact-parts.ts';
import { createLookupCounter } from './count-lookups.ts';
import { createCallerIdentifier } from './identify-callers.ts';
import { createCountriesOf, createErasureParts } from './erasure-parts.ts';
import { withoutKeptOut } from './kept-out-index.ts';
import { createKeptContacts } from './kept-contacts.ts';
import { createIdempotency } from './idempotency/idempotency.ts';
import { createContactSearch } from './search-contacts.ts';
import { createDeleter } from './deleter.ts';
import { closingAfter, withContacts } from './joined-workers.ts';
import { createLiveParts } from './live/live-parts.ts';
import type { LiveParts } from './live/live-parts.ts';
import { createLiveRunner } from './live-runner.ts';
import { createMetrics } from './metrics.ts';
import { openApiOptions } from './openapi-options.ts';
import { checkReady } from './readiness.ts';
import { createRecordingParts, withFetcher } from './recording-parts.ts';
import type { RecordingLimits } from './recording-parts.ts';
import type { KeptTimes } from './retention.ts';
import { createPipelineWorker } from './pipeline-worker.ts';
import { readStatistics } from './statistics-repository.ts';
import { testConnection } from './test-connection.ts';

/** Times and policies of the pipeline; tests pass shorter ones, and end the process at a point. */
export interface ServerTuning {
  readonly reached?: (point: DeliveryPoint | 'event-committed') => void;
  readonly syncReached?: (point: SyncPoint) => void;
  readonly syncTimes?: Partial<SyncTimes>;
  readonly syncBatches?: BatchLimits;
  readonly times?: Partial<WorkerTimes>;
  readonly policy?: Partial<DeliveryPolicy>;
  /** Lays something over the database: a test's planted bug, which its auditor must find. */
  readonly database?: (opened: Database) => Database;
}

export interface ServerParts {
  readonly database: Database;
  /** Where copies of the CRMs' contacts are kept; absent: none are, and each caller is asked for. */
  readonly contactStore?: ContactStore;
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
  readonly recordings: RecordingLimits;
  /**
   * Name of this process among those that work on the database at one time; after a restart it is
   * the same, so that the process takes its lanes back at once.
   */
  readonly node: string;
  readonly version: string;
  readonly retention: KeptTimes;
  readonly intake: IntakeLimits;
  readonly http: Pick<AppDeps, 'trustedProxies' | 'https' | 'tls'> & {
    readonly publicUrl: string | undefined;
    /** Scheme, host and port by which a browser comes back from a CRM; undefined: not known. */
    readonly redirectOrigin: string | undefined;
  };
  readonly tuning?: ServerTuning | undefined;
}

export interface ComposedServer {
  readonly app: FastifyInstance;
  readonly worker: Worker;
  readonly contacts: OpenContactIndex | undefined;
  readonly live: LiveParts;
  /** Makes a document known to all organizations; rejects with `document_invalid`. */
  readonly ship: (document: string) => Promise<void>;
  /** Whether the CRM of a connection takes its credentials now; changes nothing of it. */
  readonly testConnection: (
    scope: OrganizationScope,
    id: string,
    signal: AbortSignal,
  ) => Promise<{ readonly ok: boolean; readonly message: string }>;
}

/** Puts the parts of a server together; nothing runs and nothing listens yet. */
export function composeServer(parts: ServerParts): ComposedServer {
  const { database, ids, logger, egress, clock, randomBytes } = parts;
  const compile = createCompiler(documentDigest);
  const documents = createDocumentCache(compile);
  const vault = createVault(parts.keyring, randomBytes);
  const openConnections = createOpenConnections({
    database,
    vault,
    documents,
    registerSecret: parts.secrets.register,
  });
  const connections = createConnectionBook({ openConnections, log: logger });
  const phones = createPhoneNumbers();
  const randomId = (): string => Buffer.from(randomBytes(16)).toString('hex');
  const methods = createMethodRunner({ egress, phones, clock, randomId });
  const admission = createAdmission({ database, clock });
  const signIns = createSignIns({
    database,
    vault,
    ids,
    randomBytes,
    random: parts.random,
    egress,
    phones,
    clock,
    openConnections,
    runner: methods,
    admission,
    redirectUri: redirectUri(parts.http.redirectOrigin),
    node: parts.node,
    log: logger,
    registerSecret: parts.secrets.register,
    forgetSecret: parts.secrets.forget,
    wake: () => {
      pipeline.wake();
    },
  });
  const runner = createSignedInRunner({
    ...{ signIns, phones, randomId, clock },
    runner: methods,
    log: logger,
  });
  const wakePipeline = (): void => {
    pipeline.wake();
  };
  // Who leaves a place has an answer that somebody waits for: they are told before calls are looked for.
  const wakeSoon = (): void => void setImmediate(wakePipeline);
  const places = createPlaces({ clock, wake: wakeSoon });
  const liveRunner = createLiveRunner({ runner, admission, places, database, clock });
  const keys = createNumberKeys();
  const { contactStore: store } = parts;
  const digests = createPersonDigests(parts.keyring.pinned('patchcord erasure'), keys);
  const countriesOf = createCountriesOf({ database, connections });
  const index =
    store === undefined
      ? undefined
      : withoutKeptOut(
          createContactIndex({ database, store, vault, keys }),
          createKeptOut({ database, digests, countriesOf }),
        );
  const callers = createCallerIdentifier({
    ...{ database, phones, clock, index, keys },
    runner: liveRunner,
  });
  const freeDisk =
    database.dialect === 'sqlite' && parts.intake.diskReservePercent > 0
      ? () => freePercent(dirname(parts.spoolDirectory))
      : undefined;
  const contacts =
    index === undefined
      ? undefined
      : createContactParts({
          ...{ index, database, openConnections, signIns, places, phones, clock, freeDisk },
          ...{ lists: runner, node: parts.node, log: logger, metrics: () => metrics },
          ...{ times: parts.tuning?.syncTimes, reached: parts.tuning?.syncReached },
          batches: parts.tuning?.syncBatches,
        });
  const contactSearch = createContactSearch({
    ...{ database, index, phones, clock },
    runner: liveRunner,
  });
  const lookups = createLookupCounter({ database, ids });
  // As a key object it is prepared once, and not for each call anew.
  const callKeySecret = createSecretKey(parts.keyring.pinned('patchcord call key'));
  const recordings = createRecordingParts({ ...parts, vault }, wakePipeline);
  const { spool, addresses } = recordings;
  const ownLinks = recordings.links !== undefined;
  const idempotency = createIdempotency({ database, vault, ids });
  const removeFile = (file: string): Promise<void> => spool.remove(file);
  const deleter = createDeleter({
    ...{ database, ids, removeFile, log: logger },
    removeContacts: index === undefined ? undefined : (id) => index.dropOrganization(id),
  });
  const logos = createLogoKeeper({ database, egress, clock, logoOf, log: logger });
  const eraser = createErasureParts({
    ...{ database, ids, vault, removeFile, connections, index, callers, keys, log: logger },
    ...{ digests, countriesOf, clock, node: parts.node },
  });
  const live = createLiveParts({
    ...{ database, ids, clock, vault, connections, callers, phones, lookups, log: logger },
  });
  const pipeline = createPipelineWorker(parts, {
    onlooker: live.onlooker,
    idempotency,
    connections,
    signIns,
    runner,
    admission,
    places,
    callKeySecret,
    recordings,
    deleter,
    eraser,
    callers,
    index,
  });
  const working = withContacts(withFetcher(pipeline, recordings.fetcher), contacts);
  const worker = closingAfter(working, [signIns, index]);
  const wake = (): void => {
    worker.wake();
  };
  const intake = createIntake({
    budget: createIntakeBudget({
      limits: parts.intake,
      clock,
      countBacklog: (organizationId, most) => countBacklog(database.read, { organizationId }, most),
      freeDisk,
      log: logger,
    }),
    ...{ database, ids, connections, addresses, wake, callKeySecret, ownLinks },
    onlooker: live.onlooker,
    ...(parts.tuning?.reached === undefined ? {} : { reached: parts.tuning.reached }),
  });
  const metrics = createMetrics(
    () => readStatistics(database.read, ADMIN, database.now()),
    async () => {
      const totals = await index?.sync.totals();
      return totals === undefined ? {} : { person: totals.people, company: totals.companies };
    },
  );
  const access = createAccess(database);
  const keptContacts = createKeptContacts({ callers, index });
  const contactActions = {
    ...{ database: idempotency.database, ids, phones, idempotency, lookups, index, keptContacts },
    ...{ runner: liveRunner, log: logger },
  };
  const routes = allRoutes({
    database: idempotency.database,
    ids,
    randomBytes,
    access,
    metrics,
    intake,
    live: live.hub,
    clock,
    onlooker: live.onlooker,
    signedIntake: createSignedIntake({ database, vault }),
    vault,
    documents,
    openConnections,
    signIns,
    runner: liveRunner,
    callers,
    contactSearch,
    contactActions,
    eraser,
    lookups,
    contactSync: contacts?.actions,
    connectionChanged: contacts?.changed,
    connections,
    spool,
    addresses,
    ownLinks,
    recordingLinks: recordings.links,
    maxRecordingBytes: parts.recordings.maxBytes,
    callKeySecret,
    wake,
    wakeDeleter: () => {
      deleter.wake();
    },
    wakeLogos: logos.wake,
    checkUrl: egress.checkUrl,
    compile,
    lint: lintDocument,
    version: parts.version,
    buildOpenApi: () =>
      buildOpenApi(ENDPOINTS, openApiOptions(parts.version, parts.http.publicUrl)),
    checkReady: () => checkReady(database),
  });
  const app = buildApp({ ...parts.http, access, routes, logger, ids, idempotency });
  // What an earlier life of this server had begun to delete.
  app.addHook('onListen', async () => {
    live.hub.start();
    deleter.wake();
    eraser.wake();
    logos.start();
  });
  // Streams never end by themselves, and the server waits for its requests.
  app.addHook('preClose', () => live.close());
  app.addHook('onClose', async () => {
    callers.close();
    contactSearch.close();
    await Promise.all([deleter.close(), eraser.close(), logos.close(), lookups.flush()]);
  });
  const ship = (document: string): Promise<void> =>
    shipIntegration({ database, ids, compile }, ADMIN, document);
  const test: ComposedServer['testConnection'] = async (scope, id, signal) =>
    await testConnection(
      { runner: liveRunner, signIns },
      await openConnections.open(scope, id),
      signal,
    );
  return { app, worker, live, contacts: index, ship, testConnection: test };
}

/** Where CRMs send people back to. */
function redirectUri(origin: string | undefined): string | undefined {
  return origin === undefined ? undefined : `${origin}${finishSignIn.path}`;
}
