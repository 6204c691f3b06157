import { afterAll, beforeAll } from 'vitest';

import { fakeCrmProperties } from '../../runtime/testing/fake-crm-document.ts';
import { startFakeCrm } from '../../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../../runtime/testing/fake-crm.ts';
import { openDatabase } from '../../store/database.ts';
import type { Database } from '../../store/database.ts';
import type { TestDatabases } from '../../store/testing/databases.ts';
import { systemClock } from '../../time/clock.ts';
import { setUpOffice, startTestServer } from './test-server.ts';
import type { Office, Sent, TestServer } from './test-server.ts';

/** Provisioning as a script does it: by ids of its own, again and again. */
export interface ProvisioningKit {
  readonly crm: FakeCrm;
  readonly server: TestServer;
  /** Another server on the same database: on PostgreSQL with connections of its own. */
  readonly other: TestServer;
  readonly database: Database;
  readonly office: Office;
  /** Puts with the key of the office, or with that of the operator where a path needs it. */
  readonly put: (
    path: string,
    body: object,
    headers?: Readonly<Record<string, string>>,
    to?: TestServer,
  ) => Promise<Sent>;
  /** Of all that is in the audit trail. */
  readonly countDeeds: () => Promise<number>;
  /** A connection to the CRM, with changes. */
  readonly connectionBody: (change?: object) => object;
}

/** Declares hooks: two servers without workers on one database, and an office for the tests around it. */
export function useProvisioning(databases: TestDatabases): ProvisioningKit {
  let crm: FakeCrm;
  let server: TestServer;
  let other: TestServer;
  let database: Database;
  let second: Database;
  let office: Office;

  beforeAll(async () => {
    crm = await startFakeCrm();
    const settings = await databases.settings();
    const open = (): Promise<Database> =>
      openDatabase(settings, { clock: systemClock, onFatal: () => {} });
    database = await open();
    second = settings.kind === 'postgres' ? await open() : database;
    server = await startTestServer({ database, crm, working: false });
    other = await startTestServer({ database: second, crm, working: false });
    office = await setUpOffice(server, crm);
  });
  afterAll(async () => {
    await server.close();
    await other.close();
    await second.close();
    await database.close();
    await crm.close();
  });

  const put: ProvisioningKit['put'] = (path, body, headers = {}, to = server) => {
    const operated = path.startsWith('/v1/organizations') || path.startsWith('/v1/shared');
    const key = operated ? server.adminKey : office.key;
    return to.send('PUT', path, { key, body, headers });
  };
  const countDeeds = async (): Promise<number> => {
    const rows = await database.read.selectFrom('audit_entry').select('id').execute();
    return rows.length;
  };
  const connectionBody = (change: object = {}): object => ({
    document_id: 'fake-crm',
    name: 'By script',
    properties: fakeCrmProperties(crm),
    options: { log_internal: true, texts: { inbound: 'From $party_number$' } },
    ...change,
  });

  return {
    get crm() {
      return crm;
    },
    get server() {
      return server;
    },
    get other() {
      return other;
    },
    get database() {
      return database;
    },
    get office() {
      return office;
    },
    ...{ put, countDeeds, connectionBody },
  };
}
