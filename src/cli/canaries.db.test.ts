import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { createKey } from '../access/keys.ts';
import { readSettings } from '../config/settings.ts';
import { ENDPOINTS } from '../contract/endpoints.ts';
import { createLogger } from '../logging/logger.ts';
import { ADMIN } from '../organizations/scope.ts';
import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm, FakeRequest } from '../runtime/testing/fake-crm.ts';
import { openServer } from '../server/open-server.ts';
import type { OpenServer } from '../server/open-server.ts';
import { sender, textAt, valueAt } from '../server/testing/test-server.ts';
import type { Send, Sent } from '../server/testing/test-server.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { createSecretRegistry } from '../text/scrub.ts';
import { createIds } from '../text/uuid.ts';
import { systemClock } from '../time/clock.ts';
import { COMMANDS } from './commands.ts';
import { runProgram } from './program.ts';
import { createCanaryFinder } from './testing/canary-finder.ts';
import type { Hit } from './testing/canary-finder.ts';

const NUMBERS = { calling_number: '+442071838750', called_number: '+442079460000' };
const LABELS = Array.from({ length: 20 }, (_, at) => `Secret ${at + 1}`);
/** How the CRM answers a create: it repeats all it was sent each time. */
const MODES = ['accept', 'refuse', 'fail', 'page', 'unauthorized', 'forbidden'];
const CONNECTIONS = 38;
const SIGNED_IN = 10;
const KEYS = 200;
const AT_ONCE = 20;
const ADDRESSES = 20;
const WAIT = { timeout: 20_000, interval: 100 };

/** Shows every secret property in a place of its own: headers, Basic, query, body. */
const DOCUMENT = JSON.stringify({
  id: 'echo',
  name: 'Echo',
  class: 'crm',
  version: '1.0.0',
  properties: [
    { label: 'Address', type: 'url', required: true },
    { label: 'Mode', type: 'text', required: true },
    ...LABELS.map((label) => ({ label, type: 'secret', required: true })),
  ],
  parameters: {
    ...Object.fromEntries(
      [
        ...['user_id', 'user_name', 'contact_id', 'activity_id', 'phone', 'call_key', 'subject'],
        ...['content_url', 'call_url'],
      ].map((name) => [name, 'string']),
    ),
  },
  resource_url: '$Address$',
  auth: { type: 'Basic', username: 'echo', password: '$Secret 1$' },
  request_headers: {
    'X-Mode': '$Mode$',
    ...Object.fromEntries(LABELS.slice(3).map((label, at) => [`X-Secret-${at}`, `$${label}$`])),
  },
  API: {
    Users: {
      request_method: 'GET',
      request_path: '/users',
      response_map: { users: [{ id: '$user_id$', name: '$user_name$' }] },
    },
    FindContact: {
      request_method: 'GET',
      request_path: '/contacts',
      request_parameters: { phone: '$phone$', key: '$Secret 2$' },
      response_map: { contacts: [{ id: '$contact_id$' }] },
    },
    CreateActivity: {
      request_method: 'POST',
      request_path: '/calls',
      request_parameters: {
        call: '$call_key$',
        subject: '$subject$',
        token: '$Secret 3$',
        links: ['$content_url$', '$call_url$'],
      },
      response_map: { id: '$activity_id$' },
    },
  },
});

const SIGN_IN_DOCUMENT = JSON.stringify({
  ...JSON.parse(DOCUMENT),
  id: 'echo-oauth2',
  name: 'Echo with OAuth2',
  properties: [
    { label: 'Address', type: 'url', required: true },
    { label: 'Mode', type: 'text', required: true },
    { label: 'Client secret', type: 'secret', required: true },
  ],
  auth: undefined,
  request_headers: { 'X-Mode': '$Mode$' },
  OAuth2: {
    flow: 'client_credentials',
    client_id: 'patchcord',
    client_secret: '$Client secret$',
    token_endpoint: '$Address$/token',
  },
  API: {
    FindContact: {
      request_method: 'GET',
      request_path: '/contacts',
      request_parameters: { phone: '$phone$' },
      response_map: { contacts: [{ id: '$contact_id$' }] },
    },
    CreateActivity: {
      request_method: 'POST',
      request_path: '/calls',
      request_parameters: { call: '$call_key$', subject: '$subject$' },
      response_map: { id: '$activity_id$' },
    },
  },
});

/** A secret of letters that every place takes, or with all that encodings change. */
function canary(plain = false): string {
  const core = randomBytes(18).toString('base64url');
  return plain ? core : `${core.slice(0, 12)}+/ &"%=${core.slice(12)}`;
}

/** Answers with everything that was sent, in several forms, as a careless CRM does. */
function echo(request: FakeRequest, response: ServerResponse): void {
  const sent = JSON.stringify({
    url: request.url,
    headers: request.headers,
    body: request.body.toString(),
  });
  const repeated = {
    message: `not accepted: ${sent}`,
    base64: Buffer.from(sent).toString('base64'),
    hex: Object.values(request.headers).map((value) => Buffer.from(value).toString('hex')),
    encoded: Object.values(request.headers).map((value) => encodeURIComponent(value)),
  };
  const mode = request.path === '/calls' ? (request.headers['x-mode'] ?? '') : 'accept';
  const status =
    { refuse: 422, fail: 500, unauthorized: 401, forbidden: 403 }[mode] ??
    (request.path === '/calls' ? 201 : 200);
  const id = createHash('sha256').update(request.body).digest('hex').slice(0, 8);
  const page = `<!doctype html><title>Sorry</title><pre>${sent}</pre>`;
  const body =
    mode === 'page'
      ? page
      : JSON.stringify({ id, contacts: [], users: [{ id: '11', name: 'Ada' }], ...repeated });
  response.writeHead(status, {
    'content-type': mode === 'page' ? 'text/html' : 'application/json',
    'x-echo': Buffer.from(request.headers['authorization'] ?? '').toString('base64'),
  });
  response.end(body);
}

describeDatabases('a thousand secrets', (databases) => {
  const secrets: string[] = [];
  /** Tokens in the addresses of recordings. */
  const addresses: string[] = [];
  const log: string[] = [];
  const seen: [place: string, text: string][] = [];
  const cleanUp: (() => Promise<void> | void)[] = [];
  const planted = canary();
  let crm: FakeCrm;
  let server: OpenServer;
  let env: Record<string, string>;
  let send: Send;
  let spool: string;

  const secret = (plain = false): string => {
    const made = canary(plain);
    secrets.push(made);
    return made;
  };
  const address = (name: string): string => {
    const [token, password] = [canary(), canary(true)];
    addresses.push(token, password);
    return `https://ada:${password}@pbx.invalid/${name}.wav?token=${encodeURIComponent(token)}`;
  };
  /** Every answer is looked at; `shown`: what it is meant to show, this once. */
  const ask = async (
    ...[method, path, options, shown = []]: [...Parameters<Send>, (readonly string[])?]
  ): Promise<Sent> => {
    const sent = await send(method, path, options);
    let text = JSON.stringify(sent.headers) + sent.text;
    for (const known of shown) text = text.replaceAll(known, '');
    seen.push([`${method} ${path}`, text]);
    return sent;
  };
  const command = async (...args: readonly string[]): Promise<void> => {
    const lines: string[] = [];
    const context = {
      env,
      directory: spool,
      out: (line: string) => void lines.push(line),
      err: (line: string) => void lines.push(line),
      readInput: () => Promise.resolve(''),
      exitWith: () => {},
    };
    await runProgram(args, context, { commands: COMMANDS, version: '1' });
    seen.push([args.join(' '), lines.join('\n')]);
  };

  beforeAll(async () => {
    crm = await startFakeCrm({
      handler: (request, response) => {
        if (request.path === '/token') {
          const access = secret(true);
          const refresh = secret(true);
          response.writeHead(200, { 'content-type': 'application/json' });
          response.end(
            JSON.stringify({
              access_token: access,
              refresh_token: refresh,
              token_type: 'Bearer',
              expires_in: 3600,
              id_token: request.body.toString(),
            }),
          );
        } else echo(request, response);
        return true;
      },
    });
    const settings = await databases.settings();
    spool = mkdtempSync(join(tmpdir(), 'patchcord-canaries-'));
    cleanUp.push(() => rmSync(spool, { recursive: true, force: true }));
    const masterKey = randomBytes(32);
    secrets.push(masterKey.toString('base64'), masterKey.toString('hex'));
    env = {
      PORT: '0',
      LOG_LEVEL: 'trace',
      EGRESS_ALLOW: crm.host,
      EGRESS_PLAIN_HTTP: crm.host,
      MASTER_KEY: masterKey.toString('base64'),
      ...(settings.kind === 'sqlite'
        ? { DATA_DIR: settings.directory }
        : { DATA_DIR: spool, DATABASE_URL: settings.url }),
    };
    const registry = createSecretRegistry();
    const ids = createIds({ clock: systemClock, randomBytes });
    server = await openServer(readSettings(env), {
      logger: createLogger({
        level: 'trace',
        destination: { write: (line: string) => log.push(line) },
        scrub: registry.scrub,
      }),
      secrets: registry,
      randomBytes,
      clock: systemClock,
      ids,
      random: Math.random,
      version: '0.0.0',
      shippedDocuments: [],
      masterKeyMade: () => {},
      onFatal: () => {},
      tuning: { times: { pollEveryMs: 50 } },
    });
    send = sender(server.composed.app);
    cleanUp.push(() => server.close());
    cleanUp.push(() => crm.close());
  });
  afterAll(async () => {
    for (const step of cleanUp.toReversed()) await step();
  });

  /** An organization with connections, keys, calls of every fate, and everything read once. */
  async function live(): Promise<void> {
    const { database } = server;
    const ids = createIds({ clock: systemClock, randomBytes });
    const deps = { database, ids, randomBytes };
    const root = await createKey(deps, ADMIN, { name: 'root', scope: 'admin', actor: 'test' });
    const admin = root.key;
    secrets.push(admin);
    const organization = textAt(
      (
        await ask('POST', '/v1/organizations', {
          key: admin,
          body: { name: 'Acme', country: 'GB' },
        })
      ).body,
      'id',
    );
    const headers = { 'patchcord-organization': organization };
    const made = async (body: object, extra: object = {}): Promise<string> => {
      const options = { key: admin, headers: { ...headers, ...extra }, body };
      const sent = await send('POST', '/v1/keys', options);
      const key = textAt(sent.body, 'key');
      secrets.push(key);
      seen.push(['POST /v1/keys', sent.text.replaceAll(key, '')]);
      return key;
    };
    const key = await made({ name: 'admin', scope: 'organization' });
    const phone = textAt(
      (await ask('POST', '/v1/phone-systems', { key, body: { name: 'PBX' } })).body,
      'id',
    );
    const events = await made({ name: 'PBX', scope: 'events', phone_system_id: phone });
    await sign(key, phone, events);
    const makeOne = async (number: number): Promise<void> => {
      // Half of the answers are kept for a repeat of the request.
      const extra = number % 2 === 0 ? {} : { 'idempotency-key': `"canary-${number}"` };
      const other = await made({ name: `k${number}`, scope: 'organization' }, extra);
      if (number % 10 === 0) await ask('GET', '/v1/connections', { key: other });
    };
    for (let first = 0; first < KEYS; first += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, next) => makeOne(first + next)));
    }
    const extension = textAt(
      (await ask('POST', '/v1/extensions', { key, body: { number: '101', name: 'Ada' } })).body,
      'id',
    );
    const connections = await connect(key);
    for (const id of connections) {
      await ask('PUT', `/v1/connections/${id}/user-links/${extension}`, {
        key,
        body: { crm_user_id: '11' },
      });
    }
    await calls(events, phone, connections.length);
    for (const id of connections.filter((_, at) => at % 7 === 0)) {
      await ask('POST', `/v1/connections/${id}/test`, { key });
      const read = await ask('GET', `/v1/connections/${id}`, { key });
      const match = { 'if-match': String(read.headers['etag']) };
      const label = at(read.body, 'Client secret') ? 'Client secret' : 'Secret 5';
      const properties = { [label]: secret() };
      await ask('PATCH', `/v1/connections/${id}`, { key, headers: match, body: { properties } });
    }
    // A secret in the wrong place, refused: the answer must not repeat it.
    await ask('POST', '/v1/connections', { key, body: { properties: { 'Secret 1': secret() } } });
    await ask('GET', `/v1/callers?number=${encodeURIComponent('+442071838750')}`, { key });
    await readAll({ key, admin, organization, phone, extension, connection: connections[0] ?? '' });
    await ask('POST', '/v1/integrations/lint', { key, body: { document: DOCUMENT } });
  }

  /** A phone system's signing secrets: one made here, one brought along, one in the wrong place. */
  async function sign(key: string, phone: string, events: string): Promise<void> {
    const path = `/v1/phone-systems/${phone}/signing-secrets`;
    const own = `whsec_${randomBytes(32).toString('base64')}`;
    const kept = await send('POST', path, {
      key,
      headers: { 'idempotency-key': '"canary-signing"' },
      body: {},
    });
    const made = textAt(kept.body, 'secret');
    const brought = await send('POST', path, { key, body: { secret: own } });
    secrets.push(made, made.slice('whsec_'.length), own, own.slice('whsec_'.length));
    for (const { text } of [kept, brought]) {
      seen.push([`POST ${path}`, text.replaceAll(made, '').replaceAll(own, '')]);
    }
    const wrong = `whsec_${secret().repeat(9)}`;
    await ask('POST', path, { key, body: { secret: wrong } });
    await ask('POST', '/v1/call-events', {
      key: events,
      headers: {
        'webhook-id': 'm',
        'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
        'webhook-signature': own,
      },
      body: [{ kind: 'ended', call_id: 'unsigned' }],
    });
  }

  const at = (body: unknown, label: string): boolean =>
    JSON.stringify(valueAt(body, 'secrets') ?? valueAt(body, 'properties') ?? '').includes(label);

  async function connect(key: string): Promise<readonly string[]> {
    const integration = async (document: string): Promise<string> =>
      textAt((await ask('POST', '/v1/integrations', { key, body: { document } })).body, 'id');
    const [plain, signed] = [await integration(DOCUMENT), await integration(SIGN_IN_DOCUMENT)];
    const made: string[] = [];
    for (let count = 0; count < CONNECTIONS + SIGNED_IN; count += 1) {
      const isPlain = count < CONNECTIONS;
      const own = isPlain
        ? Object.fromEntries(LABELS.map((label) => [label, secret()]))
        : { 'Client secret': secret() };
      const properties = {
        Address: crm.origin,
        Mode: MODES[count % MODES.length] ?? '',
        ...own,
      };
      const sent = await ask('POST', '/v1/connections', {
        key,
        body: {
          integration_id: isPlain ? plain : signed,
          name: `Connection ${count}`,
          properties,
        },
      });
      made.push(textAt(sent.body, 'id'));
    }
    return made;
  }

  async function calls(events: string, phone: string, connections: number): Promise<void> {
    for (let count = 0; count < 3; count += 1) {
      const of = { call_id: `call-${count}` };
      const ringing = { kind: 'ringing', direction: 'inbound', extension: '101', ...NUMBERS };
      const recording = { url: address(`first-${count}`) };
      await ask('POST', '/v1/call-events', {
        key: events,
        body: [
          { ...of, ...ringing, recording },
          { ...of, kind: 'answered', extension: '101' },
          { ...of, kind: 'ended' },
        ],
      });
    }
    await ask('PUT', '/v1/calls/call-0/recording', {
      key: events,
      headers: { 'content-type': 'audio/wav' },
      body: Buffer.concat([Buffer.from('RIFF0000WAVEfmt '), Buffer.alloc(2_000, 1)]),
    });
    for (let count = 0; count < ADDRESSES; count += 1) {
      const recording = { url: address(String(count)), filename: `${count}.wav` };
      await ask('POST', '/v1/call-events', {
        key: events,
        body: [{ kind: 'recorded', call_id: `call-${count % 3}`, recording }],
      });
    }
    // The original product's webhook carries its key in the body.
    await ask('POST', `/hooks/ringotel/${phone}`, {
      body: {
        method: 'StartCallActivity',
        api_token: events,
        params: {
          call_id: 'hooked',
          extension: '101',
          activity_type: 'inbound',
          caller_number: NUMBERS.calling_number,
          called_number: NUMBERS.called_number,
        },
      },
    });
    await vi.waitFor(async () => {
      const lanes = await server.database.read
        .selectFrom('attempt')
        .select(({ fn }) => fn.count<number>('lane_id').distinct().as('count'))
        .where('state', '=', 'settled')
        .executeTakeFirstOrThrow();
      expect(Number(lanes.count)).toBeGreaterThan(connections);
    }, WAIT);
  }

  /** Each route that reads, with the ids that there are. */
  async function readAll(of: Readonly<Record<string, string>>): Promise<void> {
    const call = await send('GET', '/v1/calls', { key: of['key'] ?? '' });
    const integrations = await send('GET', '/v1/integrations', { key: of['key'] ?? '' });
    const ids: Readonly<Record<string, string>> = {
      call_id: textAt(call.body, 'items', 0, 'id'),
      integration_id: textAt(integrations.body, 'items', 0, 'id'),
      organization_id: of['organization'] ?? '',
      phone_system_id: of['phone'] ?? '',
      extension_id: of['extension'] ?? '',
      connection_id: of['connection'] ?? '',
    };
    for (const endpoint of ENDPOINTS.filter(({ method }) => method === 'GET')) {
      const path = endpoint.path.replaceAll(/\{(\w+)\}/gu, (_, name: string) => ids[name] ?? 'x');
      const headers = { 'patchcord-organization': of['organization'] ?? '' };
      await ask('GET', path, { key: of['admin'] ?? '', headers });
    }
    for (const row of [0, 1, 2]) {
      const id = valueAt(call.body, 'items', row, 'id');
      await ask('GET', `/v1/calls/${String(id)}`, { key: of['key'] ?? '' });
    }
  }

  async function stored(): Promise<void> {
    if (databases.dialect === 'sqlite') {
      const directory = env['DATA_DIR'] ?? '';
      for (const path of filesIn(directory)) {
        seen.push([path, readFileSync(path, 'latin1')]);
      }
      return;
    }
    const tables = await server.database.read.introspection.getTables();
    for (const { name } of tables) {
      const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(name)}`.execute(
        server.database.read,
      );
      const cells = rows.flatMap((row) => Object.values(row));
      const texts = cells.map((cell) =>
        cell instanceof Uint8Array ? Buffer.from(cell).toString('latin1') : String(cell),
      );
      seen.push([`table ${name}`, texts.join('\n')]);
    }
  }

  test(
    'stand in no log, no answer, no file and no report, in no form; one put there on purpose is found',
    { timeout: 120_000 },
    async () => {
      await live();
      const properties = Object.fromEntries(LABELS.map((label) => [label, secret()]));
      const given = { Address: crm.origin, Mode: 'refuse', ...properties };
      const files = { document: join(spool, 'echo.json'), properties: join(spool, 'p.json') };
      writeFileSync(files.document, DOCUMENT);
      writeFileSync(files.properties, JSON.stringify(given));
      await command('lint', files.document);
      for (const method of ['FindContact', 'CreateActivity']) {
        await command(
          ...['try', files.document, method, '--properties', files.properties],
          ...['--allow', crm.host, '--set', 'phone=+442071838750', '--json'],
        );
      }
      rmSync(files.properties);
      await command('doctor', '--live');
      await command('doctor', '--json');
      await command('key', 'list', '--json');
      const newKey = join(spool, 'new.key');
      await command('rotate-key', '--new-key-file', newKey);
      secrets.push(readFileSync(newKey, 'utf8').trim());
      rmSync(newKey);
      // The negative control: a secret that somebody wrote where names are written.
      const admin = secrets.find((text) => text.startsWith('pc_ad_')) ?? '';
      await ask('POST', '/v1/organizations', {
        key: admin,
        body: { name: `Oops ${planted}`, country: 'GB' },
      });
      // Once with what is still in the write-ahead log, and once as it is left behind.
      await stored();
      await server.close();
      if (databases.dialect === 'sqlite') await stored();
      seen.push(['log', log.join('')]);

      const find = createCanaryFinder([...secrets, ...addresses, planted]);
      const hits = seen.flatMap(([place, text]) =>
        find(text).map((hit): Hit & { place: string } => ({ place, ...hit })),
      );

      expect(secrets.length).toBeGreaterThanOrEqual(1_000);
      expect(log.length).toBeGreaterThan(300);
      const control = hits.filter((hit) => hit.secret === planted);
      expect(new Set(control.map(({ place }) => place)).size).toBeGreaterThanOrEqual(2);
      expect(hits.filter((hit) => hit.secret !== planted)).toEqual([]);
    },
  );
});

function filesIn(directory: string): readonly string[] {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    return statSync(path).isDirectory() ? filesIn(path) : [path];
  });
}
