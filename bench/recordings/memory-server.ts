import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as z from 'zod';

import { runCommand, startPatchcord } from '../../test/real/patchcord-server.ts';
import { startReceivingCrm } from './receiving-crm.ts';
import { openScenarios } from './scenarios.ts';
import type { Scenario } from './scenarios.ts';

export interface MemoryServer {
  readonly pid: number;
  readonly scenarios: readonly Scenario[];
  close(): Promise<void>;
}

/** Starts a server of its own, on SQLite or a database of PostgreSQL that is all its own. */
export async function startMemoryServer(databaseUrl?: string): Promise<MemoryServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'patchcord-memory-'));
  const crm = await startReceivingCrm();
  const key = Buffer.alloc(32, 7).toString('base64');
  const environment =
    databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl, MASTER_KEY: key };
  const place = { dataDir, crm: crm.host, environment };
  const server = await startPatchcord(place);
  const command = ['key', 'create', '--name', 'Measuring'];
  const { key: adminKey } = z.object({ key: z.string() }).parse(await runCommand(place, command));
  const { pid } = server.child;
  if (pid === undefined) throw new Error('the server has no process');
  return {
    pid,
    scenarios: await openScenarios({ origin: server.origin, adminKey }, crm),
    close: async () => {
      await server.stop();
      await crm.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
