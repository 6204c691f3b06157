import { randomBytes } from 'node:crypto';

import type { Settings } from '../config/settings.ts';
import { createLogger } from '../logging/logger.ts';
import type { Logger } from '../logging/logger.ts';
import { openServer } from '../server/open-server.ts';
import type { OpenServer } from '../server/open-server.ts';
import { poolRandomBytes } from '../text/random-pool.ts';
import { createSecretRegistry } from '../text/scrub.ts';
import { createIds } from '../text/uuid.ts';
import { systemClock } from '../time/clock.ts';
import type { CommandContext } from './command-context.ts';
import { packageVersion } from './package-version.ts';
import { exitCodeOf } from './report-failure.ts';
import { shippedDocuments } from './shipped-documents.ts';

/** Starts a server of this process, with its log on stdout. */
export async function startServer(
  settings: Settings,
  context: Pick<CommandContext, 'err'>,
): Promise<OpenServer> {
  const secrets = createSecretRegistry();
  const logger = createLogger({
    level: settings.logLevel,
    destination: process.stdout,
    scrub: secrets.scrub,
  });
  endOnFault(logger);
  return await openServer(settings, {
    logger,
    secrets,
    clock: systemClock,
    ids: createIds({ clock: systemClock, randomBytes: poolRandomBytes(randomBytes) }),
    randomBytes,
    random: Math.random,
    version: packageVersion(),
    shippedDocuments: shippedDocuments(),
    masterKeyMade: (path) => {
      context.err(`Made the master key ${path}: a backup of the data without it is worthless.`);
    },
    onFatal: (err) => {
      // A failed sync cannot be repeated (a second one would lie): the next start reads what is on disk.
      logger.fatal({ err }, 'the server cannot go on; the process ends');
      context.err(err.message);
      process.exit(exitCodeOf(err));
    },
  });
}

/** What is acknowledged is on disk, so that ending is safer than going on in an unknown state. */
function endOnFault(logger: Logger): void {
  process.once('uncaughtException', (err) => {
    logger.fatal({ err }, 'an unforeseen error; the process ends');
    process.exit(3);
  });
}
