import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createPostgresDatabase } from '../../test/real/postgres-database.ts';
import { crmDocument } from './crm-document.ts';
import { startMockCrm } from './mock-crm.ts';
import type { MockCrm } from './mock-crm.ts';
import { openOffices } from './offices.ts';
import type { BenchOffice } from './offices.ts';
import { createRawClient } from './raw-client.ts';
import type { Report } from './calls.ts';
import { reporter } from './reporter.ts';
import { createAdminKey, startServer } from './server.ts';
import type { BenchServer } from './server.ts';

/** A server with its mock CRM and its customers, and whoever reports calls to it. */
export interface World {
  readonly crm: MockCrm;
  readonly server: BenchServer;
  readonly offices: readonly BenchOffice[];
  readonly report: Report;
  /** Where its database is, once it has been stopped too. */
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  /** The rest stays: whoever reads the database has it alone. */
  stopServer(): Promise<void>;
  /** On the same port and the same data. */
  startServerAgain(): Promise<void>;
  close(): Promise<void>;
}

export interface WorldPlan {
  readonly offices: number;
  /** Requests to the CRM at the same time, of each office. */
  readonly concurrency: number;
  /** Connections of the phone systems to the server. */
  readonly lines: number;
  /** The CRM is told of answered calls too. */
  readonly answers?: boolean;
  /** Of a server of PostgreSQL; absent: SQLite. */
  readonly postgres?: string | undefined;
  readonly wrapper?: readonly string[] | undefined;
}

/** Starts everything, each part as a process of its own, in a folder of its own. */
export async function openWorld(plan: WorldPlan): Promise<World> {
  const dataDir = mkdtempSync(join(tmpdir(), 'patchcord-bench-'));
  const database =
    plan.postgres === undefined ? undefined : await createPostgresDatabase(plan.postgres);
  const crm = await startMockCrm();
  const { wrapper } = plan;
  const place = { dataDir, crm: crm.host, databaseUrl: database?.url, wrapper };
  const server = await startServer(place);
  const document = crmDocument(crm.host, { answers: plan.answers === true });
  const adminKey = createAdminKey(place);
  const offices = await openOffices(
    { origin: server.origin, adminKey },
    {
      document,
      count: plan.offices,
      concurrency: plan.concurrency,
    },
  );
  const client = createRawClient(server.host, plan.lines);
  let running = server;
  let stopping: Promise<void> | undefined;
  const stopServer = (): Promise<void> => {
    client.close();
    return (stopping ??= running.stop());
  };
  return {
    crm,
    server,
    offices,
    report: reporter(client, offices),
    dataDir,
    databaseUrl: database?.url,
    stopServer,
    startServerAgain: async () => {
      running = await startServer({ ...place, port: Number(server.host.split(':')[1]) });
      stopping = undefined;
    },
    close: async () => {
      await stopServer();
      await crm.close();
      await database?.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The PostgreSQL server to measure on, where one is named. */
export function namedPostgres(): string | undefined {
  const named = process.env['BENCH_DATABASE_URL'] ?? process.env['TEST_DATABASE_URL'];
  return named === '' ? undefined : named;
}
