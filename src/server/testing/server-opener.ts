import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readSettings } from '../../config/settings.ts';
import type { AppError } from '../../errors/app-error.ts';
import { createLogger } from '../../logging/logger.ts';
import { createSecretRegistry } from '../../text/scrub.ts';
import { createIds } from '../../text/uuid.ts';
import { systemClock } from '../../time/clock.ts';
import type { ServerTuning } from '../compose.ts';
import { openServer } from '../open-server.ts';
import type { OpenServer } from '../open-server.ts';

export interface Opened {
  readonly server: OpenServer;
  readonly keys: readonly string[];
  readonly log: readonly string[];
  /** The first fault that the process must end for. */
  readonly fatal: Promise<AppError>;
}

/** Opens whole servers from their settings; `cleanUp` closes them and takes their folders away. */
export function createServerOpener() {
  const steps: (() => Promise<void>)[] = [];
  const cleanUp = async (): Promise<void> => {
    for (const step of steps.splice(0).toReversed()) await step();
  };
  const folder = (): string => {
    const directory = mkdtempSync(join(tmpdir(), 'patchcord-server-'));
    steps.push(async () => rmSync(directory, { recursive: true, force: true }));
    return directory;
  };
  async function open(
    environment: Readonly<Record<string, string>>,
    documents: readonly string[] = [],
    tuning: ServerTuning = {},
  ): Promise<Opened> {
    const keys: string[] = [];
    const log: string[] = [];
    const fatal = Promise.withResolvers<AppError>();
    const secrets = createSecretRegistry();
    const destination = { write: (line: string) => log.push(line) };
    const server = await openServer(readSettings({ PORT: '0', ...environment }), {
      logger: createLogger({ level: 'info', destination, scrub: secrets.scrub }),
      secrets,
      randomBytes,
      clock: systemClock,
      ids: createIds({ clock: systemClock, randomBytes }),
      random: Math.random,
      version: '0.0.0',
      shippedDocuments: documents,
      masterKeyMade: (path) => keys.push(path),
      onFatal: fatal.resolve,
      tuning,
    });
    steps.push(() => server.close());
    return { server, keys, log, fatal: fatal.promise };
  }
  return { open, folder, cleanUp };
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await once(probe.listen(0, '127.0.0.1'), 'listening');
  const address = probe.address();
  await once(probe.close(), 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
