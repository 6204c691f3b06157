import { randomBytes } from 'node:crypto';
import { flushCompileCache } from 'node:module';

import { readSettings } from '../../src/config/settings.ts';
import { createLogger } from '../../src/logging/logger.ts';
import { openServer } from '../../src/server/open-server.ts';
import type { Database } from '../../src/store/database.ts';
import { createSecretRegistry } from '../../src/text/scrub.ts';
import { createIds } from '../../src/text/uuid.ts';
import { systemClock } from '../../src/time/clock.ts';
import { withoutFences } from '../faults/ignore-fences.ts';
import type { KillPoint } from '../faults/protocol.ts';
import { withoutSending } from '../faults/skip-sending.ts';
import type { Plant, ServerOrder, ServerWord } from './soak-protocol.ts';
import { SOAK_POLICY, SOAK_TIMES } from './soak-times.ts';

// The server as `patchcord serve` opens it, with shorter waits, and ending itself by SIGKILL when a
// point is passed that it was armed for. It waits, loaded, until it is told to begin.

let armed: { readonly point: KillPoint; left: number } | undefined;

const PLANTED: Readonly<Record<Plant, (database: Database) => Database>> = {
  'no-sending': withoutSending,
  'no-fence': withoutFences,
};

async function begin(order: Extract<ServerOrder, { kind: 'begin' }>): Promise<void> {
  const secrets = createSecretRegistry();
  const logger = createLogger({
    level: 'warn',
    destination: process.stdout,
    scrub: secrets.scrub,
  });
  const { plant } = order;
  const server = await openServer(readSettings({ ...order.environment }, {}), {
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
      logger.fatal({ err }, 'the server cannot go on; the process ends');
      process.exit(3);
    },
    tuning: {
      policy: SOAK_POLICY,
      times: SOAK_TIMES,
      reached,
      ...(plant === undefined ? {} : { database: PLANTED[plant] }),
    },
  });
  process.once('SIGTERM', () => {
    void server.close().then(() => process.exit(0));
  });
}

function reached(point: KillPoint): void {
  if (armed?.point !== point) return;
  armed.left -= 1;
  if (armed.left <= 0) process.kill(process.pid, 'SIGKILL');
}

function tell(word: ServerWord): void {
  process.send?.(word);
}

process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  // Sent by the driver in this very form.
  const order = message as ServerOrder;
  if (order.kind === 'arm') {
    armed = { point: order.point, left: order.count };
    return;
  }
  begin(order).then(
    () => tell({ kind: 'ready' }),
    (err: unknown) => {
      tell({
        kind: 'failed',
        message: err instanceof Error ? (err.stack ?? err.message) : 'unknown',
      });
      process.exit(4);
    },
  );
});
// A process that is killed writes nothing at its end, so the next one would compile all again.
flushCompileCache();
tell({ kind: 'loaded' });
