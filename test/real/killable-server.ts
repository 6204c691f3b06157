import { randomBytes } from 'node:crypto';

import { readSettings } from '../../src/config/settings.ts';
import { createLogger } from '../../src/logging/logger.ts';
import { openServer } from '../../src/server/open-server.ts';
import { createSecretRegistry } from '../../src/text/scrub.ts';
import { createIds } from '../../src/text/uuid.ts';
import { systemClock } from '../../src/time/clock.ts';
import { readKill } from './kill-point.ts';

// The server as `patchcord serve` opens it, with shorter waits of the ladder and contacts written page by
// page, and ending itself by SIGKILL when a point of delivery or of a sync is passed for the given time.
const { kill, environment } = readKill(process.env);
const secrets = createSecretRegistry();
const logger = createLogger({ level: 'warn', destination: process.stdout, scrub: secrets.scrub });
let passed = 0;
const reached = (point: string): void => {
  if (point !== kill?.point) return;
  passed += 1;
  if (passed === kill?.count) process.kill(process.pid, 'SIGKILL');
};

await openServer(readSettings(environment, {}), {
  logger,
  secrets,
  clock: systemClock,
  ids: createIds({ clock: systemClock, randomBytes }),
  randomBytes,
  random: Math.random,
  version: '0.0.0',
  shippedDocuments: [],
  masterKeyMade: () => {},
  onFatal: (err) => {
    logger.fatal({ err }, 'the storage failed');
    process.exit(3);
  },
  tuning: {
    policy: { askAfterMs: [100, 300], backoffBaseMs: 50, backoffCapMs: 500 },
    syncBatches: { contacts: 1, ms: 0 },
    reached,
    syncReached: reached,
  },
});
