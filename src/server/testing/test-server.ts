import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { FastifyInstance } from 'fastify';

import { createKey } from '../../access/keys.ts';
import { readSettings } from '../../config/settings.ts';
import { fixedKeyring } from '../../connections/keyring.ts';
import { parseAllowRules } from '../../http/allow-rules.ts';
import type { AllowRule } from '../../http/allow-rules.ts';
import type { OpenContactIndex } from '../../contacts/index/create-contact-index.ts';
import { createEgress } from '../../http/egress.ts';
import type { EgressLimits } from '../../http/limits.ts';
import { createLogger } from '../../logging/logger.ts';
import { ADMIN } from '../../organizations/scope.ts';
import { fakeCrmDocument, fakeCrmProperties } from '../../runtime/testing/fake-crm-document.ts';
import type { FakeCrm } from '../../runtime/testing/fake-crm.ts';
import { openContactStore } from '../../store/contact-store.ts';
import type { Database } from '../../store/database.ts';
import { createSecretRegistry } from '../../text/scrub.ts';
import { createIds } from '../../text/uuid.ts';
import { systemClock } from '../../time/clock.ts';
import { composeServer } from '../compose.ts';
import type { ServerTuning } from '../compose.ts';
import { recordingLimitsOf } from '../recording-parts.ts';
import { intakeLimitsOf } from '../intake-limits.ts';
import { retentionOf } from '../retention.ts';

/** One answer of the API. */
export interface Sent {
  readonly status: number;
  readonly type: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** The parsed JSON; undefined for other types. */
  readonly body: unknown;
}

export interface SendOptions {
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object goes as JSON; a text and bytes as they are, with their own `content-type`. */
  readonly body?: object | string | Buffer;
}

export type Send = (method: Method, path: string, options?: SendOptions) => Promise<Sent>;
type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface TestServer {
  readonly app: FastifyInstance;
  readonly database: Database;
  /** Where it keeps them. */
  readonly contacts: OpenContactIndex | undefined;
  /** Where recordings wait, and copies of contacts are. */
  readonly spoolDirectory: string;
  /** Lines of the log. */
  readonly log: readonly string[];
  readonly adminKey: string;
  readonly send: Send;
  /** Ends the worker and the app; the database is its fixture's. */
  close(): Promise<void>;
}

export interface TestServerOptions {
  readonly database: Database;
  /** The only address on loopback that documents may call. */
  readonly crm?: FakeCrm;
  /** And this one. */
  readonly otherCrm?: FakeCrm;
  readonly limits?: Partial<EgressLimits>;
  readonly tuning?: ServerTuning;
  /** Settings by the names of their environment variables; only those of the intake count. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Where people reach it; without it recordings have no links. */
  readonly publicUrl?: string;
  /** Copies of the CRM's contacts are kept, in a file of the server's own. */
  readonly contacts?: boolean;
  /** False: what is planned stays where it is. */
  readonly working?: boolean;
}

/** A whole server on a database of its own, without a listening socket. */
export async function startTestServer(options: TestServerOptions): Promise<TestServer> {
  const { database } = options;
  const log: string[] = [];
  const secrets = createSecretRegistry();
  const destination = { write: (line: string) => log.push(line) };
  const crms = [options.crm, options.otherCrm].filter((crm) => crm !== undefined);
  const rules = crms.flatMap(rulesFor);
  const egress = createEgress({
    allow: rules,
    plainHttp: rules,
    monotonic: systemClock.monotonic,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  const ids = createIds({ clock: systemClock, randomBytes });
  const spoolDirectory = mkdtempSync(join(tmpdir(), 'patchcord-spool-'));
  const contactStore =
    options.contacts === true
      ? await openContactStore(database, {
          kind: 'sqlite',
          directory: spoolDirectory,
          exclusive: false,
        })
      : undefined;
  const { app, worker, contacts } = composeServer({
    database,
    ...(contactStore === undefined ? {} : { contactStore }),
    ids,
    egress,
    secrets,
    randomBytes,
    spoolDirectory,
    keyring: fixedKeyring({ id: 'test', bytes: new Uint8Array(32).fill(7) }),
    logger: createLogger({ level: 'debug', destination, scrub: secrets.scrub }),
    clock: systemClock,
    random: () => 0.5,
    node: ids.next(),
    version: '0.0.0',
    recordings: recordingLimitsOf(readSettings({})),
    retention: retentionOf(readSettings({})),
    intake: intakeLimitsOf(readSettings(options.settings ?? {})),
    http: {
      trustedProxies: [],
      https: false,
      publicUrl: options.publicUrl,
      redirectOrigin: 'http://127.0.0.1:8080',
    },
    tuning: options.tuning,
  });
  if (options.working !== false) await worker.start();
  const deps = { database, ids, randomBytes };
  const { key: adminKey } = await createKey(deps, ADMIN, {
    name: 'test',
    scope: 'admin',
    actor: 'test',
  });
  return {
    app,
    database,
    contacts,
    spoolDirectory,
    log,
    adminKey,
    send: sender(app),
    close: async () => {
      await app.close();
      if (options.working !== false) await worker.close();
      await contactStore?.close();
      await egress.close();
      rmSync(spoolDirectory, { recursive: true, force: true });
    },
  };
}

/** The value at a place of a body; undefined where there is none. */
export function valueAt(body: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
    body,
  );
}

/** The text at a place of a body; throws when there is none. */
export function textAt(body: unknown, ...path: readonly (string | number)[]): string {
  const value = valueAt(body, ...path);
  if (typeof value === 'string') return value;
  throw new Error(`No text at ${path.join('.')} of ${JSON.stringify(body)}`);
}

/** An organization with everything that a call needs. */
export interface Office {
  readonly organizationId: string;
  /** Key of the scope `organization`. */
  readonly key: string;
  readonly phoneSystemId: string;
  /** Key of the scope `events`. */
  readonly eventsKey: string;
  readonly extensionId: string;
  readonly integrationId: string;
  readonly connectionId: string;
}

/** Sets an office up through the API: extension 101 is linked with the CRM's user 11. */
export async function setUpOffice(
  { send, adminKey }: Pick<TestServer, 'send' | 'adminKey'>,
  crm: { readonly origin: string; readonly token: string },
  options: { readonly document?: string; readonly options?: object } = {},
): Promise<Office> {
  const created = async (path: string, body: object, key: string, headers = {}) => {
    const sent = await send('POST', path, { key, body, headers });
    if (sent.status !== 201) throw new Error(`${path} answered ${sent.status}: ${sent.text}`);
    return { id: textAt(sent.body, 'id'), key: String(valueAt(sent.body, 'key')) };
  };
  const name = `Office ${randomBytes(4).toString('hex')}`;
  const organization = await created('/v1/organizations', { name, country: 'GB' }, adminKey);
  const { key } = await created(
    '/v1/keys',
    { name: 'Administrator', scope: 'organization' },
    adminKey,
    { 'patchcord-organization': organization.id },
  );
  const phoneSystem = await created('/v1/phone-systems', { name: 'PBX' }, key);
  const events = await created(
    '/v1/keys',
    { name: 'PBX', scope: 'events', phone_system_id: phoneSystem.id },
    key,
  );
  const extension = await created('/v1/extensions', { number: '101', name: 'Ada' }, key);
  const document = options.document ?? fakeCrmDocument();
  const integration = await created('/v1/integrations', { document }, key);
  const connection = await created(
    '/v1/connections',
    {
      integration_id: integration.id,
      properties: fakeCrmProperties(crm),
      options: options.options ?? {},
    },
    key,
  );
  const link = `/v1/connections/${connection.id}/user-links/${extension.id}`;
  const linked = await send('PUT', link, { key, body: { crm_user_id: '11' } });
  if (linked.status !== 200) throw new Error(`linking answered ${linked.status}: ${linked.text}`);
  return {
    organizationId: organization.id,
    key,
    phoneSystemId: phoneSystem.id,
    eventsKey: events.key,
    extensionId: extension.id,
    integrationId: integration.id,
    connectionId: connection.id,
  };
}

/** Sends requests to an app without a socket. */
export function sender(app: FastifyInstance): Send {
  return async (method, url, { key, headers = {}, body } = {}) => {
    const answer = await app.inject({
      method,
      url,
      headers: { ...(key === undefined ? {} : { authorization: `Bearer ${key}` }), ...headers },
      ...(body === undefined ? {} : { payload: body }),
    });
    const type = String(answer.headers['content-type'] ?? '');
    return {
      status: answer.statusCode,
      type,
      headers: answer.headers,
      text: answer.body,
      body: answer.body !== '' && /[/+]json/u.test(type) ? JSON.parse(answer.body) : undefined,
    };
  };
}

function rulesFor(crm: FakeCrm): readonly AllowRule[] {
  const parsed = parseAllowRules(crm.host);
  if (!parsed.ok) throw new Error(parsed.problems.join());
  return parsed.rules;
}
