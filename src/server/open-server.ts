import { Server as HttpsServer } from 'node:https';
import { hostname } from 'node:os';
import { join } from 'node:path';

import { WORKER_TIMES } from '../calls/worker.ts';
import { openKeyring } from '../connections/keyring.ts';
import { loadMasterKey } from '../connections/master-key.ts';
import type { MasterKey } from '../connections/master-key.ts';
import { databaseOf } from '../config/database-settings.ts';
import { isLoopback } from '../config/listening.ts';
import type { Settings } from '../config/settings.ts';
import type { AppError } from '../errors/app-error.ts';
import type { Logger } from '../logging/logger.ts';
import { openContactStore } from '../store/contact-store.ts';
import { openDatabase } from '../store/database.ts';
import type { Database } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { openNotices } from '../store/notices.ts';
import { checkMasterKey, findMasterKeyId } from '../store/master-key-facts.ts';
import { leaveNode, registerNode } from '../store/register-node.ts';
import type { NodeFacts } from '../store/register-node.ts';
import type { SecretRegistry } from '../text/scrub.ts';
import type { Ids } from '../text/uuid.ts';
import type { Clock } from '../time/clock.ts';
import { closeInOrder } from './close-in-order.ts';
import { composeServer } from './compose.ts';
import type { ComposedServer, ServerTuning } from './compose.ts';
import { followKeys } from './follow-keys.ts';
import { listen, originOf } from './listen.ts';
import { openEgress } from './open-egress.ts';
import { startHeartbeat } from './node-heartbeat.ts';
import { recordingLimitsOf } from './recording-parts.ts';
import { intakeLimitsOf } from './intake-limits.ts';
import { retentionOf } from './retention.ts';
import { followTlsFiles, readTlsFiles } from './tls-files.ts';
import type { TlsPaths } from './tls-files.ts';

export interface OpenServerDeps {
  readonly logger: Logger;
  /** The registry that the logger scrubs by. */
  readonly secrets: SecretRegistry;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly randomBytes: (size: number) => Uint8Array;
  /** In [0, 1). */
  readonly random: () => number;
  readonly version: string;
  /** Documents that come with Patchcord, as text: every organization may use them. */
  readonly shippedDocuments: readonly string[];
  /** Told once when a master key was made: a backup without that file is worthless. */
  readonly masterKeyMade: (path: string) => void;
  /** The storage failed under a commit, or another process took this node's name: it must end. */
  readonly onFatal: (err: AppError) => void;
  readonly tuning?: ServerTuning;
}

export interface OpenServer {
  /** Scheme, host and port that it listens on. */
  readonly origin: string;
  readonly database: Database;
  readonly composed: ComposedServer;
  /** Takes nothing more in, lets requests to CRMs end, at most 25 s, and closes everything. */
  close(): Promise<void>;
}

/**
 * Starts a whole server from its settings: database and its migrations, key, egress door, worker,
 * HTTP. Rejects with `invalid_settings` and what the database rejects with; then nothing is open.
 */
export async function openServer(settings: Settings, deps: OpenServerDeps): Promise<OpenServer> {
  const opened: (() => Promise<void>)[] = [];
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= closeInOrder(opened.toReversed(), deps));
  try {
    const tls = tlsPaths(settings);
    const files = tls === undefined ? undefined : readTlsFiles(tls);
    const egress = openEgress(settings, deps.clock, ({ message, ...of }) => {
      deps.logger.warn(of, message);
    });
    opened.push(() => egress.close());
    const plain = await openDatabase(databaseOf(settings, { exclusive: true }), deps);
    const database = deps.tuning?.database?.(plain) ?? plain;
    opened.push(() => database.close());
    await migrate(database);
    const contactStore = await openContactStore(
      database,
      databaseOf(settings, { exclusive: true }),
    );
    opened.push(() => contactStore.close());
    const masterKey = await findMasterKey(database, settings, deps);
    const keyring = await openKeyring({ database, masterKey, randomBytes: deps.randomBytes });
    const node = nodeOf(settings, deps, masterKey);
    opened.push(() => leaveNode(database, node));
    const composed = composeServer({
      ...deps,
      database,
      contactStore,
      egress,
      keyring,
      node: node.name,
      spoolDirectory: join(settings.dataDir, 'recordings'),
      recordings: recordingLimitsOf(settings),
      retention: retentionOf(settings),
      intake: intakeLimitsOf(settings),
      http: {
        trustedProxies: settings.trustedProxies,
        https: settings.https,
        publicUrl: settings.publicUrl,
        redirectOrigin: settings.publicUrl ?? loopbackOrigin(settings),
        ...(files === undefined ? {} : { tls: files }),
      },
    });
    await shipDocuments(composed, deps);
    const { app } = composed;
    opened.push(() => composed.worker.close());
    opened.push(() => app.close());
    // Before the node enters: a process that finds its port taken must not drive out the one that has it.
    const origin = await listen(app, settings);
    await registerNode(database, node);
    // Before the worker: keys may have changed since they were read.
    const following = await followKeys({ ...deps, database, keyring, nodeId: node.id });
    opened.push(() => following.close());
    const { databaseUrl } = settings;
    if (databaseUrl !== undefined) {
      const leave = await composed.live.join(node.id, (of) => openNotices(databaseUrl, of));
      opened.push(leave);
    }
    await composed.worker.start();
    const heartbeat = startHeartbeat({
      database,
      node,
      clock: deps.clock,
      logger: deps.logger,
      everyMs: deps.tuning?.times?.renewEveryMs ?? WORKER_TIMES.renewEveryMs,
      superseded: deps.onFatal,
    });
    opened.push(() => heartbeat.close());
    if (tls !== undefined && app.server instanceof HttpsServer) {
      const end = followTlsFiles(app.server, tls, {
        renewed: () => {
          deps.logger.info('certificate read again');
        },
        failed: (err) => {
          deps.logger.error({ err }, 'certificate cannot be used; the old one stays');
        },
      });
      opened.push(() => Promise.resolve(end()));
    }
    return { origin, database, composed, close };
  } catch (err) {
    await close();
    throw err;
  }
}

/** The key that sealed the database's secrets; another one is refused, and none made in its place. */
async function findMasterKey(
  database: Database,
  settings: Settings,
  deps: OpenServerDeps,
): Promise<MasterKey> {
  const masterKey = loadMasterKey(
    {
      masterKey: settings.masterKey,
      masterKeyFile: settings.masterKeyFile,
      sealedWith: await findMasterKeyId(database),
      ...(settings.databaseUrl === undefined ? { directory: settings.dataDir } : {}),
    },
    { randomBytes: deps.randomBytes, created: deps.masterKeyMade },
  );
  await checkMasterKey(database, masterKey.id);
  return masterKey;
}

/** A browser on this machine comes back to the address that the server listens on. */
export function loopbackOrigin(settings: Settings): string | undefined {
  const { host, port, tlsCert } = settings;
  if (port === 0 || !isLoopback(host)) return undefined;
  return originOf({ host, port, tlsCert });
}

function nodeOf(settings: Settings, deps: OpenServerDeps, masterKey: MasterKey): NodeFacts {
  const id = deps.ids.next();
  // A free port is another one after a restart: then nothing of the name could stay the same.
  const name = settings.port === 0 ? id : `${hostname()}:${settings.port}`;
  return {
    id,
    name: settings.nodeName ?? name,
    keyId: masterKey.id,
    version: deps.version,
  };
}

async function shipDocuments(composed: ComposedServer, deps: OpenServerDeps): Promise<void> {
  for (const document of deps.shippedDocuments) {
    try {
      await composed.ship(document);
    } catch (err) {
      // One bad document must not keep the calls of all others out.
      deps.logger.error({ err }, 'a shipped document cannot be used');
    }
  }
}

function tlsPaths(settings: Settings): TlsPaths | undefined {
  const { tlsCert: cert, tlsKey: key } = settings;
  return cert === undefined || key === undefined ? undefined : { cert, key };
}
