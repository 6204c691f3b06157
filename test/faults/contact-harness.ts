import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import * as z from 'zod';

import { createKey } from '../../src/access/keys.ts';
import { startListingCrm } from '../../src/contacts/sync/testing/listing-crm.ts';
import type { ListingCrm } from '../../src/contacts/sync/testing/listing-crm.ts';
import { people, syncDocument } from '../../src/contacts/sync/testing/sync-document.ts';
import type { SyncPoint } from '../../src/contacts/sync/run-pass.ts';
import { ADMIN } from '../../src/organizations/scope.ts';
import { openDatabase } from '../../src/store/database.ts';
import type { DatabaseSettings } from '../../src/store/database.ts';
import { createIds } from '../../src/text/uuid.ts';
import { systemClock } from '../../src/time/clock.ts';
import { freePort } from '../../scripts/test/free-port.ts';
import { apiClient } from '../real/api-client.ts';
import type { ApiClient } from '../real/api-client.ts';
import { environmentOf } from '../real/patchcord-server.ts';

const PROGRAM = fileURLToPath(new URL('./contact-server.ts', import.meta.url));
const PATIENCE_MS = 30_000;

/** What a server process is told. */
export type ContactServerOrder =
  | { readonly kind: 'begin'; readonly environment: Readonly<Record<string, string>> }
  /** SIGKILL when it comes to this point for the so-manieth time from now on. */
  | { readonly kind: 'arm'; readonly point: SyncPoint; readonly times: number };

const List = z.object({
  ...{ pass: z.string().nullable(), pages: z.number(), received: z.number() },
  ...{ added: z.number(), changed: z.number(), removed: z.number() },
  last_complete_at: z.string().nullable(),
  last_error: z.unknown(),
});
const Sync = z.object({
  ...{ state: z.string(), message: z.string(), people: z.number(), lists: z.array(List) },
});
const Id = z.object({ id: z.string() });
const Identified = z.object({ callers: z.array(z.object({ name: z.string().nullable() })) });

/** How far the sync of the connection is. */
export type SyncAnswer = z.infer<typeof Sync>;

/** A process of Patchcord that a test ends, or holds. */
export class ContactServer {
  readonly #environment: Readonly<Record<string, string>>;
  readonly origin: string;
  #child: ChildProcess | undefined;
  #log = '';

  constructor(origin: string, environment: Readonly<Record<string, string>>) {
    this.origin = origin;
    this.#environment = environment;
  }

  get alive(): boolean {
    return this.#child !== undefined;
  }

  async start(): Promise<void> {
    const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'patchcord-compile-cache') };
    const stdio = ['ignore', 'inherit', 'pipe', 'ipc'] as const;
    const child = fork(PROGRAM, [], { execArgv: [], stdio: [...stdio], env });
    this.#child = child;
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#log += chunk.toString('utf8');
    });
    child.once('exit', () => {
      if (this.#child === child) this.#child = undefined;
    });
    await this.#tell({ kind: 'begin', environment: this.#environment });
    if (!this.alive) throw new Error(`the server did not start: ${this.#log}`);
  }

  /** It will end itself there. */
  async arm(point: SyncPoint, times: number): Promise<void> {
    await this.#tell({ kind: 'arm', point, times });
  }

  /** Resolves when it has ended. */
  async ended(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    await new Promise((resolve) => child.once('exit', resolve));
  }

  /** Resolves when its log says this. */
  async says(words: string): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while (!this.#log.includes(words)) {
      if (Date.now() > end) throw new Error(`It never said "${words}": ${this.#log}`);
      await systemClock.sleep(20);
    }
  }

  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(name);
  }

  /** Resolves with its answer, or when it has ended. */
  async #tell(order: ContactServerOrder): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    await new Promise((resolve) => {
      child.once('message', resolve);
      child.once('exit', resolve);
      child.send(order, () => {});
    });
  }
}

/** A CRM with contacts, a connection to it, and the servers that sync it. */
export class ContactHarness {
  readonly crm: ListingCrm;
  readonly #settings: DatabaseSettings;
  readonly #folder: string;
  readonly #servers: ContactServer[] = [];
  #connectionId = '';
  #key = '';

  private constructor(crm: ListingCrm, settings: DatabaseSettings, folder: string) {
    this.crm = crm;
    this.#settings = settings;
    this.#folder = folder;
  }

  static async open(settings: DatabaseSettings): Promise<ContactHarness> {
    const folder = mkdtempSync(join(tmpdir(), 'patchcord-contacts-'));
    return new ContactHarness(await startListingCrm(), settings, folder);
  }

  /** A server that is not started yet; its name is the same in each of its lives. */
  async server(name: string): Promise<ContactServer> {
    const settings = this.#settings;
    const port = await freePort();
    const dataDir = settings.kind === 'sqlite' ? settings.directory : join(this.#folder, name);
    const given = environmentOf({ dataDir, crm: this.crm.crm.host }, port);
    const kept = Object.entries(given).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value] as const],
    );
    const server = new ContactServer(`http://127.0.0.1:${port}`, {
      ...Object.fromEntries(kept),
      NODE_NAME: name,
      MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
      ...(settings.kind === 'postgres' ? { DATABASE_URL: settings.url } : {}),
    });
    this.#servers.push(server);
    return server;
  }

  /** Makes an organization with its connection, whose sync begins at once. */
  async connect(origin: string, adminKey: string): Promise<void> {
    const operator = apiClient(origin, adminKey);
    const organization = Id.parse(
      await operator.post('/v1/organizations', { name: 'Acme', country: 'GB' }),
    );
    const made = await operator.post(
      '/v1/keys',
      { name: 'Administrator', scope: 'organization' },
      { 'patchcord-organization': organization.id },
    );
    this.#key = z.object({ key: z.string() }).parse(made).key;
    const administrator = apiClient(origin, this.#key);
    const document = syncDocument({ Contacts: people('page') });
    const integration = Id.parse(await administrator.post('/v1/integrations', { document }));
    const connection = await administrator.post('/v1/connections', {
      integration_id: integration.id,
      properties: { Address: this.crm.crm.origin },
    });
    this.#connectionId = Id.parse(connection).id;
  }

  /** A key for everything; only while no server runs on a SQLite file. */
  async adminKey(): Promise<string> {
    const database = await openDatabase(this.#settings, { clock: systemClock, onFatal: () => {} });
    try {
      const ids = createIds({ clock: systemClock, randomBytes });
      const key = { name: 'test', scope: 'admin', actor: 'test' } as const;
      return (await createKey({ database, ids, randomBytes }, ADMIN, key)).key;
    } finally {
      await database.close();
    }
  }

  async read({ origin }: ContactServer): Promise<SyncAnswer> {
    return Sync.parse(await this.#client(origin).get(this.#path));
  }

  /** Asks for a sync of everything; a server that dies of it answers nobody. */
  async ask({ origin }: ContactServer): Promise<void> {
    await fetch(`${origin}${this.#path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json' },
      body: '{"full":true}',
    }).catch(() => undefined);
  }

  /** Waits until it is as wished, and answers how it is then. */
  async until(server: ContactServer, what: (answer: SyncAnswer) => boolean): Promise<SyncAnswer> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const answer = await this.read(server);
      if (what(answer)) return answer;
      if (Date.now() > end) throw new Error(`It never came: ${JSON.stringify(answer)}`);
      await systemClock.sleep(20);
    }
  }

  /** Whose number this is, by the copy. */
  async nameOf({ origin }: ContactServer, number: string): Promise<string | null> {
    const path = `/v1/contacts/identify?number=${encodeURIComponent(number)}`;
    const { callers } = Identified.parse(await this.#client(origin).get(path));
    return callers[0]?.name ?? null;
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      server.signal('SIGKILL');
      await server.ended();
    }
    await this.crm.crm.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #path(): string {
    return `/v1/connections/${this.#connectionId}/contacts/sync`;
  }

  #client(origin: string): ApiClient {
    return apiClient(origin, this.#key);
  }
}
