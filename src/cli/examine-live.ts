import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';

import type { Settings } from '../config/settings.ts';
import { openKeyring } from '../connections/keyring.ts';
import { loadMasterKey } from '../connections/master-key.ts';
import { createLogger } from '../logging/logger.ts';
import { composeServer } from '../server/compose.ts';
import { openEgress } from '../server/open-egress.ts';
import { loopbackOrigin } from '../server/open-server.ts';
import { recordingLimitsOf } from '../server/recording-parts.ts';
import { intakeLimitsOf } from '../server/intake-limits.ts';
import { retentionOf } from '../server/retention.ts';
import type { Database } from '../store/database.ts';
import { createSecretRegistry } from '../text/scrub.ts';
import { createIds } from '../text/uuid.ts';
import { systemClock } from '../time/clock.ts';
import { sentenceOf } from './examination.ts';
import type { TestConnection } from './examine-connections.ts';
import { packageVersion } from './package-version.ts';

/** One CRM gets this long. */
const LIMIT_MS = 15_000;

/**
 * Lets `work` test connections as a server with these settings would, beside a running one: tokens
 * are renewed under the same locks. Nothing listens and no call is sent.
 */
export async function withLiveTest<T>(
  settings: Settings,
  database: Database,
  work: (test: TestConnection) => Promise<T>,
): Promise<T> {
  const directory = settings.databaseUrl === undefined ? settings.dataDir : undefined;
  const masterKey = loadMasterKey(
    { masterKey: settings.masterKey, masterKeyFile: settings.masterKeyFile, directory },
    { randomBytes, created: () => {} },
  );
  const secrets = createSecretRegistry();
  const refused = new Map<string, string>();
  const egress = openEgress(settings, systemClock, ({ connectionId, message }) => {
    refused.set(connectionId, message);
  });
  const composed = composeServer({
    database,
    egress,
    secrets,
    keyring: await openKeyring({ database, masterKey, randomBytes }),
    logger: createLogger({ level: 'silent', destination: process.stderr, scrub: secrets.scrub }),
    clock: systemClock,
    ids: createIds({ clock: systemClock, randomBytes }),
    randomBytes,
    random: Math.random,
    spoolDirectory: join(settings.dataDir, 'recordings'),
    recordings: recordingLimitsOf(settings),
    retention: retentionOf(settings),
    intake: intakeLimitsOf(settings),
    node: `doctor ${hostname()}:${process.pid}`,
    version: packageVersion(),
    http: {
      trustedProxies: [],
      https: settings.https,
      publicUrl: settings.publicUrl,
      redirectOrigin: settings.publicUrl ?? loopbackOrigin(settings),
    },
  });
  try {
    return await work(async ({ id, organization_id: organizationId }) => {
      try {
        const signal = AbortSignal.timeout(LIMIT_MS);
        const test = await composed.testConnection({ organizationId }, id, signal);
        const why = refused.get(id);
        return test.ok || why === undefined ? test : { ...test, message: why };
      } catch (err) {
        return { ok: false, message: sentenceOf(err) };
      }
    });
  } finally {
    await composed.app.close();
    await composed.worker.close();
    await egress.close();
  }
}
