import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createConnection } from '../../src/connections/connections.ts';
import { createDocumentCache } from '../../src/connections/document-cache.ts';
import { createIntegration } from '../../src/connections/integrations.ts';
import { createVault } from '../../src/connections/vault.ts';
import { compileDocument } from '../../src/document/compile.ts';
import { startFakeCrm } from '../../src/runtime/testing/fake-crm.ts';
import type { FakeCrm, FakeHandler } from '../../src/runtime/testing/fake-crm.ts';
import { fakeCrmDocument, fakeCrmProperties } from '../../src/runtime/testing/fake-crm-document.ts';
import { openDatabase } from '../../src/store/database.ts';
import type { Database, DatabaseSettings } from '../../src/store/database.ts';
import { createIds } from '../../src/text/uuid.ts';
import { systemClock } from '../../src/time/clock.ts';
import type { Act, Executed, Facts } from './auditor.ts';
import { MASTER_KEY } from './fault-settings.ts';
import type { ChildSettings, Kill, Reply, Request } from './protocol.ts';
import { readLedger } from './read-ledger.ts';

const ORGANIZATION = 'org-1';
const PHONE_SYSTEM = 'pbx-1';
const PROGRAM = fileURLToPath(new URL('./server-under-test.ts', import.meta.url));
/** Longest that a restart with everything settled may take, in milliseconds. */
const PATIENCE_MS = 30_000;

export interface CallEventBody {
  readonly call_id: string;
  readonly kind: string;
  readonly [name: string]: unknown;
}

/** A connection of the server that dies. */
export interface FaultConnection {
  /** Also that of its document. */
  readonly id: string;
  readonly options: object;
  readonly without?: readonly string[];
  readonly methods?: Readonly<Record<string, unknown>>;
}

interface Server {
  readonly node: string;
  readonly skipSending: boolean;
}

/** A server that dies, the CRM that survives it, and the phone system that sends again. */
export class FaultHarness {
  readonly crm: FakeCrm;
  readonly #settings: DatabaseSettings;
  readonly #acknowledged: { callId: string; kind: string }[] = [];
  readonly #server: Server;
  #child: ChildProcess | undefined;
  /** Loaded and waiting, so that a restart does not wait for it. */
  #standby: ChildProcess | undefined;
  #nextId = 1;
  #failures = 0;

  private constructor(crm: FakeCrm, settings: DatabaseSettings, server: Server) {
    this.crm = crm;
    this.#settings = settings;
    this.#server = server;
  }

  /**
   * A fresh database; without `connections` it has two, to a CRM that can be asked, and to one that
   * cannot.
   */
  static async open(
    settings: DatabaseSettings,
    options: {
      readonly skipSending?: boolean;
      readonly connections?: readonly FaultConnection[];
      readonly handler?: FakeHandler;
    } = {},
  ): Promise<FaultHarness> {
    const { skipSending = false, connections = CONNECTIONS, handler = keepComment } = options;
    const crm = await startFakeCrm({ handler });
    await seedFaults(settings, crm, connections);
    return new FaultHarness(crm, settings, { node: 'fault-node', skipSending });
  }

  /** Another process on the same database; it is closed before the first one. */
  twin(): FaultHarness {
    return new FaultHarness(this.crm, this.#settings, { ...this.#server, node: 'fault-twin' });
  }

  /** Starts the server; resolves when it takes events, or has ended before. */
  async start(): Promise<void> {
    const child = this.#standby ?? spawn();
    this.#standby = spawn();
    this.#child = child;
    child.once('exit', (code) => {
      if (this.#child === child) this.#child = undefined;
      if (code === 3) this.#failures += 1;
    });
    const settings: ChildSettings = {
      database: this.#settings,
      crmHost: this.crm.host,
      organizationId: ORGANIZATION,
      phoneSystemId: PHONE_SYSTEM,
      ...this.#server,
    };
    await this.#ask({ id: this.#nextId, kind: 'begin', settings });
    if (this.#failures > 0) throw new Error('the server under test failed: see its error output');
  }

  /** The running server will end itself at a point. */
  async arm(kill: Kill): Promise<void> {
    await this.#ask({ id: this.#nextId, kind: 'arm', ...kill });
  }

  get alive(): boolean {
    return this.#child !== undefined;
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  /** Sends events as one request; false when the server died before it answered. */
  async send(bodies: readonly CallEventBody[]): Promise<boolean> {
    const reply = await this.#ask({ id: this.#nextId, kind: 'events', bodies });
    if (reply?.kind !== 'events') return false;
    for (const [at, status] of reply.statuses.entries()) {
      const body = bodies[at];
      if (status === 'refused' || body === undefined) throw new Error(`an event was ${status}`);
      this.#acknowledged.push({ callId: body.call_id, kind: body.kind });
    }
    return true;
  }

  /** Waits until no step is open; false when the server died meanwhile. */
  async settle(): Promise<boolean> {
    const until = systemClock.monotonic() + PATIENCE_MS;
    while (systemClock.monotonic() < until) {
      const reply = await this.#ask({ id: this.#nextId, kind: 'open-steps' });
      if (reply?.kind !== 'open-steps') return false;
      if (reply.open === 0) return true;
      await systemClock.sleep(15);
    }
    throw new Error(`the server never came to rest: ${await this.#describeRest()}`);
  }

  async #describeRest(): Promise<string> {
    await this.kill();
    const database = await openDatabase(this.#settings, { clock: systemClock, onFatal: () => {} });
    try {
      const steps = await database.read
        .selectFrom('step')
        .innerJoin('lane', 'lane.id', 'step.lane_id')
        .innerJoin('connection', 'connection.id', 'lane.connection_id')
        .select(['step.method', 'step.state', 'step.message', 'step.attempts', 'step.ready_at'])
        .select(['lane.state as lane', 'lane.ready_at as lane_ready_at', 'lane.lease_until'])
        .select(['connection.state as connection', 'connection.state_reason'])
        .where('step.state', 'in', ['pending', 'sending', 'unknown'])
        .limit(5)
        .execute();
      return JSON.stringify({ now: database.now(), steps });
    } finally {
      await database.close();
    }
  }

  /** Ends the server for good and reads what is left. */
  async facts(): Promise<Facts> {
    await this.kill();
    const database = await openDatabase(this.#settings, { clock: systemClock, onFatal: () => {} });
    try {
      return {
        acknowledged: this.#acknowledged,
        executed: readExecuted(this.crm),
        ledger: await readLedger(database),
      };
    } finally {
      await database.close();
    }
  }

  async close(): Promise<void> {
    await this.kill();
    this.#standby?.kill('SIGKILL');
    await this.crm.close();
  }

  /** `undefined` when the server died instead of answering; then it is surely gone. */
  async #ask(request: Request): Promise<Reply | undefined> {
    const child = this.#child;
    if (child === undefined) return undefined;
    this.#nextId += 1;
    return await new Promise((resolve) => {
      const onExit = (): void => {
        child.off('message', onMessage);
        resolve(undefined);
      };
      const onMessage = (message: unknown): void => {
        // Sent by the child in this very form.
        const reply = message as Reply;
        if (reply.id !== request.id) return;
        child.off('message', onMessage);
        child.off('exit', onExit);
        resolve(reply);
      };
      child.on('message', onMessage);
      child.once('exit', onExit);
      // A channel that is closed already belongs to a process whose end is about to be told.
      child.send(request, () => {});
    });
  }
}

function spawn(): ChildProcess {
  // Processes are many: what one has compiled, the next one takes over.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'patchcord-compile-cache') };
  return fork(PROGRAM, [], { execArgv: [], stdio: 'inherit', env });
}

/**
 * A CRM that can be asked and whose changes do no harm twice; and one that cannot be asked, and that
 * appends each change as a comment.
 */
const CONNECTIONS: readonly FaultConnection[] = [
  { id: 'can-be-asked', options: { unknown_callers: 'create_contact' } },
  {
    id: 'cannot-be-asked',
    options: {},
    without: ['FindActivity', 'CreateContact'],
    methods: {
      UpdateActivity: {
        request_method: 'POST',
        request_path: '/calls/$activity_id$/comments',
        request_parameters: { text: '$description$' },
      },
    },
  },
];

/** The route of the second CRM; what it keeps is its log of requests. */
const keepComment: FakeHandler = (request, response) => {
  if (request.method !== 'POST' || !request.path.endsWith('/comments')) return false;
  response.writeHead(201, { 'content-type': 'application/json' });
  response.end('{"ok":true}');
  return true;
};

async function seedFaults(
  settings: DatabaseSettings,
  crm: FakeCrm,
  connections: readonly FaultConnection[],
): Promise<void> {
  const database = await openDatabase(settings, { clock: systemClock, onFatal: () => {} });
  const ids = createIds({ clock: systemClock, randomBytes });
  const scope = { organizationId: ORGANIZATION };
  try {
    await seedOrganization(database);
    const deps = {
      database,
      ids,
      vault: createVault(MASTER_KEY, randomBytes),
      documents: createDocumentCache(compileDocument),
      compile: compileDocument,
      checkUrl: () => ({ ok: true as const }),
    };
    for (const { id, options, ...given } of connections) {
      const document = fakeCrmDocument({ id, ...given });
      const { id: integrationId } = await createIntegration(deps, scope, {
        document,
        actor: 'test',
      });
      const { row } = await createConnection(deps, scope, {
        integrationId,
        name: id,
        properties: fakeCrmProperties(crm),
        options: { concurrency: 8, ...options },
        actor: 'test',
      });
      await link(database, row.id);
    }
  } finally {
    await database.close();
  }
}

async function seedOrganization(database: Database): Promise<void> {
  const created_at = database.now();
  await database.write(async (transaction) => {
    await transaction
      .insertInto('organization')
      .values({
        id: ORGANIZATION,
        name: 'Acme',
        domain: null,
        country: 'GB',
        timezone: 'Europe/London',
        created_at,
      })
      .execute();
    await transaction
      .insertInto('phone_system')
      .values({ id: PHONE_SYSTEM, organization_id: ORGANIZATION, name: 'PBX', created_at })
      .execute();
    await transaction
      .insertInto('extension')
      .values({
        id: 'ext-101',
        organization_id: ORGANIZATION,
        number: '101',
        name: null,
        email: null,
        created_at,
      })
      .execute();
  });
}

async function link(database: Database, connectionId: string): Promise<void> {
  await database.write(async (transaction) => {
    await transaction
      .insertInto('user_link')
      .values({
        organization_id: ORGANIZATION,
        connection_id: connectionId,
        extension_id: 'ext-101',
        crm_user_id: '11',
        crm_user_name: 'Bob Agent',
        locals: '{}',
        linked_at: database.now(),
      })
      .execute();
  });
}

/** What the CRM executed, from its own log of requests. */
function readExecuted(crm: FakeCrm): readonly Executed[] {
  const keyOf = new Map(crm.calls.map((call) => [call.id, String(call.fields['key'])]));
  let created = 0;
  return crm.requests.flatMap((request): readonly Executed[] => {
    const [, collection, record = '', action] = request.path.split('/');
    if (collection === 'contacts' && request.method === 'POST') {
      // Sent by the document above, whose body holds the number.
      const { phone } = JSON.parse(request.body.toString('utf8')) as { phone: string };
      return [{ act: 'contact', key: phone, record: phone }];
    }
    if (collection !== 'calls') return [];
    if (request.method === 'POST' && record === '') {
      const call = crm.calls[created];
      created += 1;
      return call === undefined
        ? []
        : [{ act: 'create', key: keyOf.get(call.id) ?? '', record: call.id }];
    }
    const key = keyOf.get(record) ?? '';
    if (request.method === 'PATCH') return [{ act: 'update', key, record }];
    const act = ACTIONS.get(action ?? '');
    return act === undefined ? [] : [{ act, key, record }];
  });
}

const ACTIONS: ReadonlyMap<string, Act> = new Map([
  ['stop', 'stop'],
  ['comments', 'comment'],
  ['recording', 'upload'],
]);
