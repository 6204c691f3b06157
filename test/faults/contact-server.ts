import { randomBytes } from 'node:crypto';
import { flushCompileCache } from 'node:module';

import { readSettings } from '../../src/config/settings.ts';
import { createLogger } from '../../src/logging/logger.ts';
import { openServer } from '../../src/server/open-server.ts';
import { createSecretRegistry } from '../../src/text/scrub.ts';
import { createIds } from '../../src/text/uuid.ts';
import { systemClock } from '../../src/time/clock.ts';
import type { SyncPoint } from '../../src/contacts/sync/run-pass.ts';
import type { ContactServerOrder } from './contact-harness.ts';

// The server as `patchcord serve` opens it, with small batches, and ending itself by SIGKILL at a point
// of the sync that it was armed for.

let armed: { readonly point: SyncPoint; left: number } | undefined;

function reached(point: SyncPoint): void {
  if (armed?.point !== point) return;
  armed.left -= 1;
  if (armed.left <= 0) process.kill(process.pid, 'SIGKILL');
}

async function begin(environment: Readonly<Record<string, string>>): Promise<void> {
  const secrets = createSecretRegistry();
  const logger = createLogger({ level: 'warn', destination: process.stderr, scrub: secrets.scrub });
  await openServer(readSettings({ ...environment }, {}), {
    ...{ logger, secrets, clock: systemClock, randomBytes, random: Math.random },
    ids: createIds({ clock: systemClock, randomBytes }),
    ...{ version: '0.0.0', shippedDocuments: [], masterKeyMade: () => {} },
    onFatal: (err) => {
      logger.fatal({ err }, 'the server cannot go on; the process ends');
      process.exit(3);
    },
    tuning: {
      syncReached: reached,
      // Each page is two batches: its records, and then its end.
      syncBatches: { contacts: 1, ms: 0 },
      syncTimes: { pollEveryMs: 20, leaseMs: 1_500, renewEveryMs: 200 },
    },
  });
}

process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  // Sent by the harness in this very form.
  const order = message as ContactServerOrder;
  if (order.kind === 'arm') {
    armed = { point: order.point, left: order.times };
    process.send?.('armed');
    return;
  }
  begin(order.environment).then(
    () => process.send?.('ready'),
    (err: unknown) => {
      process.stderr.write(`${err instanceof Error ? (err.stack ?? '') : String(err)}\n`);
      process.exit(4);
    },
  );
});
// A process that is killed writes nothing at its end, so the next one would compile all again.
flushCompileCache();
